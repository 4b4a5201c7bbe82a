"""Polls a device over SNMP by its profile: identity, health, interfaces, neighbours.

An agent that answers and has nothing that any profile asks for is DEGRADED; what a profile expects and a device does
not have is simply absent.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.sample import Outcome
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.profile.poller import DevicePicture
from opsmon.protocol.liveness import current_contact
from opsmon.protocol.snmp.pace import Terms

_HAND_IN_S, _HAND_IN_SHARE = 0.25, 0.1


@dataclass(frozen=True, slots=True)
class SnmpSettings:
    """How much is asked, and how patiently; access and profile are the device's.

    `interfaces` full is every object of IF-MIB. `silence_s` is how long a silent agent is waited for, None where
    nobody set it: then 3 s, so that a dead device is declared in time. `retries` is how often a request is sent again.
    """

    interfaces: Literal["lean", "full"] = "lean"
    silence_s: float | None = None
    retries: int | None = None


class SnmpSpec(CheckSpec):
    interfaces: Literal["lean", "full"] = "lean"
    """`lean`: the objects that dashboards and conditions need; `full`: all of if_mib · 接口对象的多少"""
    retries: Annotated[int, Field(ge=0, le=10)] | None = None
    """How often an unanswered request is sent again · 重发次数"""

    def resolve(self) -> SnmpSettings:
        return SnmpSettings(self.interfaces, self.timeout, self.retries)


async def run(device: Device, check: Check, settings: SnmpSettings, context: ProbeContext) -> CheckResult:
    """One poll. Raises ProbeError when the agent does not answer."""
    if context.profiles is None:
        raise ProbeError(Outcome.LOCAL_FAULT, "no device profiles are loaded")
    poller = context.profiles.of(device, all_interface_objects=settings.interfaces == "full")
    return finding_of(await poller.poll(context.snmp.session(device, terms=_terms(check, settings))))


def _terms(check: Check, settings: SnmpSettings) -> Terms:
    """What the poll may take: a little less than the check, so that what came is handed in and not cut off."""
    hand_in_s = min(_HAND_IN_S, check.timeout_s * _HAND_IN_SHARE)
    deadline_s = asyncio.get_running_loop().time() + check.timeout_s - hand_in_s
    return Terms(deadline_s, settings.silence_s, settings.retries, current_contact())


def finding_of(picture: DevicePicture) -> CheckResult:
    """A picture as the finding of a check. What was answered is handed on whatever else was not."""
    facts = {"kind": picture.kind.value} | dict(picture.neighbours)
    if not picture.readings and not picture.identity.system:
        return CheckResult(Outcome.DEGRADED, "the agent answers and has nothing to say", identity=picture.identity)
    outcome, words = Outcome.OK, picture.problems
    if picture.ran_out and picture.surveyed:
        words = ("the first look at the device goes on with the next poll", *words)
    elif picture.ran_out:
        outcome, words = Outcome.DEGRADED, ("it answers, and too slowly: not everything was read in time", *words)
    return CheckResult(outcome, "; ".join(words), picture.readings, picture.identity, facts)
