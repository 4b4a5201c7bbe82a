"""The one UDP socket of an address family, shared by every agent of the fleet.

Promises: a datagram of any content is handled without raising and without blocking; a burst is read in batches, so that
the loop goes on; what the network reports (port closed, host unreachable) reaches the conversation that it is about,
recognised by the request that the report quotes. Refuses: to wait for room to send; the kernel's buffer is large, and
what does not fit is a retry later, as if lost.
"""

import asyncio
import contextlib
import errno
import socket
import struct
from typing import TYPE_CHECKING

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.codec.ber import MalformedBerError
from opsmon.protocol.snmp.codec.message import decode_head, quoted_message_id
from opsmon.protocol.snmp.traffic import Traffic
from opsmon.protocol.socket_fault import fault_of
from opsmon.text.bilingual import Sentence

if TYPE_CHECKING:
    from opsmon.protocol.snmp.codec.message import MessageHead
    from opsmon.protocol.snmp.transaction import Peer, SocketAddress, Transaction

RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024
LARGEST_DATAGRAM = 65_535
DATAGRAMS_PER_WAKE = 64  # then the loop has a turn
DATAGRAMS_BEFORE_BLAME = 1024  # when time is up: an answer that waits in our own buffer is no silence
_REMEMBERED_IDS = 4096
# linux/in.h, linux/in6.h, linux/socket.h; Python's socket module lacks some of these names.
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_SO_RCVBUFFORCE = 33
_SO_EE_ORIGIN_LOCAL = 1


