"""Samples that were measured, and samples that could not be."""

from datetime import UTC, datetime

from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import LocalCause, Outcome, Sample

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NETWORK, NAMES, PERMISSION = LocalCause.NETWORK, LocalCause.NAMES, LocalCause.PERMISSION


def sample(device: str, outcome: Outcome = Outcome.OK, cause: LocalCause | None = None, check: str = "icmp") -> Sample:
    return Sample(DeviceName(device), CheckName(check), outcome, AT, AT, 0.1, "words", cause=cause)


def fault(device: str, cause: LocalCause | None = NETWORK, check: str = "icmp") -> Sample:
    return sample(device, Outcome.LOCAL_FAULT, cause, check)
