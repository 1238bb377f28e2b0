"""Estimators for events that are only known to lie between two visits."""
