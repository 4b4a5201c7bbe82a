"""Pure: one incident a root cause; open, acknowledge, escalate, close."""
