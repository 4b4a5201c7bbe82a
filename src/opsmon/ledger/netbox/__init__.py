"""NetBox as a ledger: its devices as rows of a table, and labels that go back to it."""
