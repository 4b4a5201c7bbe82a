"""`rules/`: contracts, calendars, conditions, and timelines to replay."""
