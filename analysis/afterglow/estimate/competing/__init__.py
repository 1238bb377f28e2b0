"""Competing risks: Gray's test, subdistribution hazards and cause-specific Cox models."""
