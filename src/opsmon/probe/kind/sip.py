"""Does an MCU, a terminal or a phone speak SIP: one OPTIONS request (RFC 3261, 11), over UDP or TCP.

Any final response to our very request (its branch, Call-ID and CSeq) proves a living SIP stack: 2xx to 4xx are OK,
since a device may rightly refuse strangers; 5xx and 6xx are DEGRADED, and so is what `status` does not list. Over UDP
the request is repeated after 0.5 s, 1 s, 2 s, 4 s … (17.1.2.2); the socket is connected, so answers from elsewhere
never reach us.
"""

import asyncio
import secrets
import socket
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.sample import Outcome
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.spec import CheckSpec, Port
from opsmon.probe.kind.tcp import connect, first_line
from opsmon.protocol.dial import first_answer
from opsmon.protocol.liveness import note_contact
from opsmon.protocol.socket_fault import fault_of
from opsmon.protocol.text_message import (
    MalformedMessageError,
    TextResponse,
    build_request,
    parse_response,
    read_response,
)
from opsmon.protocol.wire_text import shown, wire_octets

PROTOCOL = "SIP/2.0"
FIRST_REPEAT_S = 0.5  # T1
MAX_REPEAT_S = 4.0  # T2
MAX_FOREIGN = 100  # answers to others that are passed over in one stream
_BRANCH_COOKIE = "z9hG4bK"


@dataclass(frozen=True, slots=True)
class SipSettings:
    port: int = 5060
    transport: str = "udp"
    user: str = ""
    status: tuple[int, ...] = ()


class SipSpec(CheckSpec):
    port: Port = 5060
    """The port · 端口"""
    transport: Literal["udp", "tcp"] = "udp"
    """udp or tcp · 传输方式"""
    user: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.!~*'()&=+$,;?/-]*$", max_length=64)] = ""
    """The user part of the address that is asked · 被问的用户"""
    status: Annotated[list[Annotated[int, Field(ge=200, le=699)]], Field(max_length=20)] = []  # noqa: RUF012  # pydantic copies a default
    """The status codes that are right; all below 500 unless told · 正确的状态码"""

    def resolve(self) -> SipSettings:
        return SipSettings(self.port, self.transport, self.user, tuple(self.status))


@dataclass(frozen=True, slots=True)
class OptionsRequest:
    """One request and the marks by which its response is known."""

    target: str
    transport: str
    local: str
    branch: str
    call_id: str
    tag: str

    def to_bytes(self) -> bytes:
        """The request on the wire. Max-Forwards 70 and Contact as RFC 3261, 11.1 shows them."""
        own = f"sip:opsmon@{self.local}"
        headers = (
            ("Via", f"{PROTOCOL}/{self.transport.upper()} {self.local};rport;branch={self.branch}"),
            ("Max-Forwards", "70"),
            ("To", f"<{self.target}>"),
            ("From", f"<{own}>;tag={self.tag}"),
            ("Call-ID", self.call_id),
            ("CSeq", "1 OPTIONS"),
            ("Contact", f"<{own};transport={self.transport}>"),
            ("Accept", "application/sdp"),
            ("User-Agent", "opsmon"),
            ("Content-Length", "0"),
        )
        return build_request("OPTIONS", self.target, PROTOCOL, headers)

    def is_answered_by(self, response: TextResponse) -> bool:
        """Whether a response is a final one to this request, and to no other."""
        via = response.header("via") or response.header("v")
        call_id = response.header("call-id") or response.header("i")
        mine = f"branch={self.branch}" in via.replace(" ", "") and call_id == self.call_id
        return mine and response.header("cseq").split() == ["1", "OPTIONS"] and response.status >= 200


def options_request(host: str, local: str, settings: SipSettings) -> OptionsRequest:
    """A fresh request to a device, as seen from our own address `local` (host:port)."""
    user = f"{settings.user}@" if settings.user else ""
    target = f"sip:{user}{_bracketed(host)}:{settings.port}"
    if settings.transport == "tcp":
        target += ";transport=tcp"
    marks = (_BRANCH_COOKIE + secrets.token_hex(8), f"{secrets.token_hex(12)}@opsmon", secrets.token_hex(6))
    return OptionsRequest(target, settings.transport, local, *marks)


