"""Where plan, cohort, endpoints and estimators meet."""
