"""The fleet pinger: every ping of the daemon over one ICMP socket per address family.

Promises: an answer counts only when its identifier, sequence number, secret nonce, length and source are those of a
request that is still waiting; the round trip is from just before the send to the kernel's receive time, so that a
busy loop does not lengthen it; before a request is given up the socket is read empty, so that an answer which came in
time is not lost to our own lateness. Everything that is dropped is counted. Requests leave at most `BATCH` at once.

Because the kernel notes when an answer came, nobody has to be woken by it: while requests are out the socket is read
some forty times a second, many answers at once, and not at all while none is out.

A reply after the time-out is late, not a success. A router's word that the host cannot be reached is REFUSED. What
goes wrong on our side (EAGAIN, ENOBUFS, no permission, our receive buffer overflowing) is LOCAL_FAULT.
"""

import asyncio
import heapq
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from opsmon.clock import Clock
from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.probe.context import Echo
from opsmon.probe.icmp_packet import NONCE_BYTES, EchoFailure, EchoReply, IpVersion, build_request
from opsmon.probe.icmp_socket import IcmpSocket, PingNotPermittedError, Received

log = logging.getLogger(__name__)

BATCH = 100
BATCH_PAUSE_S = 0.01
FIRST_READ_S = 0.005  # after a send: by then a whole site has answered
READ_STEP_S = 0.025
READS_PER_TURN = 4_096
LATE_REMEMBERED_S = 10.0  # how long after its time-out a reply is still known as late
OPEN_AGAIN_S = 60.0
_SEQUENCES = 65_536
_MOST_IN_FLIGHT = 60_000
_CLOCK_SLACK_S = 0.001
_HEADER_BYTES = 8


@dataclass(slots=True)
class PingCounts:
    """What became of requests and of datagrams, since the start."""

    sent: int = 0
    answered: int = 0
    refused: int = 0
    timed_out: int = 0
    late: int = 0  # a right answer after the time-out
    duplicate: int = 0
    forged: int = 0  # our identifier and a waiting sequence number, but another nonce, length or source
    foreign: int = 0  # answers to other programs on this machine
    unexpected: int = 0  # our identifier, and no request of that number
    send_faults: int = 0
    clock_steps: int = 0  # the wall clock jumped while a request was out; the monotonic clock stood in


@dataclass(slots=True, eq=False)
class _Request:
    address: str
    timeout_s: float
    size_bytes: int
    future: "asyncio.Future[Echo]"
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(NONCE_BYTES))
    sequence: int = 0
    sent_at_ns: int = 0
    sent_s: float = 0.0
    drops_before: int = 0
    out: bool = False  # sent, and neither settled nor given up
    expired: bool = False


