"""Parametric models of times: accelerated failure, and splines of the log cumulative hazard."""
