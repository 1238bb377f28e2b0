"""Outcomes of ketamine therapy: response, relapse and relapse-to-booster timing."""
