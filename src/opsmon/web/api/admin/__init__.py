"""What admins see and change of accounts, sessions and tokens."""
