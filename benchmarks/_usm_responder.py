"""The far end of the benchmark of SNMPv3, a process of its own: the switch of `_snmp_responder` by v2c and by v3.

python -m benchmarks._usm_responder AUTH PRIV

Prints its port and answers until its input ends. Every datagram is sealed anew; only what it holds is encoded once.
"""

import contextlib
import select
import socket
import sys

from benchmarks._snmp_responder import COMMUNITY, MovingSwitch
from opsmon.demo import ber
from opsmon.demo.snmp_agent import SnmpAgent
from tests.support.protocol.snmp.usm_agent import UsmAgent

INTERFACES = 48
_COMMUNITY = ber.integer(1) + ber.text(COMMUNITY)


def answer_of(agent: SnmpAgent, usm: UsmAgent, datagram: bytes) -> bytes | None:
    if ber.read(ber.read(datagram)[1])[1] != b"\3":
        return agent.respond(datagram)
    asked = usm.read(datagram)
    refusal = usm.refusal(asked)
    if refusal is not None:
        return refusal
    _, scoped, _ = ber.read(asked.scoped)
    pdu = scoped[ber.read(scoped, ber.read(scoped)[2])[2] :]
    good = agent.respond(ber.wrap(ber.SEQUENCE, _COMMUNITY + pdu))
    return good and usm.seal(asked.message_id, usm.scope(ber.read(good)[1][len(_COMMUNITY) :]))


def main(auth: str, priv: str) -> None:
    switch = MovingSwitch(INTERFACES)
    usm = UsmAgent(auth, priv)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as shared:
        shared.bind(("127.0.0.1", 0))
        shared.setblocking(False)
        print(shared.getsockname()[1], flush=True)
        while True:
            ready, _, _ = select.select([shared, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            with contextlib.suppress(BlockingIOError):
                datagram, source = shared.recvfrom(2048)
                answer = answer_of(switch.agent(), usm, datagram)
                if answer is not None:
                    shared.sendto(answer, source)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
