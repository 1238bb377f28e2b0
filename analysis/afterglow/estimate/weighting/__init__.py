"""Inverse probability of censoring weights, and curves estimated with them."""
