"""What people ask for, judged before it becomes an event."""
