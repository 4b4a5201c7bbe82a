"""Words of an incident: its severity, and the facts that people and probes report about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """Given by a rule or, finally, by a named human; no contract defines the words."""

    ORDINARY = "ordinary"
    MAJOR = "major"
    EMERGENCY = "emergency"


class FactType(StrEnum):
    """What can happen to an incident, in the words of the timeline format. Contract clocks start and stop on these."""

    DETECTED = "detected"  # the first failed observation by our own monitoring
    REPORTED = "reported"  # a person reported the fault
    NOTIFIED = "notified"  # the contractor was told (SMS, phone, mail, dispatch)
    ACKNOWLEDGED = "acknowledged"  # a named human confirms
    REMOTE_STARTED = "remote_started"  # remote help has begun
    REMOTE_FAILED = "remote_failed"
    ON_SITE = "on_site"  # an engineer is at the venue
    SPARE_NEEDED = "spare_needed"
    SPARE_INSTALLED = "spare_installed"
    FALLBACK_AGREED = "fallback_agreed"
    RESOLVED = "resolved"  # service restored
    REPORT_FILED = "report_filed"  # the written paper is handed over
    EXCLUDED = "excluded"  # not the contractor's responsibility, with a reason
    INCLUDED = "included"  # a change of mind about `excluded`, with a reason


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an incident at `at` (aware UTC), as told by `by` (a name, or "monitoring")."""

    type: FactType
    at: datetime
    by: str = ""
    note: str = ""
