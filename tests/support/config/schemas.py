"""Each schema beside the Spec that the loader takes such a file by, and the shipped files that both must take."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from opsmon.backup.spec import BackupSectionSpec
from opsmon.config.inventory.check_list import check_mistakes
from opsmon.config.inventory.inventory_spec import FieldsSpec, Name, TemplateFileSpec
from opsmon.config.inventory.layer_check import SHAPE_ONLY
from opsmon.config.inventory.template_file import holds_templates
from opsmon.config.new_root import FILES, SETTINGS_TEXT
from opsmon.config.oncall.load import OnCallSpec
from opsmon.config.oncall.people import PeopleSpec
from opsmon.config.oncall.sample import ONCALL_TEXT, PEOPLE_TEXT
from opsmon.config.rules.calendars import CalendarSpec
from opsmon.config.rules.conditions import ConditionsSpec
from opsmon.config.rules.contracts import ContractSpec
from opsmon.config.rules.timeline import TimelineSpec
from opsmon.config.schema.generate import SiteFileShape, schema_of
from opsmon.config.settings import SettingsSpec
from opsmon.config.yaml.document import Document
from opsmon.config.yaml.node import Position, parse_yaml
from opsmon.probe.profile.definition.spec import ProfileSpec
from tests.support.places import REPOSITORY

SPECS: dict[str, type] = {
    "inventory": SiteFileShape, "settings": SettingsSpec, "contract": ContractSpec, "conditions": ConditionsSpec,
    "calendar": CalendarSpec, "profile": ProfileSpec, "backup-recipe": BackupSectionSpec, "timeline": TimelineSpec,
    "oncall": OnCallSpec, "people": PeopleSpec,
}  # fmt: skip
SETTINGS = """\
http: {listen: "127.0.0.1:9876", token: {env: TOKEN}}
store: sqlite:///var/opsmon.db
language: zh
timezone: Asia/Shanghai
hold_down: 30s
webhooks:
  - {name: oncall, url: "http://127.0.0.1:9099/hook", format: alertmanager, secret: {env: KEY}, timeout: 5s}
backup: {repository: backups, threads: 20, schedule: "02:10", until: "06:00", pause: 20m, overdue_nights: 2}
"""
TIMELINE = """\
contract: c
until: 2026-12-01T00:00:00+08:00
incidents:
  - id: i1
    device: mcu-1
    kind: mcu
    severity: major
    labels: {venue: bureau}
    pressures: [{since: 2026-11-20T10:00:00+08:00, gives_way_at: 2026-11-20T12:00:00+08:00, reason: UPS}]
    events:
      - {at: 2026-11-20T10:00:00+08:00, type: reported, by: somebody}
      - {at: 2026-11-20T10:30:00+08:00, type: judged, severity: emergency}
"""
OF_FOLDERS = {
    "inventory": "inventories/**/*.yaml", "contract": "rules/contracts/*.yaml", "conditions": "rules/conditions.yaml",
    "calendar": "rules/calendars/*.yaml", "profile": "probes/*.yaml",
}  # fmt: skip


def shipped_texts(name: str) -> Iterator[tuple[str, str]]:
    """The path and the text of every file that the project ships and this schema is for."""
    for file in sorted(REPOSITORY.glob(OF_FOLDERS[name])) if name in OF_FOLDERS else ():
        yield str(file.relative_to(REPOSITORY)), file.read_text("utf-8")
    written = {"inventory": FILES["inventories/sample.yaml"], "contract": FILES["rules/contracts/sample.yaml"]}
    of_call = {"oncall": uncommented(ONCALL_TEXT), "people": uncommented(PEOPLE_TEXT)}
    own = {"settings": SETTINGS, "timeline": TIMELINE, **of_call, **written}
    if name in own:
        yield "written", own[name]


def uncommented(text: str) -> str:
    """A sample that stands behind `#`, as people have it who take the signs away."""
    return re.sub("^# ", "", text, flags=re.MULTILINE)


def shipped(name: str) -> Iterator[tuple[str, Any]]:
    """The same as data; a backup recipe is what profiles say under `backup:`."""
    if name == "backup-recipe":
        of_profiles = ((path, data.get("backup")) for path, data in shipped("profile"))
        yield from ((path, section) for path, section in of_profiles if section)
        return
    for path, text in shipped_texts(name):
        yield path, plain(parse_yaml(text).data)


def plain(node: object) -> Any:
    """Located data as plain dicts and lists, to be changed."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    return [plain(item) for item in node] if isinstance(node, list) else node


@cache
def validator(name: str) -> Draft202012Validator:
    """A validator that others wrote, for one of our schemas."""
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


class TemplateFileShape(TemplateFileSpec):
    """A file of templates alone, which the loader takes by another Spec than a site's."""

    templates: dict[Name, FieldsSpec]


@cache
def _loader(spec: type) -> Callable[[object], object]:
    adapter: TypeAdapter[object] = TypeAdapter(spec)
    return lambda data: adapter.validate_python(data, context=SHAPE_ONLY)


def _spec(name: str, data: object) -> type:
    document = Document(Path(), "", data, Position(1, 1))
    return TemplateFileShape if name == "inventory" and holds_templates(document) else SPECS[name]


def _of_spec(spec: type, data: object) -> list[str]:
    try:
        _loader(spec)(data)
    except ValidationError as error:
        return [_line(detail) for detail in error.errors(include_url=False)]
    return []


def refusals(name: str, data: object) -> list[str]:
    """What the loader says against the shape of the data; of checks by the Specs of their kinds."""
    found = _of_spec(_spec(name, data), data)
    section = data.get("backup") if name == "profile" and isinstance(data, dict) else None
    if section:
        found += _of_spec(BackupSectionSpec, section)
    return found + [mistake.message for checks in _check_lists(data) for mistake in check_mistakes(checks, SHAPE_ONLY)]


def refusals_of_form(name: str, data: object) -> list[str]:
    """Those that a schema can tell: not what two keys say together, and not the sense of a text."""
    return [line for line in refusals(name, data) if not line.startswith(("opsmon ", "value_error "))]


def _line(detail: ErrorDetails) -> str:
    return f"{detail['type']} at {'.'.join(map(str, detail['loc']))}: {detail['msg']}"


def _check_lists(node: object) -> Iterator[list[object]]:
    if isinstance(node, dict):
        checks = node.get("checks")
        if isinstance(checks, list):
            yield checks
        for inner in node.values():
            yield from _check_lists(inner)
    elif isinstance(node, list):
        for item in node:
            yield from _check_lists(item)


__all__ = ["SETTINGS_TEXT", "SPECS", "refusals", "refusals_of_form", "shipped", "shipped_texts", "validator"]
