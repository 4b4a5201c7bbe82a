"""Pings over a network of which a test wrote the script."""

from dataclasses import replace

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.icmp import IcmpSpec
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.icmp.echo import Echo, Settle
from tests.support.probe.context import device_with


class ScriptedPinger:
    """Stands for the network: each ping takes the next word of the script."""

    def __init__(self, *script: Echo | Outcome) -> None:
        self._script = list(script)
        self.asked: list[tuple[str, float, int]] = []

    async def ping(self, address: str, timeout_s: float, size_bytes: int = 56) -> Echo:
        self.asked.append((address, timeout_s, size_bytes))
        word = self._script.pop(0)
        if isinstance(word, Outcome):
            raise ProbeError(word, f"scripted {word}")
        return word

    def send(self, address: str, timeout_s: float, size_bytes: int, settle: Settle) -> None:
        self.asked.append((address, timeout_s, size_bytes))
        word = self._script.pop(0)
        settle(ProbeError(word, f"scripted {word}") if isinstance(word, Outcome) else word)


async def ping(context: ProbeContext, spec: IcmpSpec, *script: Echo | Outcome) -> tuple[Sample, ScriptedPinger]:
    pinger = ScriptedPinger(*script)
    device = device_with("icmp", spec)
    return await run_check(device, device.checks[0], replace(context, pinger=pinger)), pinger
