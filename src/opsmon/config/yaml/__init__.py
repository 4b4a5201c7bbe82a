"""YAML read strictly: every key and value knows its line, every mistake its place."""
