"""What is checked on a device that does not say: one table, by kind.

Everything is pinged. SNMP is added for the kinds whose agents say more than that they live, when the device has an
`snmp:` access at all; cameras, terminals, phones and the like are often given no agent though their site has a default.
"""

from opsmon.model.device import Kind

PING_ONLY = frozenset(
    {Kind.CAMERA, Kind.VC_TERMINAL, Kind.ACCESS_CONTROL, Kind.PHONE, Kind.RADIO, Kind.DISPLAY, Kind.OTHER}
)


def default_checks(kind: Kind, *, has_snmp: bool) -> tuple[str, ...]:
    """The names of the checks of a device of a kind."""
    return ("icmp", "snmp") if has_snmp and kind not in PING_ONLY else ("icmp",)
