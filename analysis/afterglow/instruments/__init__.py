"""What the scales are: a library of instruments as data."""
