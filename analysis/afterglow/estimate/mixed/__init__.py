"""Mixed models of repeated scores, with intercepts and slopes of each subject's own."""
