"""Predicting the event for one subject: landmark models, and how well any prediction does."""
