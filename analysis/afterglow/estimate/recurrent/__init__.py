"""Recurrent events: mean cumulative functions, rate models, shared frailty."""
