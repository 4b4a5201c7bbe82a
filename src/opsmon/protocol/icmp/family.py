"""All pings of one address family over one ICMP socket: sent in batches, answers matched, timed and counted.

Promises: an answer counts only when its identifier, sequence number, secret nonce, length and source are those of a
request that is still waiting; the round trip is from just before the send to the kernel's receive time, so that a
busy loop does not lengthen it; before a request is given up the socket is read empty, so that an answer which came in
time is not lost to our own lateness. Everything that is dropped is counted. Requests leave at most `BATCH` at once, and
fewer to one neighbourhood (`neighbour_pace`).

Because the kernel notes when an answer came, nobody has to be woken by it: while requests are out the socket is read
some forty times a second, many answers at once, and not at all while none is out.

A reply after the time-out is late, not a success. A router's word that the host cannot be reached is REFUSED, unless
the reply follows all the same within `REFUSAL_GRACE_S`. What goes wrong on our side (see `socket_fault`, and our
receive buffer overflowing) is LOCAL_FAULT, and so is an error that a filter of this machine makes.
"""

import asyncio
import heapq
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from opsmon.clock import Clock
from opsmon.errors import ProbeError
from opsmon.model.sample import LocalCause, Outcome
from opsmon.protocol.icmp.echo import Echo, Settle, Verdict
from opsmon.protocol.icmp.packet import NONCE_BYTES, EchoFailure, EchoReply, IpVersion, RequestTemplate
from opsmon.protocol.icmp.socket import IcmpSocket, Received
from opsmon.protocol.neighbour_pace import NeighbourPace
from opsmon.protocol.socket_fault import fault_of, is_loopback, is_own_address, local_fault
from opsmon.throttled_log import ThrottledLog

log = logging.getLogger(__name__)

BATCH = 100
BATCH_PAUSE_S = 0.01
NONCES_DRAWN = 64
FIRST_READ_S = 0.005  # after a send: by then a whole site has answered
READ_STEP_S = 0.025
READS_PER_TURN = 4_096
REFUSAL_GRACE_S = 0.7  # one router of two may lose its way for a moment, and the reply comes by the other
LATE_REMEMBERED_S = 10.0  # how long after its time-out a reply is still known as late
_PADDING = bytes(range(256)) * 6
_SEQUENCES = 65_536
_MAX_IN_FLIGHT = 60_000
_CLOCK_SLACK_S = 0.001
_SILENT_NEIGHBOUR = frozenset({"host unreachable", "address unreachable"})


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
class PingRequest:
    """One echo request from the wish to the verdict, and some time beyond, to know a late answer when it comes.

    `settle` is told the verdict, once; it is not asked any more when `settled` was set meanwhile.
    """

    address: str
    timeout_s: float
    size_bytes: int
    settle: Settle
    settled: bool = False
    nonce: bytes = b""
    sequence: int = 0
    sent_at_ns: int = 0
    sent_s: float = 0.0
    setup_s: float = 0.0  # how long it waited for its batch
    drops_before: int = 0
    refusal: ProbeError | None = None  # an ICMP error about it; a reply may come all the same
    out: bool = False  # sent, and neither settled nor given up
    expired: bool = False


