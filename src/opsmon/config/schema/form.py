"""The form of a JSON Schema that editors tell mistakes by best: few alternatives, so that a slip is told at its key.

pydantic writes every field that may be left out as `anyOf: [it, null]`, and what does not fit is then said of the whole
alternative. Here null is one more type of the thing itself.
"""

from typing import Any

Schema = dict[str, Any]
_PARTS = ("properties", "patternProperties", "$defs")
_INNER = ("items", "additionalProperties", "propertyNames")


def finished(schema: Schema) -> Schema:
    """The schema in that form, without the titles and the empty defaults that nobody wrote."""
    definitions: Schema = schema.get("$defs", {})
    done = _formed(schema)
    done["$defs"] = {name: _formed(inner) for name, inner in definitions.items()}
    for inner in done["$defs"].values():
        inner.pop("title", None)  # the name of a class
    for name in sorted(_wanted_nullable(done)):
        done["$defs"][f"{name}-or-null"] = _with_null(done["$defs"][name])
    return done if done["$defs"] else {key: value for key, value in done.items() if key != "$defs"}


def _formed(schema: Schema) -> Schema:
    """One schema and all within it, but its `$defs`."""
    formed: Schema = {}
    for key, value in schema.items():
        if key in _PARTS and isinstance(value, dict):
            formed[key] = {} if key == "$defs" else _formed_fields(value)
        elif key in _INNER and isinstance(value, dict):
            formed[key] = _formed(value)
        elif key in ("anyOf", "oneOf", "allOf"):
            formed[key] = [_formed(one) for one in value]
        else:
            formed[key] = value
    if "patternProperties" in formed:  # keys of another form are mistakes, not free
        formed.setdefault("additionalProperties", False)
    return _without_null_choice(formed)


def _formed_fields(fields: Schema) -> Schema:
    formed = {name: _formed(field) for name, field in fields.items()}
    for field in formed.values():
        field.pop("title", None)
        if field.get("default", ...) in (None, "", []):
            field.pop("default", None)
    return formed


def _without_null_choice(schema: Schema) -> Schema:
    """`anyOf: [X, null]` as X whose type may be null."""
    choices = schema.get("anyOf", [])
    others = [one for one in choices if one != {"type": "null"}]
    if len(others) == len(choices):
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if len(others) > 1:
        return {**rest, "anyOf": [*others[:-1], _with_null(others[-1])]}
    return {**_with_null(others[0]), **rest}


def _with_null(schema: Schema) -> Schema:
    """The schema, null too."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {**schema, "$ref": f"#/$defs/{name}-or-null"}
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            *others, last = schema[choice]
            return {**schema, choice: [*others, _with_null(last)]}
    kinds = schema.get("type", [])
    widened = dict(schema)
    if kinds:
        widened["type"] = [*([kinds] if isinstance(kinds, str) else kinds), "null"]
    if "enum" in schema:
        widened["enum"] = [*schema["enum"], None]
    if "const" in schema:
        widened["enum"] = [widened.pop("const"), None]
    return widened


def _wanted_nullable(schema: object) -> set[str]:
    """The names of definitions that something refers to as one that may be null."""
    if isinstance(schema, list):
        return {name for one in schema for name in _wanted_nullable(one)}
    if not isinstance(schema, dict):
        return set()
    found = {name for one in schema.values() for name in _wanted_nullable(one)}
    reference = schema.get("$ref", "")
    if isinstance(reference, str) and reference.endswith("-or-null"):
        found.add(reference.removeprefix("#/$defs/").removesuffix("-or-null"))
    return found
