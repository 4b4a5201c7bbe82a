"""Pure: from samples to transitions. Debounce, flapping, dependencies, conditions."""
