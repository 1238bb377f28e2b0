"""Tables for readers: rounding, layout, HTML and CSV."""
