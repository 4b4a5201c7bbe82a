"""Pages of admins: accounts, tokens, and what the channels have not delivered."""
