"""Figures for readers: drawers that take tidy frames and return axes."""
