"""The statistical analysis plan: a TOML file read into frozen objects."""
