"""An SNMP agent on loopback that says what a recording holds: the far end of the wire for tests of whole commands."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from opsmon.demo import ber
from opsmon.demo.snmp_agent import MibView, SnmpAgent
from opsmon.protocol.snmp.session import Oid, SnmpValue
from tests.support.probe.profile.recording import parse_recording

LARGEST_DATAGRAM = 65_535


@dataclass
class Agent:
    """Where the agent is, and how many requests it has had."""

    address: str
    port: int
    requests: int = 0


def encoded(value: SnmpValue) -> bytes:
    if isinstance(value, bytes):
        return ber.text(value)
    if isinstance(value, tuple):
        return ber.object_id(value)
    return ber.integer(int(value)) if -(2**31) <= value < 2**31 else ber.counter64(int(value))


def _serve(listening: socket.socket, responder: SnmpAgent, agent: Agent) -> None:
    while True:
        request, source = listening.recvfrom(LARGEST_DATAGRAM)
        if not request:
            return
        answer = responder.respond(request)
        if answer is not None:
            agent.requests += 1
            listening.sendto(answer, source)


@contextmanager
def running_agent(recording: str, community: str) -> Iterator[Agent]:
    """An agent of its own port while the block runs; an empty datagram ends it."""
    values: dict[Oid, SnmpValue] = parse_recording(recording)
    responder = SnmpAgent(MibView({oid: encoded(value) for oid, value in values.items()}), community.encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        address, port = listening.getsockname()
        agent = Agent(address, port)
        thread = threading.Thread(target=_serve, args=(listening, responder, agent), daemon=True)
        thread.start()
        try:
            yield agent
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ending:
                ending.sendto(b"", (address, port))
            thread.join(timeout=5)
