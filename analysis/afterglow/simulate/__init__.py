"""Synthetic cohorts of ketamine therapy whose true relapse times are known."""
