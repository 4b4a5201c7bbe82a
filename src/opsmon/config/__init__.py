"""The only YAML door: strict loading with file, line and column; pydantic in, frozen dataclasses out."""
