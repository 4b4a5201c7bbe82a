"""The last day for charts: states of devices as the journal tells them, and a ring of values. Bounded, in memory."""
