"""Room 3, pure: from samples to transitions. Debounce, flapping, dependencies, conditions."""