async def run(device: Device, check: Check, settings: SipSettings, context: ProbeContext) -> CheckResult:
    exchange = _over_tcp if settings.transport == "tcp" else _over_udp
    try:
        response = await exchange(device, check, settings, context)
    except MalformedMessageError as error:
        raise ProbeError(Outcome.PROTOCOL, f"no SIP: {error}") from None
    return _judge(response, settings)


def _judge(response: TextResponse, settings: SipSettings) -> CheckResult:
    server = response.header("server") or response.header("user-agent")
    said = f"{response.status} {first_line(wire_octets(response.reason))}".strip()
    facts = {"status": said, "server": first_line(wire_octets(server)), "methods": shown(response.header("allow"))}
    good = response.status in settings.status if settings.status else response.status < 500
    return (
        CheckResult(facts=facts) if good else CheckResult(Outcome.DEGRADED, f"the device answers {said}", facts=facts)
    )


async def _over_tcp(device: Device, check: Check, settings: SipSettings, context: ProbeContext) -> TextResponse:
    async with connect(device, check, settings.port, context) as (reader, writer):
        request = options_request(device.address, _place_of(writer.get_extra_info("sockname")), settings)
        writer.write(request.to_bytes())
        for _ in range(MAX_FOREIGN):
            response = await read_response(reader)
            if request.is_answered_by(response):
                return response
    raise MalformedMessageError(f"{MAX_FOREIGN} answers, none of them to our request")


class _Datagrams(asyncio.DatagramProtocol):
    """What comes back, and what the network says of what we sent."""

    def __init__(self) -> None:
        self.arrived: asyncio.Queue[bytes | OSError] = asyncio.Queue(maxsize=100)

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        self._put(data)

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError):
            self._put(exc)

    def _put(self, what: bytes | OSError) -> None:
        if not self.arrived.full():
            self.arrived.put_nowait(what)


async def _over_udp(device: Device, check: Check, settings: SipSettings, context: ProbeContext) -> TextResponse:
    addresses = await context.resolver.addresses(device.address, check.family)
    return await first_answer(addresses, lambda address: _ask_over_udp(device, address, settings))


async def _ask_over_udp(device: Device, address: str, settings: SipSettings) -> TextResponse:
    loop = asyncio.get_running_loop()
    try:
        transport, datagrams = await loop.create_datagram_endpoint(_Datagrams, remote_addr=(address, settings.port))
    except OSError as error:
        raise fault_of(error, f"port {settings.port}", at_once=True) from None
    try:
        request = options_request(device.address, _place_of(transport.get_extra_info("sockname")), settings)
        return await _ask_until_answered(transport, datagrams, request, settings.port)
    finally:
        transport.close()


async def _ask_until_answered(
    transport: asyncio.DatagramTransport, datagrams: _Datagrams, request: OptionsRequest, port: int
) -> TextResponse:
    """Sends and repeats until an answer comes; the check's time-out ends it."""
    wait_s = FIRST_REPEAT_S
    while True:
        transport.sendto(request.to_bytes())
        try:
            async with asyncio.timeout(wait_s):
                return await _next_answer(datagrams, request, port)
        except TimeoutError:
            wait_s = min(2 * wait_s, MAX_REPEAT_S)


async def _next_answer(datagrams: _Datagrams, request: OptionsRequest, port: int) -> TextResponse:
    while True:
        arrived = await datagrams.arrived.get()
        if isinstance(arrived, OSError):
            raise fault_of(arrived, f"port {port}", at_once=True)  # a router's word does not come this way (udp(7))
        note_contact()
        response = parse_response(arrived)
        if request.is_answered_by(response):
            return response


def _place_of(sockname: tuple[str, int]) -> str:
    return f"{_bracketed(sockname[0])}:{sockname[1]}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if _is_ipv6(host) else host


def _is_ipv6(host: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    except OSError:
        return False
    return True