class _FamilyPinger:
    """All requests of one address family, over one socket."""

    def __init__(self, version: IpVersion, clock: Clock, counts: PingCounts, wall_ns: Callable[[], int]) -> None:
        self._socket = IcmpSocket(version, wall_ns)
        self._version, self._clock, self._counts = version, clock, counts
        self._loop = asyncio.get_running_loop()
        self._queue: list[_Request] = []
        self._by_sequence: dict[int, _Request] = {}
        self._expiries: list[tuple[float, int]] = []
        self._out = 0
        self._turn_timer: asyncio.TimerHandle | None = None
        self._flush_timer: asyncio.TimerHandle | None = None
        self._next_sequence = secrets.randbelow(_SEQUENCES)
        self._batch_left, self._batch_began_s = BATCH, 0.0
        self._padding = bytes(range(256)) * 6

    @property
    def lost_counts(self) -> dict[str, int]:
        return {"malformed": self._socket.malformed, "kernel_drops": self._socket.dropped_by_kernel()}

    def close(self) -> None:
        for timer in (self._turn_timer, self._flush_timer):
            if timer:
                timer.cancel()
        for request in (*self._queue, *self._by_sequence.values()):
            request.future.cancel()
        self._socket.close()

    def submit(self, request: _Request) -> None:
        """Sends the request at once, or with one of the next batches. Its future is always settled some time."""
        if not self._queue and self._take_turn():
            self._send(request)
            return
        self._queue.append(request)
        if self._flush_timer is None:
            self._flush_timer = self._loop.call_later(BATCH_PAUSE_S, self._flush)

    def _take_turn(self) -> bool:
        now_s = self._loop.time()
        if now_s - self._batch_began_s >= BATCH_PAUSE_S:
            self._batch_left, self._batch_began_s = BATCH, now_s
        self._batch_left -= 1
        return self._batch_left >= 0

    def _flush(self) -> None:
        batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
        self._batch_left, self._batch_began_s = BATCH - len(batch), self._loop.time()
        for request in batch:
            self._send(request)
        self._flush_timer = self._loop.call_later(BATCH_PAUSE_S, self._flush) if self._queue else None

    def _send(self, request: _Request) -> None:
        if request.future.done():
            return
        sequence = self._free_sequence()
        if sequence is None:
            self._send_fault(request, f"more than {_MOST_IN_FLIGHT} pings are out")
            return
        request.sequence = sequence
        payload = request.nonce + self._padding[: request.size_bytes - NONCE_BYTES]
        packet = build_request(self._version, self._socket.ident, sequence, payload)
        request.sent_s = self._clock.monotonic()
        request.drops_before = self._socket.dropped_by_kernel()
        self._by_sequence[sequence] = request
        try:
            request.sent_at_ns = self._send_packet(packet, request.address)
        except OSError as error:
            del self._by_sequence[sequence]
            self._send_fault(request, f"the ping could not be sent: {error.strerror}")
            return
        self._counts.sent += 1
        request.out = True
        self._out += 1
        heapq.heappush(self._expiries, (request.sent_s + request.timeout_s, sequence))
        if self._turn_timer is None:
            self._turn_timer = self._loop.call_later(FIRST_READ_S, self._turn)

    def _send_packet(self, packet: bytes, address: str) -> int:
        try:
            return self._socket.send(packet, address)
        except BlockingIOError:
            raise
        except OSError:
            if self._socket.raw:
                raise
            self._read_all()  # a datagram socket fails a call for an error that another host's answer left
            return self._socket.send(packet, address)

    def _free_sequence(self) -> int | None:
        if len(self._by_sequence) >= _MOST_IN_FLIGHT:
            return None
        while self._next_sequence in self._by_sequence:
            self._next_sequence = (self._next_sequence + 1) % _SEQUENCES
        sequence = self._next_sequence
        self._next_sequence = (sequence + 1) % _SEQUENCES
        return sequence

    def _send_fault(self, request: _Request, reason: str) -> None:
        self._counts.send_faults += 1
        _fail(request, Outcome.LOCAL_FAULT, reason)

    def _turn(self) -> None:
        """Reads what has come, gives up what is due, and comes again while requests are out."""
        self._turn_timer = None
        self._read_all()
        now_s = self._clock.monotonic()
        while self._expiries and self._expiries[0][0] <= now_s:
            self._expire(self._by_sequence[heapq.heappop(self._expiries)[1]], now_s)
        if self._out:
            self._turn_timer = self._loop.call_later(READ_STEP_S, self._turn)

    def _read_all(self) -> None:
        """Everything that waits in the socket, as far as one turn can bear."""
        for receive in (self._socket.receive_failure, self._socket.receive):
            for _ in range(READS_PER_TURN):
                received = receive()
                if received is None:
                    break
                self._take(received)

    def _take(self, received: Received) -> None:
        answer = received.answer
        if answer.ident != self._socket.ident:
            self._counts.foreign += 1
            return
        request = self._by_sequence.get(answer.sequence)
        if request is None:
            self._counts.unexpected += 1
        elif isinstance(answer, EchoReply):
            self._take_reply(request, answer, received)
        else:
            self._take_failure(request, answer, received.source)

    def _take_reply(self, request: _Request, answer: EchoReply, received: Received) -> None:
        right_length = len(answer.payload) == request.size_bytes
        right_nonce = answer.payload.startswith(request.nonce)
        if not (right_length and right_nonce and _same_host(received.source, request.address)):
            self._counts.forged += 1
        elif request.expired:
            self._counts.late += 1
        elif request.future.done():
            self._counts.duplicate += 1
        else:
            self._settle(request, received)

    def _settle(self, request: _Request, received: Received) -> None:
        rtt_s = (received.at_ns - request.sent_at_ns) / 1e9
        elapsed_s = self._clock.monotonic() - request.sent_s
        if not 0 <= rtt_s <= elapsed_s + _CLOCK_SLACK_S:
            self._counts.clock_steps += 1
            rtt_s = elapsed_s
        if rtt_s > request.timeout_s:
            self._counts.late += 1
            self._give_up(request)
            return
        self._counts.answered += 1
        self._bring_home(request)
        request.future.set_result(Echo(rtt_s, received.hop_limit))

    def _take_failure(self, request: _Request, answer: EchoFailure, source: str) -> None:
        quoted = answer.quoted_payload[:NONCE_BYTES]
        if not request.nonce.startswith(quoted) or not _same_host(answer.destination, request.address):
            self._counts.forged += 1
        elif not request.future.done():
            self._counts.refused += 1
            self._bring_home(request)
            _fail(request, Outcome.REFUSED, f"{source} says: {answer.reason}")

    def _bring_home(self, request: _Request) -> None:
        if request.out:
            request.out = False
            self._out -= 1

    def _expire(self, request: _Request, now_s: float) -> None:
        """At the deadline: gives up what is out, remembers it for a while, then forgets it."""
        if not request.out:
            del self._by_sequence[request.sequence]
            return
        self._give_up(request)
        heapq.heappush(self._expiries, (now_s + LATE_REMEMBERED_S, request.sequence))

    def _give_up(self, request: _Request) -> None:
        self._bring_home(request)
        request.expired = True
        if request.future.done():
            return
        if self._socket.dropped_by_kernel() != request.drops_before:
            _fail(request, Outcome.LOCAL_FAULT, "no answer, and our own receive buffer overflowed meanwhile")
            return
        self._counts.timed_out += 1
        _fail(request, Outcome.TIMEOUT, f"no echo reply within {request.timeout_s:g} s")


