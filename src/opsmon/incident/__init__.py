"""Room 5, pure: one incident a root cause; open, acknowledge, escalate, close."""