class FamilyPinger:
    """All requests of one address family, over one socket."""

    def __init__(self, version: IpVersion, clock: Clock, counts: PingCounts, wall_ns: Callable[[], int]) -> None:
        self._socket = IcmpSocket(version, wall_ns)
        self._version, self._clock, self._counts = version, clock, counts
        self._loop = asyncio.get_running_loop()
        self._throttled = ThrottledLog(log, clock.monotonic)
        self._pace = NeighbourPace()
        self._held: set[PingRequest] = set()  # until their neighbourhood may have another
        self._queue: list[PingRequest] = []
        self._by_sequence: dict[int, PingRequest] = {}
        self._expiries: list[tuple[float, int]] = []
        self._out = 0
        self._turn_timer: asyncio.TimerHandle | None = None
        self._flush_timer: asyncio.TimerHandle | None = None
        self._next_sequence = secrets.randbelow(_SEQUENCES)
        self._batch_left, self._batch_began_s, self._drops = BATCH, 0.0, 0
        self._nonces = b""
        self._templates: dict[int, RequestTemplate] = {}

    @property
    def in_flight(self) -> int:
        """Requests that are out, and those that wait for their batch."""
        return self._out + len(self._queue)

    @property
    def held_back(self) -> int:
        """Requests that wait until their neighbourhood may have another."""
        return len(self._held)

    @property
    def lost_counts(self) -> dict[str, int]:
        return {"malformed": self._socket.malformed, "kernel_drops": self._socket.dropped_by_kernel()}

    def close(self) -> None:
        for timer in (self._turn_timer, self._flush_timer):
            if timer:
                timer.cancel()
        for request in (*self._held, *self._queue, *self._by_sequence.values()):
            _tell(request, None)
        self._held.clear()
        self._socket.close()

    def submit(self, request: PingRequest) -> None:
        """Sends the request at once, or when its neighbourhood may have another, or with one of the next batches. It is
        always settled some time."""
        wait_s = self._pace.wait_s(request.address, self._loop.time())
        if wait_s:
            request.setup_s -= self._clock.monotonic()
            self._held.add(request)
            self._loop.call_later(wait_s, self._release, request)
        else:
            self._queue_up(request)

    def _release(self, request: PingRequest) -> None:
        if request in self._held:
            self._held.remove(request)
            request.setup_s += self._clock.monotonic()
            self._queue_up(request)

    def _queue_up(self, request: PingRequest) -> None:
        if not self._queue and self._take_turn():
            self._send(request)
            return
        request.setup_s -= self._clock.monotonic()
        self._queue.append(request)
        if self._flush_timer is None:
            self._flush_timer = self._loop.call_later(BATCH_PAUSE_S, self._flush)

    def _take_turn(self) -> bool:
        now_s = self._loop.time()
        if now_s - self._batch_began_s >= BATCH_PAUSE_S:
            self._begin_batch(BATCH, now_s)
        self._batch_left -= 1
        return self._batch_left >= 0

    def _begin_batch(self, left: int, now_s: float) -> None:
        self._batch_left, self._batch_began_s = left, now_s
        self._drops = self._socket.dropped_by_kernel()

    def _template_of(self, size_bytes: int) -> RequestTemplate:
        template = self._templates.get(size_bytes)
        if template is None:
            padding = _PADDING[: size_bytes - NONCE_BYTES]
            template = self._templates[size_bytes] = RequestTemplate(self._version, self._socket.ident, padding)
        return template

    def _fresh_nonce(self) -> bytes:
        """Eight octets that nobody else knows; drawn for many requests at a time."""
        if len(self._nonces) < NONCE_BYTES:
            self._nonces = secrets.token_bytes(NONCES_DRAWN * NONCE_BYTES)
        nonce, self._nonces = self._nonces[:NONCE_BYTES], self._nonces[NONCE_BYTES:]
        return nonce

    def _flush(self) -> None:
        batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
        self._begin_batch(BATCH - len(batch), self._loop.time())
        for request in batch:
            request.setup_s += self._clock.monotonic()
            self._send(request)
        self._flush_timer = self._loop.call_later(BATCH_PAUSE_S, self._flush) if self._queue else None

    def _send(self, request: PingRequest) -> None:
        if request.settled:
            return
        sequence = self._free_sequence()
        if sequence is None:
            detail = f"more than {_MAX_IN_FLIGHT} pings are out"
            self._send_fault(request, local_fault(LocalCause.RESOURCES, detail))
            return
        request.sequence = sequence
        request.nonce = self._fresh_nonce()
        packet = self._template_of(request.size_bytes).build(sequence, request.nonce)
        request.sent_s = self._clock.monotonic()
        request.drops_before = self._drops
        self._by_sequence[sequence] = request
        try:
            request.sent_at_ns = self._send_packet(packet, request.address)
        except OSError as error:
            del self._by_sequence[sequence]
            self._send_fault(request, fault_of(error, "the ping could not be sent", at_once=True))
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
        if len(self._by_sequence) >= _MAX_IN_FLIGHT:
            return None
        while self._next_sequence in self._by_sequence:
            self._next_sequence = (self._next_sequence + 1) % _SEQUENCES
        sequence = self._next_sequence
        self._next_sequence = (sequence + 1) % _SEQUENCES
        return sequence

    def _send_fault(self, request: PingRequest, fault: ProbeError) -> None:
        self._counts.send_faults += 1
        _tell(request, fault)

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
            self._socket.reads_left = READS_PER_TURN
            while (received := receive()) is not None:
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

    def _take_reply(self, request: PingRequest, answer: EchoReply, received: Received) -> None:
        right_length = len(answer.payload) == request.size_bytes
        right_nonce = answer.payload.startswith(request.nonce)
        if not (right_length and right_nonce and _same_host(received.source, request.address)):
            self._note_forged(received.source, request)
        elif request.expired:
            self._note_late(request)
        elif request.settled:
            self._counts.duplicate += 1
        else:
            self._settle(request, received)

    def _settle(self, request: PingRequest, received: Received) -> None:
        rtt_s = (received.at_ns - request.sent_at_ns) / 1e9
        elapsed_s = self._clock.monotonic() - request.sent_s
        if not 0 <= rtt_s <= elapsed_s + _CLOCK_SLACK_S:
            self._counts.clock_steps += 1
            rtt_s = elapsed_s
        if rtt_s > request.timeout_s:
            self._note_late(request)
            self._give_up(request)
            return
        self._counts.answered += 1
        self._bring_home(request)
        _tell(request, Echo(rtt_s, received.hop_limit, request.setup_s))

    def _take_failure(self, request: PingRequest, answer: EchoFailure, source: str) -> None:
        quoted = answer.quoted_payload[:NONCE_BYTES]
        if not request.nonce.startswith(quoted) or not _same_host(answer.destination, request.address):
            self._note_forged(source, request)
        elif request.refusal is None and not request.settled:
            request.refusal = _refusal(source, request.address, answer.reason)
            self._loop.call_later(REFUSAL_GRACE_S, self._refuse, request)

    def _note_forged(self, source: str, request: PingRequest) -> None:
        self._counts.forged += 1
        self._throttled.tell("forged ping answers", f"from {source}, about {request.address}")

    def _note_late(self, request: PingRequest) -> None:
        self._counts.late += 1
        self._throttled.tell("late ping answers", f"{request.address}, after more than {request.timeout_s:g} s")

    def _bring_home(self, request: PingRequest) -> None:
        if request.out:
            request.out = False
            self._out -= 1

    def _expire(self, request: PingRequest, now_s: float) -> None:
        """At the deadline: gives up what is out, remembers it for a while, then forgets it."""
        if not request.out:
            del self._by_sequence[request.sequence]
            return
        self._give_up(request)
        heapq.heappush(self._expiries, (now_s + LATE_REMEMBERED_S, request.sequence))

    def _give_up(self, request: PingRequest) -> None:
        self._bring_home(request)
        request.expired = True
        if request.settled:
            return
        if self._socket.dropped_by_kernel() != request.drops_before:
            self._throttled.tell("ping answers lost", "our receive buffer overflowed: is somebody flooding us?")
            detail = "no answer, and our own receive buffer overflowed meanwhile"
            _tell(request, local_fault(LocalCause.RESOURCES, detail))
        elif request.refusal is not None:
            self._refuse(request)
        else:
            self._counts.timed_out += 1
            _tell(request, ProbeError(Outcome.TIMEOUT, f"no echo reply within {request.timeout_s:g} s"))

    def _refuse(self, request: PingRequest) -> None:
        """What somebody said of the request stands, now that no reply has followed."""
        if request.out:
            self._read_all()
        if request.refusal is not None and not request.settled:
            self._counts.refused += 1
            self._bring_home(request)
            _tell(request, request.refusal)


def _refusal(source: str, address: str, reason: str) -> ProbeError:
    """Somebody's word that the request did not arrive. Our own kernel says it too when nobody answers for the address
    on its link, which is the device's silence, and when a filter of ours rejects the request, which is not."""
    may_be_ours = reason not in _SILENT_NEIGHBOUR and not _same_host(source, address) and not is_loopback(source)
    if may_be_ours and is_own_address(source):
        return local_fault(LocalCause.PERMISSION, f"this machine itself says: {reason}")
    return ProbeError(Outcome.REFUSED, f"{source} says: {reason}")


def _same_host(left: str, right: str) -> bool:
    """Whether two numeric addresses are one host's; the zone behind a link-local address is written in many ways."""
    return left == right or left.partition("%")[0] == right.partition("%")[0]


def _tell(request: PingRequest, verdict: Verdict) -> None:
    if not request.settled:
        request.settled = True
        request.settle(verdict)
