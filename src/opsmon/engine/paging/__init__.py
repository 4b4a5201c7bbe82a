"""Pages and silences in the engine: what on call makes of a decision, and of time."""
