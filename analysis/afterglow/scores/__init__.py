"""From items to totals, and from totals to improvement."""
