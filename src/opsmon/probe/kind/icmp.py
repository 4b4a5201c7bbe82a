"""Does a device answer pings, how quickly, and how many of them.

One echo request a run unless `count` says more; then they leave `interval` apart and the loss is told. A device is
reached when one echo comes back; `max_loss` and `max_rtt` make a poor path DEGRADED.
Series: blackbox_exporter's `probe_icmp_duration_seconds{phase}` (means: `setup` is the wait for a turn on the shared
socket, `rtt` the round trip), `probe_icmp_reply_hop_limit`; of several echoes also `ping_loss_ratio`.
"""

import asyncio
from array import array
from dataclasses import dataclass
from functools import lru_cache
from math import nan
from typing import Annotated

from pydantic import Field

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.name import CheckName
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.probe.common_series import common_block, way_to
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.labels import check_labels
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.usual_ping import UsualPing
from opsmon.protocol.dial import first_answer
from opsmon.protocol.icmp.echo import Echo
from opsmon.protocol.liveness import current_contact, note_peer
from opsmon.protocol.resolver import Resolver
from opsmon.spec import Seconds

PHASES = ("resolve", "setup", "rtt")
CHARTED = (PHASES.index("rtt"),)  # of a ping the round trip is looked at as a curve


@dataclass(frozen=True, slots=True)
class IcmpSettings:
    count: int = 1
    interval_s: float = 0.2
    size_bytes: int = 56
    max_loss_ratio: float | None = None
    max_rtt_s: float | None = None


class IcmpSpec(CheckSpec):
    count: Annotated[int, Field(ge=1, le=20)] = 1
    """How many pings a time · 每次发几个"""
    interval: Annotated[Seconds, Field(ge=0.01, le=5)] = 0.2
    """The time between them · 间隔"""
    size: Annotated[int, Field(ge=8, le=1400)] = 56
    """Octets of each ping's data · 数据字节数"""
    max_loss: Annotated[float, Field(ge=0, lt=1)] | None = None
    """The share of lost pings beyond which it is degraded, 0.1 for a tenth · 丢包率上限"""
    max_rtt: Annotated[Seconds, Field(gt=0)] | None = None
    """The round trip beyond which it is degraded · 时延上限"""

    def resolve(self) -> IcmpSettings:
        return IcmpSettings(self.count, self.interval, self.size, self.max_loss, self.max_rtt)


@lru_cache(maxsize=256)
def icmp_block(check: CheckName, *, several: bool = False) -> SeriesBlock:
    """The series of one ping check, shared by every device that has a check of this name."""
    labels = check_labels(check)
    phases = [("probe_icmp_duration_seconds", (*labels, ("phase", phase))) for phase in PHASES]
    names = [*phases, ("probe_icmp_reply_hop_limit", labels)]
    if several:
        names.append(("ping_loss_ratio", labels))
    return SeriesBlock(tuple(SeriesKey(metric, labels) for metric, labels in names), CHARTED)


async def run(device: Device, check: Check, settings: IcmpSettings, context: ProbeContext) -> CheckResult:
    numeric = context.resolver.numeric(device.address)
    if numeric and settings.count == 1 and check.family is None:  # by far the most
        echo = await context.pinger.ping(numeric[0], check.timeout_s, settings.size_bytes)
        return _finding_of_one(check, settings, echo)
    addresses = await context.resolver.addresses(device.address, check.family)
    resolve_s, address = current_contact().lookup_s, addresses[0]
    if len(addresses) > 1:
        address, echoes = await _ping_any(addresses, check, settings, context)
    elif settings.count == 1:
        echoes = [await context.pinger.ping(address, check.timeout_s, settings.size_bytes)]
    else:
        echoes = await _ping_several(address, check, settings, context)
    rtt_s = sum(echo.rtt_s for echo in echoes) / len(echoes)
    values = _values_of(echoes, rtt_s, resolve_s)
    loss_ratio = 1 - len(echoes) / settings.count
    if settings.count > 1:
        values.append(loss_ratio)
    outcome, detail = _judge(settings, rtt_s, loss_ratio)
    block = icmp_block(check.name) if settings.count == 1 else icmp_block(check.name, several=True)
    return CheckResult(outcome, detail, (Reading(block, values),))


def usual_ping(device: Device, check: Check, settings: IcmpSettings, resolver: Resolver) -> UsualPing | None:
    """The check as a usual ping; None where it is more than that."""
    numeric = resolver.numeric(device.address)
    if not numeric or settings.count != 1 or check.family is not None or settings.max_rtt_s is not None:
        return None
    return UsualPing(
        device.name,
        check.name,
        numeric[0],
        check.timeout_s,
        settings.size_bytes,
        common_block(check.name),
        icmp_block(check.name),
        way_to(numeric[0]),
    )


def _finding_of_one(check: Check, settings: IcmpSettings, echo: Echo) -> CheckResult:
    """Of the usual ping: one echo from an address that nobody had to look up."""
    rtt_s, hop_limit, setup_s = echo
    values = array("d", (0.0, setup_s, rtt_s, nan if hop_limit is None else hop_limit))
    outcome, detail = (Outcome.OK, "") if settings.max_rtt_s is None else _judge(settings, rtt_s, 0.0)
    return CheckResult(outcome, detail, (Reading(icmp_block(check.name), values),))


async def _ping_any(
    addresses: tuple[str, ...], check: Check, settings: IcmpSettings, context: ProbeContext
) -> tuple[str, list[Echo]]:
    """The echoes of whichever address answers first, and which that is. Raises ProbeError when none does."""

    async def ping(address: str) -> tuple[str, list[Echo]]:
        return address, await _ping_several(address, check, settings, context)

    address, echoes = await first_answer(addresses, ping)
    note_peer(address)
    return address, echoes


async def _ping_several(address: str, check: Check, settings: IcmpSettings, context: ProbeContext) -> list[Echo]:
    """The echoes that came back. Raises the last ProbeError when none did."""

    async def one(delay_s: float) -> Echo:
        await asyncio.sleep(delay_s)
        return await context.pinger.ping(address, check.timeout_s, settings.size_bytes)

    pings = (one(number * settings.interval_s) for number in range(settings.count))
    results = await asyncio.gather(*pings, return_exceptions=True)
    faults = [result for result in results if isinstance(result, BaseException)]
    unexpected = next((fault for fault in faults if not isinstance(fault, ProbeError)), None)
    local = next((fault for fault in faults if isinstance(fault, ProbeError) and not fault.outcome.measured), None)
    echoes = [result for result in results if isinstance(result, Echo)]
    if unexpected or local or not echoes:
        raise unexpected or local or faults[-1]
    return echoes


def _values_of(echoes: list[Echo], rtt_s: float, resolve_s: float) -> "array[float]":
    hop_limit = echoes[-1].hop_limit
    setup_s = sum(echo.setup_s for echo in echoes) / len(echoes)
    return array("d", (resolve_s, setup_s, rtt_s, nan if hop_limit is None else hop_limit))


def _judge(settings: IcmpSettings, rtt_s: float, loss_ratio: float) -> tuple[Outcome, str]:
    if settings.max_loss_ratio is not None and loss_ratio > settings.max_loss_ratio:
        return Outcome.DEGRADED, f"{loss_ratio:.0%} of the pings lost, {settings.max_loss_ratio:.0%} allowed"
    if settings.max_rtt_s is not None and rtt_s > settings.max_rtt_s:
        return Outcome.DEGRADED, f"{rtt_s * 1000:.1f} ms round trip, {settings.max_rtt_s * 1000:g} ms allowed"
    return Outcome.OK, ""
