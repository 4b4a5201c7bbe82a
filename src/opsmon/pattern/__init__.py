"""How fast the work of a regular expression may grow with its text, judged from the pattern alone. Pure."""
