"""HTTP in, HTTP out: the only place that turns requests into calls and back."""
