"""Estimators: arrays and tables in, frozen results with honest intervals out."""
