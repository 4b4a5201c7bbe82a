"""Runs one check once: times it, bounds it, and turns whatever happens into a Sample.

Here is the one broad `except` of room 2: a check that breaks is our own fault, so it is logged with its traceback,
counted by the outcome LOCAL_FAULT, and blamed on no device.
"""

import asyncio
import logging
from array import array
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from math import nan
from typing import Any

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.sample import Outcome, Reading, Sample
from opsmon.probe.common_series import common_block, way_to
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.registry import KINDS, ProbeKind
from opsmon.protocol.liveness import Liveness, begin_contact, end_contact
from opsmon.protocol.socket_fault import route_fault
from opsmon.protocol.wire_text import shown
from opsmon.text.bilingual import Sentence, with_more

log = logging.getLogger(__name__)
_MAY_BE_OURS = (Outcome.TIMEOUT, Outcome.REFUSED)


async def run_check(
    device: Device,
    check: Check,
    context: ProbeContext,
    kinds: Mapping[str, ProbeKind[Any]] = KINDS,
    *,
    confirms: bool = False,
) -> Sample:
    """One run. Never raises but for cancellation, and is over soon after `check.timeout_s` seconds."""
    started_at, started_s = context.clock.now(), context.clock.monotonic()
    numeric = context.resolver.numeric(device.address) if check.family is None else ()
    contact = Liveness(numeric[0], 0.0) if numeric else Liveness()
    token = begin_contact(contact)
    try:
        finding = await _find(device, check, context, kinds[check.kind], contact)
    finally:
        end_contact(token)
    if finding.outcome is not Outcome.OK:
        finding = _look_at_ourselves(finding, device, check, context)
    duration_s = context.clock.monotonic() - started_s
    return sample_of(device, check, finding, started_at, duration_s, confirms=confirms, contact=contact)


def failed_ping(
    device: Device,
    check: Check,
    fault: ProbeError,
    context: ProbeContext,
    started_at: datetime,
    duration_s: float,
    address: str,
) -> Sample:
    """What `run_check` would make of a ping to a numeric address that did not come back, or could not be sent."""
    finding = _look_at_ourselves(_found(fault), device, check, context)
    return sample_of(device, check, finding, started_at, duration_s, confirms=False, contact=Liveness(address, 0.0))


def _found(fault: ProbeError) -> CheckResult:
    return CheckResult(fault.outcome, fault.detail, cause=fault.cause)


def _is_behind(device: Device, check: Check) -> bool:
    """Whether the check is made from a jump host: then neither our routes nor our name service are in question."""
    return check.kind == "ssh" and device.ssh is not None and device.ssh.jump is not None


def _look_at_ourselves(finding: CheckResult, device: Device, check: Check, context: ProbeContext) -> CheckResult:
    """What failed, or our own fault where this machine has no way to any of the device's addresses."""
    if not finding.outcome.reached:
        context.resolver.doubt(device.address)
    if finding.outcome not in _MAY_BE_OURS or _is_behind(device, check):
        return finding
    faults = [route_fault(address) for address in context.resolver.known_addresses(device.address)]
    fault = faults[0] if faults and all(faults) else None
    if fault is None:
        return finding
    return finding._replace(outcome=fault.outcome, detail=fault.detail, cause=fault.cause)


async def _find(
    device: Device, check: Check, context: ProbeContext, kind: ProbeKind[Any], contact: Liveness
) -> CheckResult:
    try:
        # the name service's slowness is none of the device's time
        if not contact.address and not _is_behind(device, check):
            await context.resolver.addresses(device.address, check.family)
        if kind.bounds_itself:
            return await kind.find(device, check, context)
        return await _find_in_time(device, check, context, kind, contact)
    except ProbeError as error:
        return _found(error)
    except Exception as error:
        log.exception("check %s of %s failed unexpectedly", check.name, device.name)
        return CheckResult(Outcome.LOCAL_FAULT, f"internal error of the check: {type(error).__name__}")


async def _find_in_time(
    device: Device, check: Check, context: ProbeContext, kind: ProbeKind[Any], contact: Liveness
) -> CheckResult:
    """What the check finds within its time-out. A device that answered anything by then is slow, not silent."""
    try:
        async with asyncio.timeout(check.timeout_s):
            return await kind.find(device, check, context)
    except TimeoutError:
        fault = ProbeError(Outcome.TIMEOUT, f"not through within {check.timeout_s:g} s")
    except ProbeError as error:
        fault = error
    if contact.answered and fault.outcome is Outcome.TIMEOUT:
        return CheckResult(Outcome.DEGRADED, f"it answers, and too slowly: {fault.detail}")
    if contact.heard and fault.outcome is Outcome.TIMEOUT:
        return CheckResult(Outcome.PROTOCOL, with_more(fault.detail, contact.heard))
    raise fault


def sample_of(
    device: Device,
    check: Check,
    finding: CheckResult,
    started_at: datetime,
    duration_s: float,
    *,
    confirms: bool,
    contact: Liveness | None = None,
) -> Sample:
    """The Sample of a finding, with the series that every check has. What was not measured is absent (NaN)."""
    success = float(finding.outcome is Outcome.OK) if finding.outcome.measured else nan
    values = (success, duration_s, check.timeout_s, *_way_of(contact))
    shared = Reading(common_block(check.name), array("d", values))
    return Sample(
        device=device.name,
        check=check.name,
        outcome=finding.outcome,
        started_at=started_at,
        at=started_at + timedelta(seconds=duration_s),
        duration_s=duration_s,
        detail=finding.detail and _shown(finding.detail),
        readings=(shared, *finding.readings),
        identity=finding.identity,
        confirms=confirms,
        facts={name: shown(text) for name, text in finding.facts.items()} if finding.facts else finding.facts,
        cause=finding.cause,
    )


def _shown(detail: str) -> str:
    """Fit to be shown, in both languages where it has both."""
    return Sentence(shown(detail), shown(detail.zh)) if isinstance(detail, Sentence) else shown(detail)


def _way_of(contact: Liveness | None) -> tuple[float, float, float]:
    """The version of IP, the hash of the address and the time that its name took; all absent before it is known."""
    if contact is None or not contact.address:
        return nan, nan, nan
    return *way_to(contact.address), contact.lookup_s


def excuse(sample: Sample, reason: str) -> Sample:
    """The same run, found to say nothing of the device."""
    unmeasured = [Reading(shared.block, array("d", (nan, *shared.values[1:]))) for shared in sample.readings[:1]]
    detail = f"{reason}: {sample.detail}" if sample.detail else reason
    return replace(sample, outcome=Outcome.LOCAL_FAULT, detail=detail, readings=(*unmeasured, *sample.readings[1:]))
