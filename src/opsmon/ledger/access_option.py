"""The SNMP access of a new site as one typed word."""

import os
from pathlib import Path

from pydantic import ValidationError

from opsmon.config.inventory.inventory_spec import SnmpAccessSpec
from opsmon.config.inventory.layer_check import SHAPE_ONLY
from opsmon.config.yaml.mistake import mistakes_of
from opsmon.config.yaml.node import YamlProblem, parse_yaml
from opsmon.errors import ConfigError, Problem
from opsmon.text.bilingual import filled

_VERSIONS = ("1", "2c")
SHAPE = (
    "`env:NAME`, `file:PATH`, `COMMUNITY`, any of them after `1:` or `2c:`, or YAML: `{version: 3, user: ops, auth: …}`"
)


def snmp_access(text: str, inventories: Path) -> dict[str, object]:
    """`snmp:` as an inventory file says it. The path of `file:` is relative to where it is typed, and is written
    relative to the folder of the inventory files. Raises ConfigError for what is no access."""
    if text.startswith("{"):
        return _checked(text, _mapping(text))
    version, colon, rest = text.partition(":")
    if colon and version.lower().removeprefix("v") in _VERSIONS:
        version, text = version.lower().removeprefix("v"), rest
    else:
        version = "2c"
    way, colon, name = text.partition(":")
    community: object = text
    if colon and way == "env":
        community = {"env": name}
    elif colon and way == "file":
        community = {"file": os.path.relpath(Path(name).expanduser().absolute(), inventories.absolute())}
    return _checked(text, {"version": version, "community": community})


def _mapping(text: str) -> dict[str, object]:
    try:
        data = parse_yaml(text).data
    except YamlProblem as problem:
        raise wrong_access(problem.message, problem.hint) from None
    if not isinstance(data, dict):
        raise wrong_access("no access", SHAPE)
    return _plain(data)


def _plain(data: dict[str, object]) -> dict[str, object]:
    return {key: _plain(value) if isinstance(value, dict) else value for key, value in data.items()}


def _checked(text: str, access: dict[str, object]) -> dict[str, object]:
    try:
        SnmpAccessSpec.model_validate(access, context=SHAPE_ONLY)
    except ValidationError as error:
        first = next(iter(mistakes_of(error, SnmpAccessSpec, access)))
        raise wrong_access(first.message, first.hint or SHAPE) from None
    return access


def wrong_access(message: str, hint: str) -> ConfigError:
    """What is wrong with the access that was typed."""
    return ConfigError((Problem("", 0, 0, filled("--snmp: {}", "--snmp：{}", message), hint),))
