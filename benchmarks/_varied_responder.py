"""Switches of one model that differ as those of a real fleet do: each address has its own ifAlias and its own traffic.

python -m benchmarks._varied_responder DEVICES [--interfaces 48]

Prints its port and answers until its input ends. Nothing moves: what a device costs does not depend on it. Device 0 is
at 127.1.0.1, as `benchmarks._snmp_daemon.address_of` has it.
"""

import argparse
import random
import select
import socket
import struct
import sys

from benchmarks._snmp_daemon import address_of
from benchmarks._snmp_responder import COMMUNITY, IF_ENTRY, IF_X_ENTRY, objects_at
from opsmon.demo import ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent

_IP_PKTINFO = 8
COUNTERS_32, COUNTERS_64 = (10, 11, 13, 14, 16, 17, 19, 20), (6, 7, 8, 9, 10, 11, 12, 13)


def agent_of(number: int, interfaces: int) -> SnmpAgent:
    """One switch; its counters have been counting for a different time on each port."""
    draw = random.Random(number)
    objects = objects_at(0, interfaces)
    for port in range(1, interfaces + 1):
        objects[(*IF_X_ENTRY, 18, port)] = ber.text(f"room {draw.randrange(1, 900)}, desk {draw.randrange(1, 99)}")
        objects |= {(*IF_ENTRY, column, port): ber.counter32(draw.getrandbits(draw.randrange(1, 32)))
                    for column in COUNTERS_32}  # fmt: skip
        objects |= {(*IF_X_ENTRY, column, port): ber.counter64(draw.getrandbits(draw.randrange(1, 50)))
                    for column in COUNTERS_64}  # fmt: skip
    return SnmpAgent(MibView(objects), COMMUNITY.encode())


def serve(shared: socket.socket, agents: dict[bytes, SnmpAgent]) -> None:
    """Answers one datagram from the very address that it was sent to."""
    datagram, ancillary, _, source = shared.recvmsg(2048, 64)
    to = next(data[8:12] for _, kind, data in ancillary if kind == _IP_PKTINFO)
    answer = agents[to].respond(datagram) if to in agents else None
    if answer is not None:
        here = struct.pack("=I4s4s", 0, to, bytes(4))
        shared.sendmsg([answer], [(socket.IPPROTO_IP, _IP_PKTINFO, here)], 0, source)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devices", type=int)
    parser.add_argument("--interfaces", type=int, default=48)
    options = parser.parse_args()
    agents = {
        socket.inet_aton(address_of(number)): agent_of(number, options.interfaces) for number in range(options.devices)
    }
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as shared:
        shared.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        shared.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        shared.bind(("0.0.0.0", 0))  # noqa: S104 - all of 127.0.0.0/8 is wanted
        print(shared.getsockname()[1], flush=True)
        while True:
            ready, _, _ = select.select([shared, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            serve(shared, agents)


if __name__ == "__main__":
    main()
