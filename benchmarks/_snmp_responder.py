"""The far end of the SNMP benchmarks, a process of its own: one UDP socket that plays every device of 127.0.0.0/8.

python -m benchmarks._snmp_responder --interfaces 48 [--still] [--lame 0.1 --delay 0.5 --loss 0.2]

Prints its port and answers until its input ends. Answers are encoded once per request and epoch; from one epoch to the
next every counter and the uptime go on, so that no poll is served the octets of the one before. With `--still` nothing
ever moves. A share of the addresses is lame: each of their answers comes `--delay` seconds late, or is lost by chance.
"""

import argparse
import contextlib
import heapq
import random
import select
import socket
import struct
import sys
import time
from typing import Any
from zlib import crc32

from opsmon.demo import ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent, Value
from opsmon.protocol.snmp.session import Oid

COMMUNITY = "public"
EPOCH_S = 5.0
UPTIME_S = 4_000_000
IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_IP_PKTINFO = 8


def objects_at(epoch: int, interfaces: int) -> dict[Oid, Value]:
    """A switch: the system group, ifEntry and ifXEntry."""
    objects: dict[Oid, Value] = {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): ber.text("Benchmark switch, software 1.0"),
        (1, 3, 6, 1, 2, 1, 1, 2, 0): ber.object_id((1, 3, 6, 1, 4, 1, 99999, 1)),
        (1, 3, 6, 1, 2, 1, 1, 3, 0): ber.timeticks(UPTIME_S + epoch * EPOCH_S),
        (1, 3, 6, 1, 2, 1, 1, 4, 0): ber.text(""),
        (1, 3, 6, 1, 2, 1, 1, 5, 0): ber.text("benchmark-switch"),
        (1, 3, 6, 1, 2, 1, 1, 6, 0): ber.text(""),
        (1, 3, 6, 1, 2, 1, 2, 1, 0): ber.integer(interfaces),
        (1, 3, 6, 1, 6, 3, 1): ber.integer(0),
    }
    for port in range(1, interfaces + 1):
        for entry, columns in ((IF_ENTRY, _if_entry(port, epoch)), (IF_X_ENTRY, _if_x_entry(port, epoch))):
            objects.update({(*entry, column, port): value for column, value in columns.items()})
    return objects


