"""Pure: calendars, limits, clocks, budgets, obligations, money."""
