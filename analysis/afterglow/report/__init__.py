"""The report: blocks and the self-contained page made from them."""
