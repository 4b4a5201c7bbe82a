"""The SNMP accesses that a sweep tries in order, each with the reference by which an inventory file may name it.

A secret that was typed, or stands in a list with others, is never written: the file names a variable of the environment
that somebody has yet to set.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from opsmon.config.inventory.access import IncompleteAccessError, resolve_snmp
from opsmon.config.secret import FileSecrets, MissingSecret
from opsmon.config.yaml.document import Document
from opsmon.config.yaml.node import Position
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError, Problem
from opsmon.ledger.access_option import snmp_access, wrong_access
from opsmon.model.device import Inventory, SnmpAccess
from opsmon.model.secret import Secret
from opsmon.protocol.snmp.agent import DEFAULT_COMMUNITY
from opsmon.text.bilingual import NO_WORDS, Sentence, Text, joined

VARIABLE = "SNMP_COMMUNITY"
MAX_ACCESSES = 16  # each is asked of every device that answers none before it
USUAL_PORT = 161


@dataclass(frozen=True, slots=True)
class TriedAccess:
    """`written` is what `snmp:` of a device comes to; `remark` what somebody has to do before it holds, or empty."""

    access: SnmpAccess
    written: Mapping[str, object]
    remark: Text = NO_WORDS


@dataclass(frozen=True, slots=True)
class AccessWords:
    """What the command line says: `snmp` in the words of `inventory import`, communities with where they came from."""

    snmp: Sequence[str] = ()
    communities: Sequence[tuple[str, Text]] = ()
    port: int | None = None


def accesses_of(words: AccessWords, inventory: Inventory, inventories: Path) -> tuple[TriedAccess, ...]:
    """Those of the command line, else those that the inventory uses, else the community `public`.

    Raises ConfigError for an access that is none, a secret that is not there, and for too many.
    """
    numbered = _Variables()
    found = [_typed(text, inventories, numbered) for text in words.snmp]
    found += [_community(text, source, numbered) for text, source in words.communities]
    found = found or list(_of_inventory(inventory, numbered)) or [_by_default()]
    if len(found) > MAX_ACCESSES:
        told = Sentence(
            f"{len(found)} accesses are more than {MAX_ACCESSES}", f"{len(found)} 种访问方式，最多 {MAX_ACCESSES} 种"
        )
        raise ConfigError(
            (
                Problem(
                    "",
                    0,
                    0,
                    told,
                    Sentence("each is asked of every device that takes none before it", "设备不接受前面的，就逐个尝试"),
                ),
            )
        )
    return tuple(_at_port(one, words.port) for one in found)


class _Variables:
    """Names for the variables of secrets that nothing names yet: SNMP_COMMUNITY, SNMP_COMMUNITY_2, …"""

    def __init__(self) -> None:
        self._count = 0

    def next(self) -> str:
        self._count += 1
        return VARIABLE if self._count == 1 else f"{VARIABLE}_{self._count}"


def _at_port(one: TriedAccess, port: int | None) -> TriedAccess:
    if port is None or port == one.access.port:
        return one
    return replace(one, access=replace(one.access, port=port), written={**one.written, "port": port})


def _by_default() -> TriedAccess:
    access = SnmpAccess(community=Secret(DEFAULT_COMMUNITY))
    return TriedAccess(access, {"version": "2c", "community": DEFAULT_COMMUNITY})


def _community(text: str, source: Text, numbered: _Variables) -> TriedAccess:
    if text == DEFAULT_COMMUNITY:
        return _by_default()
    name = numbered.next()
    written = {"version": "2c", "community": {"env": name}}
    return TriedAccess(
        SnmpAccess(community=Secret(text)), written, Text(f"set {name} to {source.en}", f"把 {name} 设为{source.zh}")
    )


def _typed(text: str, inventories: Path, numbered: _Variables) -> TriedAccess:
    """An access of `--snmp`; what it names itself is written as it is, what it holds itself is not."""
    fields = snmp_access(text, inventories)
    file, problems = inventories / "--snmp", Problems()
    secrets = FileSecrets(Document(file, str(file), fields, Position(0, 0)), os.environ, problems, {}, required=True)
    try:
        access = resolve_snmp(fields, secrets)
    except IncompleteAccessError as error:
        raise wrong_access(error.mistake.message, error.mistake.hint) from None
    try:
        problems.raise_if_any()
    except ConfigError as error:
        raise wrong_access(error.problems[0].message, error.problems[0].hint) from None
    remarks: list[Text] = []
    written = _with_references(fields, numbered, remarks)
    return TriedAccess(access, written, joined(remarks))


def _with_references(fields: Mapping[str, object], numbered: _Variables, remarks: list[Text]) -> dict[str, object]:
    """The fields with every literal secret but the well-known one as a reference to a variable."""
    written: dict[str, object] = {}
    for key, value in fields.items():
        if key in ("auth", "priv") and isinstance(value, Mapping):
            written[key] = _with_references(value, numbered, remarks)
        elif key in ("community", "key") and isinstance(value, str) and value != DEFAULT_COMMUNITY:
            name = numbered.next() if key == "community" else f"SNMP_KEY_{len(remarks) + 1}"
            written[key] = {"env": name}
            remarks.append(Text(f"set {name} to the {key} that was typed", f"把 {name} 设为输入的 {key}"))
        else:
            written[key] = value
    return written


def _of_inventory(inventory: Inventory, numbered: _Variables) -> Iterable[TriedAccess]:
    """Those that its devices use, each once and the most used first; one whose secret is not here is left out."""
    uses: dict[SnmpAccess, list[str]] = {}
    for device in inventory.devices.values():
        if device.snmp is not None and not any(isinstance(one, MissingSecret) for _, one in device.secrets()):
            uses.setdefault(replace(device.snmp, port=USUAL_PORT), []).append(device.name)
    for access, names in sorted(uses.items(), key=lambda pair: -len(pair[1]))[:MAX_ACCESSES]:
        remark = Text(
            f"take `snmp:` over from {names[0]}, whose access it is", f"从 {names[0]} 抄写 `snmp:`，这是它的访问方式"
        )
        if access.community is not None and access.community.reveal() == DEFAULT_COMMUNITY:
            yield replace(_by_default(), access=access)
        elif access.community is not None:
            yield TriedAccess(
                access, {"version": access.version.value, "community": {"env": numbered.next()}}, remark
            )  # fmt: skip
        else:
            yield TriedAccess(access, {"version": "3", "user": access.user, **_keys(access)}, remark)


def _keys(access: SnmpAccess) -> dict[str, object]:
    pairs = (("auth", access.auth), ("priv", access.priv))
    return {name: {"protocol": key.protocol, "key": {"env": f"SNMP_{name.upper()}_KEY"}} for name, key in pairs if key}
