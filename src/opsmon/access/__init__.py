"""Sign-in: accounts, passwords, sessions, tokens, and what each visitor may see."""
