"""An SNMPv3 agent as the shared socket knows it."""

from dataclasses import dataclass

from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.message import Datagrams, MessageHead, Request
from opsmon.protocol.snmp.transaction import Peer, SocketAddress
from opsmon.protocol.snmp.v3.association import Association
from opsmon.protocol.snmp.v3.message import decode_message


@dataclass(frozen=True, slots=True, kw_only=True)
class UsmPeer(Peer):
    """Where an agent is, and what is agreed with it."""

    association: Association

    def encode(self, request: Request) -> Datagrams:
        return self.association.encode(request)

    def has_sent(self, head: MessageHead, datagram: bytes, source: SocketAddress) -> bool:
        """Only what is authentic tells how fast the agent is, once its engine is known."""
        if source != self.address or head.version != self.version:
            return False
        if self.association.needs_discovery or not self.association.level:
            return True
        try:
            return self.association.is_authentic(decode_message(datagram), datagram)
        except MalformedBerError:
            return False
