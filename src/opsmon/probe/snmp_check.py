"""Polls a device over SNMP by its profile: identity, health, interfaces, neighbours.

An agent that answers and has nothing that any profile asks for is DEGRADED; what a profile expects and a device does
not have is simply absent.
"""

from dataclasses import dataclass
from typing import Literal

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.sample import Outcome
from opsmon.probe.contact import current_contact
from opsmon.probe.context import Finding, ProbeContext
from opsmon.probe.field import CheckSpec
from opsmon.probe.profile.poller import Picture
from opsmon.probe.snmp.traffic import Exchanged


@dataclass(frozen=True, slots=True)
class SnmpSettings:
    """How much is asked; access and profile are the device's. `interfaces` full is every object of IF-MIB."""

    interfaces: Literal["lean", "full"] = "lean"


class SnmpSpec(CheckSpec):
    interfaces: Literal["lean", "full"] = "lean"

    def resolve(self) -> SnmpSettings:
        return SnmpSettings(self.interfaces)


async def run(device: Device, check: Check, context: ProbeContext) -> Finding:
    """One poll. Raises ProbeError when the agent does not answer."""
    if context.profiles is None:
        raise ProbeError(Outcome.LOCAL_FAULT, "no device profiles are loaded")
    contact = current_contact()

    def witness(exchanged: Exchanged) -> None:
        contact.answered = contact.answered or exchanged.response is not None

    settings = check.settings if isinstance(check.settings, SnmpSettings) else SnmpSettings()
    poller = context.profiles.of(device, all_interface_objects=settings.interfaces == "full")
    picture = await poller.poll(context.snmp.session(device, witness))
    return finding_of(picture)


def finding_of(picture: Picture) -> Finding:
    """A picture as the finding of a check."""
    facts = {"kind": picture.kind.value} | dict(picture.neighbours)
    if not picture.readings and not picture.identity.system:
        return Finding(Outcome.DEGRADED, "the agent answers and has nothing to say", identity=picture.identity)
    return Finding(Outcome.OK, "; ".join(picture.problems), picture.readings, picture.identity, facts)
