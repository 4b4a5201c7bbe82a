"""Which kinds of checks an inventory may name, and the Spec of each one's settings."""

from opsmon.probe.field import CheckSpec
from opsmon.probe.registry import KINDS, ProbeKind

_PLAIN = ("icmp", "snmp", "ssh")
KNOWN: dict[str, ProbeKind] = {
    **{name: ProbeKind(CheckSpec, KINDS["tcp"].run, name) for name in _PLAIN if name not in KINDS},
    **KINDS,
}
