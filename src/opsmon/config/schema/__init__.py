"""JSON Schemas of every YAML file of a root, for editors."""
