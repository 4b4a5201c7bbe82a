"""What went over the wire: counters for metrics, and a line for each answer for who wants to watch."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from opsmon.protocol.snmp.codec.message import Request, Response


@dataclass(slots=True)
class Traffic:
    """Datagrams since the start. A `dropped_…` one was nobody's answer, and changed nothing."""

    sent: int = 0
    retried: int = 0
    received: int = 0
    silences: int = 0  # requests given up
    dropped_malformed: int = 0
    dropped_unknown_id: int = 0
    dropped_late: int = 0  # a second answer, or one to a request given up
    dropped_wrong_source: int = 0
    dropped_wrong_community: int = 0
    dropped_wrong_version: int = 0
    dropped_unauthenticated: int = 0  # SNMPv3: a wrong digest, engine, user, context or level, or not decrypted
    dropped_untimely: int = 0  # SNMPv3: authentic, and outside of the time window
    reports: int = 0  # SNMPv3: what an engine says instead of an answer
    icmp_errors: int = 0
    send_failures: int = 0

    def snapshot(self) -> "Traffic":
        return replace(self)

    def as_mapping(self) -> dict[str, int]:
        return {item.name: getattr(self, item.name) for item in fields(self)}


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request and what became of it; `response` is None when nothing came in time."""

    request: Request
    response: Response | None
    attempts: int
    took_s: float


Trace = Callable[[Exchanged], None]
