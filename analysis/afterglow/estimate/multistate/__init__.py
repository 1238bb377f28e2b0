"""Multi-state processes: occupancy, time in states, transition probabilities and models."""