def _same_host(left: str, right: str) -> bool:
    """Whether two numeric addresses are one host's; the zone behind a link-local address is written in many ways."""
    return left == right or left.partition("%")[0] == right.partition("%")[0]


def _fail(request: _Request, outcome: Outcome, detail: str) -> None:
    if not request.future.done():
        request.future.set_exception(ProbeError(outcome, detail))


class FleetPinger:
    """All pings of the daemon. Opens its sockets when first needed; must be closed in the loop it was used in."""

    def __init__(self, clock: Clock, wall_ns: Callable[[], int] = time.time_ns) -> None:
        self._clock, self._wall_ns = clock, wall_ns
        self._counts = PingCounts()
        self._families: dict[IpVersion, _FamilyPinger] = {}
        self._faults: dict[IpVersion, tuple[float, ProbeError]] = {}
        self._explained = False

    def open(self) -> bool:
        """Whether pinging over IPv4 is possible; if it is not permitted, the log says once how to permit it."""
        for version in IpVersion:
            try:
                self._families.get(version) or self._open_family(version)
            except ProbeError:
                continue
        return IpVersion.V4 in self._families

    def close(self) -> None:
        """Cancels what is out and closes the sockets."""
        for family in self._families.values():
            family.close()
        self._families.clear()

    def counts(self) -> dict[str, int]:
        """Counters by name, for the daemon's own metrics."""
        totals = asdict(self._counts) | {"malformed": 0, "kernel_drops": 0}
        for family in self._families.values():
            for name, number in family.lost_counts.items():
                totals[name] += number
        return totals

    async def ping(self, address: str, timeout_s: float, size_bytes: int = 56) -> Echo:
        """One echo request with `size_bytes` (8 to 1,400) of payload. Raises ProbeError."""
        family = self._family_of(address)
        request = _Request(address, timeout_s, size_bytes, asyncio.get_running_loop().create_future())
        family.submit(request)
        return await request.future

    def _family_of(self, address: str) -> _FamilyPinger:
        version = IpVersion.V6 if ":" in address else IpVersion.V4
        return self._families.get(version) or self._open_family(version)

    def _open_family(self, version: IpVersion) -> _FamilyPinger:
        now_s = self._clock.monotonic()
        known = self._faults.get(version)
        if known and now_s < known[0]:
            raise ProbeError(known[1].outcome, known[1].detail)
        try:
            family = self._families[version] = _FamilyPinger(version, self._clock, self._counts, self._wall_ns)
        except ProbeError as error:
            self._faults[version] = (now_s + OPEN_AGAIN_S, error)
            self._explain(error)
            raise
        return family

    def _explain(self, error: ProbeError) -> None:
        if isinstance(error, PingNotPermittedError) and self._explained:
            return
        self._explained = self._explained or isinstance(error, PingNotPermittedError)
        log.warning("%s", error.detail)
