"""Resampling of subjects: bootstrap limits for any statistic, and fast ones for curves."""
