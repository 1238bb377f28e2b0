"""What happened when: the order of moments, the baseline, the course, booster blocks."""
