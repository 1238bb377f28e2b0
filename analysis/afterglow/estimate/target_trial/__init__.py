"""Comparing strategies of treatment over time: cloning, censoring and weighting."""
