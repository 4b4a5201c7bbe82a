"""`rules/oncall.yaml` and `people.yaml`: who is on duty, who is told of what, and by which way."""