class SharedSocket:
    """Open it on the running loop, close it before the loop ends."""

    def __init__(self, family: socket.AddressFamily, traffic: Traffic) -> None:
        self.traffic = traffic
        self._family = family
        self._loop = asyncio.get_running_loop()
        self._expected: dict[int, Transaction] = {}
        self._speaking: dict[SocketAddress, Transaction] = {}
        # In order of finishing; when an agent was asked what it had not answered by then.
        self._finished_ids: dict[int, tuple[Peer, float] | None] = {}
        self._buffer = bytearray(LARGEST_DATAGRAM)
        self._socket = self._open()
        self._loop.add_reader(self._socket, self._read_turn)

    def _open(self) -> socket.socket:
        opened = socket.socket(self._family, socket.SOCK_DGRAM)
        try:
            opened.setblocking(False)
            try:
                opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER_OCTETS)
            except OSError:  # only root may go over the system's limit
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_OCTETS)
            if self._family == socket.AF_INET6:
                opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                opened.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
                opened.bind(("::", 0))
            else:
                opened.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
                opened.bind(("0.0.0.0", 0))  # noqa: S104 - answers are checked one by one
        except OSError:
            opened.close()
            raise
        return opened

    def close(self) -> None:
        """Conversations still under way end as a local fault."""
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for conversation in list(self._expected.values()):
            conversation.fail(ProbeError(Outcome.LOCAL_FAULT, "the SNMP engine is stopped"))

    # --- who waits for what

    def expect(self, request_id: int, conversation: "Transaction") -> None:
        self._expected[request_id] = conversation
        self._speaking[conversation.peer.address] = conversation

    def forget(self, request_id: int) -> None:
        conversation = self._expected.pop(request_id, None)
        if conversation is None:
            return
        if self._speaking.get(conversation.peer.address) is conversation:
            del self._speaking[conversation.peer.address]
        self._finished_ids[request_id] = conversation.left_unanswered() if conversation.is_unanswered else None
        if len(self._finished_ids) > _REMEMBERED_IDS:
            del self._finished_ids[next(iter(self._finished_ids))]

    @property
    def in_flight(self) -> int:
        """Requests whose answer is awaited."""
        return len(self._expected)

    def is_expected(self, request_id: int) -> bool:
        return request_id in self._expected

    # --- sending

    def send(self, datagram: bytes, address: "SocketAddress") -> None:
        for _ in range(3):
            try:
                self._socket.sendto(datagram, address)
            except BlockingIOError:
                self.traffic.send_failures += 1  # as if lost on the way: the retry sends it again
                return
            except OSError as error:
                # A report about an earlier datagram shows up on the next call, whomever that is for.
                if self._read_reports():
                    continue
                self.traffic.send_failures += 1
                raise fault_of(error, f"cannot send to {address[0]}", at_once=True) from error
            else:
                self.traffic.sent += 1
                return

    # --- receiving

    def _read_turn(self) -> None:
        """As many datagrams as answers are awaited; if there are more, the selector says so again."""
        self._read(min(DATAGRAMS_PER_WAKE, len(self._expected) or 1))

    def _read(self, most: int) -> None:
        for _ in range(most):
            try:
                size, source = self._socket.recvfrom_into(self._buffer)
            except BlockingIOError:
                return
            except OSError:
                self._read_reports()
                continue
            self.take(bytes(memoryview(self._buffer)[:size]), source)

    def read_before_blame(self) -> None:
        self._read(DATAGRAMS_BEFORE_BLAME)

    def take(self, datagram: bytes, source: "SocketAddress") -> None:
        """One datagram, from anybody, of any content."""
        self.traffic.received += 1
        speaking = self._speaking.get(source)
        if speaking is not None and speaking.take_quickly(datagram):
            return
        try:
            head = decode_head(datagram)
        except MalformedBerError as error:
            self._take_malformed(str(error), source)
            return
        conversation = self._expected.get(head.request_id)
        if conversation is not None:
            conversation.take(head, datagram, source)
        elif head.request_id in self._finished_ids:
            self.traffic.dropped_late += 1
            self._take_late(head, datagram, source)
        else:
            self.traffic.dropped_unknown_id += 1
            if speaking is not None:
                speaking.suspect(
                    Sentence("it answers under a request-id that was not asked", "应答的请求编号不是所问的")
                )

    def _take_late(self, head: "MessageHead", datagram: bytes, source: "SocketAddress") -> None:
        """An answer to what was given up: the agent lives, and takes so long."""
        unanswered = self._finished_ids[head.request_id]
        if unanswered is None or not unanswered[0].has_sent(head, datagram, source):
            return
        peer, asked_s = unanswered
        took_s = self._loop.time() - asked_s
        self._finished_ids[head.request_id] = None
        peer.pace.observe(took_s)
        if (speaking := self._speaking.get(source)) is not None:
            speaking.suspect(
                Sentence(
                    f"its answer to an earlier request came after {took_s:.2g} s",
                    f"对更早请求的应答过了 {took_s:.2g} 秒才到",
                )
            )

    def _take_malformed(self, why: str, source: "SocketAddress") -> None:
        self.traffic.dropped_malformed += 1
        speaking = self._speaking.get(source)
        if speaking is not None:
            speaking.suspect(Sentence(f"its answer is malformed: {why}", f"应答格式有误：{why}"))

    def _read_reports(self) -> bool:
        """Take in what the network says of datagrams sent earlier; whether it said anything."""
        any_report = False
        with contextlib.suppress(BlockingIOError):
            for _ in range(DATAGRAMS_PER_WAKE):
                quoted, ancillary, _, source = self._socket.recvmsg(2048, 512, socket.MSG_ERRQUEUE)
                any_report = True
                self.traffic.icmp_errors += 1
                self._take_report(quoted, ancillary, source)
        return any_report

    def _take_report(self, quoted: bytes, ancillary: list[tuple[int, int, bytes]], source: "SocketAddress") -> None:
        message_id = quoted_message_id(quoted)
        try:
            conversation = self._expected.get(decode_head(quoted).request_id if message_id is None else message_id)
        except MalformedBerError:
            return
        if conversation is None or conversation.peer.address[:2] != source[:2]:
            return
        # struct sock_extended_err begins with the error number and who says so (linux/errqueue.h)
        number, origin = next((struct.unpack("=IB", data[:5]) for _, _, data in ancillary if len(data) >= 5), (0, 0))
        if number in (errno.EMSGSIZE, 0):
            return
        if number == errno.ECONNREFUSED:
            conversation.fail(ProbeError(Outcome.REFUSED, Sentence("the SNMP port is closed", "SNMP 端口未开放")))
            return
        report = OSError(number, "")
        conversation.fail(fault_of(report, "the network says", at_once=origin == _SO_EE_ORIGIN_LOCAL))
