"""One store for several daemons: who acts, who waits, and commands that write while no daemon does."""
