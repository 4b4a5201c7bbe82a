"""The git repository of configurations, its past, and its repair."""
