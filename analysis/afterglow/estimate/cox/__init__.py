"""Cox regression: the partial likelihood, its penalties, tests, curves and checks."""
