"""The far end of the SNMP benchmarks, a process of its own: one UDP socket that plays every device of 127.0.0.0/8.

python -m benchmarks._snmp_responder --interfaces 48 [--still]

Prints its port and answers until its input ends. Answers are encoded once per request and epoch; an epoch lasts a
second, and from one to the next every counter moves, so that nobody is served the same octets twice in a row. With
`--still` nothing ever moves.
"""

import argparse
import contextlib
import select
import socket
import struct
import sys
import time

from opsmon.demo import ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent, Value
from opsmon.protocol.snmp.session import Oid

COMMUNITY = "public"
EPOCHS = 16
EPOCH_S = 1.0
IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_IP_PKTINFO = 8


def objects_at(epoch: int, interfaces: int) -> dict[Oid, Value]:
    """A switch: the system group, ifEntry and ifXEntry."""
    objects: dict[Oid, Value] = {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): ber.text("Benchmark switch, software 1.0"),
        (1, 3, 6, 1, 2, 1, 1, 2, 0): ber.object_id((1, 3, 6, 1, 4, 1, 99999, 1)),
        (1, 3, 6, 1, 2, 1, 1, 3, 0): ber.timeticks(4_000_000 + epoch * EPOCH_S),
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


def answer_waiting(shared: socket.socket, agent: SnmpAgent) -> None:
    """Answer each datagram from the very address that it was sent to."""
    with contextlib.suppress(BlockingIOError):
        for _ in range(64):
            datagram, ancillary, _, source = shared.recvmsg(2048, 64)
            answer = agent.respond(datagram)
            if answer is None:
                continue
            to = next(data[8:12] for _, kind, data in ancillary if kind == _IP_PKTINFO)
            here = struct.pack("=I4s4s", 0, to, bytes(4))
            shared.sendmsg([answer], [(socket.IPPROTO_IP, _IP_PKTINFO, here)], 0, source)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--interfaces", type=int, default=48)
    parser.add_argument("--still", action="store_true")
    options = parser.parse_args()
    interfaces, epochs = options.interfaces, 1 if options.still else EPOCHS
    agents = [SnmpAgent(MibView(objects_at(epoch, interfaces)), COMMUNITY.encode()) for epoch in range(epochs)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as shared:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        shared.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        shared.bind(("127.0.0.1" if interfaces < 0 else "0.0.0.0", 0))  # noqa: S104 - all of 127.0.0.0/8 is wanted
        shared.setblocking(False)
        print(shared.getsockname()[1], flush=True)
        while True:
            ready, _, _ = select.select([shared, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            answer_waiting(shared, agents[int(time.monotonic() / EPOCH_S) % epochs])


if __name__ == "__main__":
    main()
