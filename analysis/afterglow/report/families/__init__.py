"""One file per family of estimators: how the report shows their analyses."""
