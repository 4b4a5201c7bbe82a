"""The JSON Schema of an inventory file, for editors: made from the Specs themselves, so that it cannot fall behind."""

from typing import Any

from opsmon.config.inventory_spec import DeviceSpec, FieldsSpec, Name, RangeSpec, SiteFileSpec
from opsmon.probe.registry import KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SiteFileShape(SiteFileSpec):
    """A file with its parts typed: the loader validates them one by one, an editor wants them all."""

    defaults: FieldsSpec | None = None
    templates: dict[Name, FieldsSpec] | None = None
    devices: list[DeviceSpec] | None = None
    ranges: list[RangeSpec] | None = None


def inventory_schema() -> dict[str, Any]:
    """The schema as plain data."""
    schema = SiteFileShape.model_json_schema()
    definitions = schema.setdefault("$defs", {})
    checks = _check_schema(definitions)
    for definition in list(definitions.values()):
        if "checks" in definition.get("properties", {}):
            definition["properties"]["checks"] = {"anyOf": [{"type": "array", "items": checks}, {"type": "null"}]}
    schema.pop("required")
    either = [{"required": ["site"]}, {"required": ["templates"]}]
    return {"$schema": DIALECT, **schema, "title": "opsmon inventory file", "anyOf": either}


def _check_schema(definitions: dict[str, Any]) -> dict[str, Any]:
    """One entry of `checks:`: a bare name, or a name with the settings of its kind."""
    settings = {}
    for name, kind in KINDS.items():
        shape = kind.spec.model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(shape.pop("$defs", {}))
        settings[name] = {"anyOf": [shape, {"type": "null"}], "description": kind.summary}
    with_settings = {
        "type": "object", "properties": settings, "additionalProperties": False, "minProperties": 1, "maxProperties": 1,
    }  # fmt: skip
    return {"anyOf": [{"enum": list(KINDS)}, with_settings]}
