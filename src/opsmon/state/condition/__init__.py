"""Judging numbers by the rules of `rules/conditions.yaml`."""
