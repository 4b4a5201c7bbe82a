"""JSON Schemas of every YAML file of a root, for editors: made from the Specs themselves, so that none falls behind.

What two keys say together (`priv` needs `auth`) and what another file knows (contracts, profiles, parents) no schema
can tell: `opsmon check` does. `patternErrorMessage` is what the YAML language server says of a text of another form.
"""

import json
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from opsmon.backup.change.order import Order
from opsmon.backup.spec import BackupSectionSpec
from opsmon.config.inventory.inventory_spec import DeviceSpec, FieldsSpec, Name, RangeSpec, SiteFileSpec
from opsmon.config.oncall.load import OnCallSpec
from opsmon.config.oncall.people import PeopleSpec
from opsmon.config.rules.calendars import CalendarSpec
from opsmon.config.rules.conditions import ConditionsSpec
from opsmon.config.rules.contracts import ContractSpec
from opsmon.config.rules.timeline import TimelineSpec
from opsmon.config.schema.field_words import words_of
from opsmon.config.schema.form import finished
from opsmon.config.settings import SettingsSpec
from opsmon.config.yaml.node import TEXT_KEYS
from opsmon.probe.profile.definition.spec import ProfileSpec
from opsmon.probe.registry import KINDS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


class SiteFileShape(SiteFileSpec):
    """A file of `inventories/`: a site, or templates for the sites of its folder and below."""

    # The loader validates the parts one by one, an editor wants them all.
    defaults: FieldsSpec | None = None
    templates: dict[Name, FieldsSpec] | None = None
    devices: list[DeviceSpec] | None = None
    ranges: list[RangeSpec] | None = None


class _Generator(GenerateJsonSchema):
    """pydantic's, with the words of each field."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        return _told(super().model_schema(schema), schema["cls"])

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return _told(super().dataclass_schema(schema), schema["cls"])


def _told(shape: Schema, spec: type) -> Schema:
    words = words_of(spec)
    for key, field in shape.get("properties", {}).items():
        if key in words:
            field["description"] = words[key]
        if key in TEXT_KEYS and field.get("type") == "string":
            field["type"] = ["string", "number"]  # 3.10 is read as the text that was written
    return shape


def _made(spec: type, title: str) -> Schema:
    shape = TypeAdapter(spec).json_schema(schema_generator=_Generator, ref_template="#/$defs/{model}")
    return {"$schema": DIALECT, **shape, "title": title}


def _inventory() -> Schema:
    schema = _made(SiteFileShape, "An inventory file of opsmon")
    schema.pop("required")
    _type_checks(schema)
    return schema | {"anyOf": [{"required": ["site"]}, {"required": ["templates"]}]}


def _profile() -> Schema:
    schema = _made(ProfileSpec, "A device profile of opsmon")
    recipe = BackupSectionSpec.model_json_schema(schema_generator=_Generator, ref_template="#/$defs/{model}")
    schema["$defs"] |= recipe.pop("$defs", {})
    schema["properties"]["backup"] |= recipe
    _type_checks(schema)
    return schema


def _type_checks(schema: Schema) -> None:
    """Say of every `checks:` what its entries look like; the loader asks the kind's own Spec."""
    definitions = schema["$defs"]
    definitions["check"] = _check_schema(definitions)
    for holder in (schema, *list(definitions.values())):
        checks = holder.get("properties", {}).get("checks")
        if checks is not None:
            checks.pop("anyOf", None)
            checks |= {
                "type": ["array", "null"] if checks.get("default", ()) is None else "array",
                "items": {"$ref": "#/$defs/check"},
            }


def _check_schema(definitions: Schema) -> Schema:
    """One entry of `checks:`: a bare name, or a name with the settings of its kind."""
    settings = {}
    for name, kind in KINDS.items():
        shape = kind.spec.model_json_schema(schema_generator=_Generator, ref_template="#/$defs/{model}")
        definitions.update(shape.pop("$defs", {}))
        shape["type"] = ["object", "null"] if not shape.get("required") else "object"
        settings[name] = shape | {"description": kind.summary}
    with_settings = {
        "type": "object", "properties": settings, "additionalProperties": False, "minProperties": 1, "maxProperties": 1,
    }  # fmt: skip
    bare = [name for name, shape in settings.items() if "required" not in shape]
    return {"anyOf": [{"type": "string", "enum": bare}, with_settings]}


# By the word that people type: where the files are, and how their schema is made.
_SCHEMAS: dict[str, tuple[str, Callable[[], Schema]]] = {
    "inventory": ("inventories/**/*.yaml", _inventory),
    "settings": ("opsmon.yaml", lambda: _made(SettingsSpec, "The settings of opsmon")),
    "contract": ("rules/contracts/*.yaml", lambda: _made(ContractSpec, "A contract of opsmon")),
    "conditions": ("rules/conditions.yaml", lambda: _made(ConditionsSpec, "The conditions of opsmon")),
    "oncall": ("rules/oncall.yaml", lambda: _made(OnCallSpec, "The on-call rules of opsmon")),
    "people": ("people.yaml", lambda: _made(PeopleSpec, "The people on call of opsmon")),
    "calendar": ("rules/calendars/*.yaml", lambda: _made(CalendarSpec, "A calendar of opsmon")),
    "profile": ("probes/*.yaml", _profile),
    "backup-recipe": ("`backup:` of a profile", lambda: _made(BackupSectionSpec, "How a make is backed up by opsmon")),
    "change-order": ("`.changes/*.json` of a backup repository", lambda: _made(Order, "A change order of opsmon")),
    "timeline": ("a timeline to replay", lambda: _made(TimelineSpec, "A timeline of opsmon")),
}
SCHEMA_NAMES = tuple(_SCHEMAS)


def files_of(name: str) -> str:
    """Which files a schema is for, in words or as a pattern of paths below a root."""
    return _SCHEMAS[name][0]


def schema_of(name: str) -> Schema:
    """A schema as plain data; `name` is one of SCHEMA_NAMES."""
    return finished(_SCHEMAS[name][1]())


def schema_text(name: str) -> str:
    """A schema as the text of its file."""
    return json.dumps(schema_of(name), ensure_ascii=False, indent=1) + "\n"
