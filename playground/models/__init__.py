"""The only place that loads weights and runs them."""
