"""A network that keeps every ping until a test says what becomes of it."""

import asyncio
from typing import NamedTuple

from opsmon.errors import ProbeError
from opsmon.protocol.icmp.echo import Echo, Settle, Verdict


class HeldPing(NamedTuple):
    address: str
    timeout_s: float
    size_bytes: int
    settle: Settle


class HeldPinger:
    """`held` are those that are out, in the order in which they were sent; `sent` is set while any is."""

    def __init__(self) -> None:
        self.held: list[HeldPing] = []
        self.sent = asyncio.Event()

    async def ping(self, address: str, timeout_s: float, size_bytes: int = 56) -> Echo:
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self.send(address, timeout_s, size_bytes, answer.set_result)
        verdict = await answer
        if isinstance(verdict, ProbeError):
            raise verdict
        assert verdict is not None
        return verdict

    def send(self, address: str, timeout_s: float, size_bytes: int, settle: Settle) -> None:
        self.held.append(HeldPing(address, timeout_s, size_bytes, settle))
        self.sent.set()

    def answer_all(self, verdict: Verdict) -> int:
        """The same becomes of all that are out; how many they were."""
        held, self.held = self.held, []
        self.sent.clear()
        for one in held:
            one.settle(verdict)
        return len(held)