def _if_entry(port: int, epoch: int) -> dict[int, bytes]:
    name = f"GigabitEthernet0/0/{port}"
    return {
        1: ber.integer(port), 2: ber.text(name), 3: ber.integer(6), 4: ber.integer(1500), 5: ber.gauge(1_000_000_000),
        6: ber.text(bytes((0, 0x1A, 0x2B, 0x3C, 0, port))), 7: ber.integer(1), 8: ber.integer(1 if port % 7 else 2),
        9: ber.timeticks(port * 1000.0), 10: ber.counter32(2**31 + epoch * 1_234_567 * port),
        11: ber.counter32(10**8 + epoch * 999 * port), 13: ber.counter32(epoch % 3), 14: ber.counter32(port),
        16: ber.counter32(2**30 + epoch * 2_345_678 * port), 17: ber.counter32(10**7 + epoch * 777 * port),
        19: ber.counter32(0), 20: ber.counter32(port // 9),
    }  # fmt: skip


def _if_x_entry(port: int, epoch: int) -> dict[int, bytes]:
    return {
        1: ber.text(f"GE0/0/{port}"), 2: ber.counter32(port * 1_000_000 + epoch * 17),
        3: ber.counter32(port * 90_000 + epoch * 3), 4: ber.counter32(port * 70_000 + epoch),
        5: ber.counter32(port * 2_000 + epoch), 6: ber.counter64(port * 10**11 + epoch * 12_345_678 * port),
        7: ber.counter64(port * 10**8 + epoch * 12_345 * port), 8: ber.counter64(port * 10**6 + epoch * 11),
        9: ber.counter64(port * 10**5 + epoch * 7), 10: ber.counter64(port * 10**10 + epoch * 2_345_678 * port),
        11: ber.counter64(port * 10**7 + epoch * 2_345 * port), 12: ber.counter64(port * 10**5 + epoch),
        13: ber.counter64(port * 10**4 + epoch), 14: ber.integer(1), 15: ber.gauge(1000), 16: ber.integer(2),
        17: ber.integer(1), 18: ber.text(f"to building {port}"), 19: ber.timeticks(0.0),
    }  # fmt: skip


class MovingSwitch:
    """The agent of this moment: a switch whose counters and uptime have gone on since it was first asked."""

    def __init__(self, interfaces: int, *, still: bool = False) -> None:
        self._interfaces, self._still = interfaces, still
        self._began_s, self._epoch = time.monotonic(), -1
        self._agent: SnmpAgent | None = None

    def agent(self) -> SnmpAgent:
        epoch = 0 if self._still else int((time.monotonic() - self._began_s) / EPOCH_S)
        if self._agent is None or epoch != self._epoch:
            self._agent = SnmpAgent(MibView(objects_at(epoch, self._interfaces)), COMMUNITY.encode())
            self._epoch = epoch
        return self._agent


class Lameness:
    """What becomes of an answer: how many seconds it waits, or None when it is lost."""

    def __init__(self, share: float, delay_s: float, loss: float) -> None:
        self._limit, self._delay_s, self._loss = share * 1000, delay_s, loss

    def wait_s(self, address: bytes) -> float | None:
        if not self._limit or crc32(address) % 1000 >= self._limit:
            return 0.0
        return None if random.random() < self._loss else self._delay_s


class Responder:
    """Answers each datagram from the very address that it was sent to."""

    def __init__(self, shared: socket.socket, switch: MovingSwitch, lameness: Lameness) -> None:
        self._socket, self._switch, self._lameness = shared, switch, lameness
        self._late: list[tuple[float, bytes, bytes, Any]] = []  # when, what, from which address, to whom

    def answer_waiting(self) -> None:
        agent = self._switch.agent()
        with contextlib.suppress(BlockingIOError):
            for _ in range(64):
                datagram, ancillary, _, source = self._socket.recvmsg(2048, 64)
                answer = agent.respond(datagram)
                here = next(data[8:12] for _, kind, data in ancillary if kind == _IP_PKTINFO)
                wait_s = self._lameness.wait_s(here)
                if answer is None or wait_s is None:
                    continue
                if wait_s:
                    heapq.heappush(self._late, (time.monotonic() + wait_s, answer, here, source))
                else:
                    self._send(answer, here, source)

    def send_late(self) -> float | None:
        """What is due now; seconds until the next, or None when nothing waits."""
        while self._late and self._late[0][0] <= time.monotonic():
            _, answer, here, source = heapq.heappop(self._late)
            self._send(answer, here, source)
        return max(0.0, self._late[0][0] - time.monotonic()) if self._late else None

    def _send(self, answer: bytes, here: bytes, source: Any) -> None:
        info = struct.pack("=I4s4s", 0, here, bytes(4))
        self._socket.sendmsg([answer], [(socket.IPPROTO_IP, _IP_PKTINFO, info)], 0, source)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--interfaces", type=int, default=48)
    parser.add_argument("--still", action="store_true")
    parser.add_argument("--lame", type=float, default=0.0, metavar="SHARE", help="of the addresses")
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--loss", type=float, default=0.0, metavar="SHARE", help="of their answers")
    options = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as shared:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        shared.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        shared.bind(("0.0.0.0", 0))  # noqa: S104 - all of 127.0.0.0/8 is wanted
        shared.setblocking(False)
        print(shared.getsockname()[1], flush=True)
        switch = MovingSwitch(options.interfaces, still=options.still)
        responder = Responder(shared, switch, Lameness(options.lame, options.delay, options.loss))
        wait_s: float | None = None
        while True:
            ready, _, _ = select.select([shared, sys.stdin], [], [], wait_s)
            if sys.stdin in ready:
                return
            responder.answer_waiting()
            wait_s = responder.send_late()


if __name__ == "__main__":
    main()
