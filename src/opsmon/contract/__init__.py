"""Room 4, pure: calendars, limits, clocks, budgets, obligations, money."""
