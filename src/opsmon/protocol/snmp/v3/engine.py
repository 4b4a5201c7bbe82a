"""pysnmp as the engine of SNMPv3: sends a request, calls back with the answer or with the reason for none.

Promises: one pysnmp engine, with one socket per address family, asks many agents; users of one name with different keys
are kept in different engines, since pysnmp knows a user by its name. Nothing waits here: time-outs are the caller's. A
datagram of any content is handled without raising.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine as PysnmpEngine
from pysnmp.error import PySnmpError
from pysnmp.proto import errind, rfc1902, rfc1905
from pysnmp.proto.api import v2c
from pysnmp.proto.error import StatusInformation

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.codec.ber import MalformedBerError, decode_oid, encode_oid
from opsmon.protocol.snmp.codec.message import Pdu, Request, Response
from opsmon.protocol.snmp.codec.value import OPAQUE, Cell, Marker, decode_value
from opsmon.protocol.snmp.traffic import Traffic
from opsmon.protocol.snmp.v3.hearing import DatagramListener
from opsmon.protocol.snmp.v3.soundness import check_scoped_pdu, check_soundness
from opsmon.protocol.snmp.v3.usm import SecurityLevel, User

FORGET_AFTER_S = 600.0  # when pysnmp drops a request: no check takes longer, and an answer may be late
_MESSAGE_MODEL = _SECURITY_MODEL = 3  # RFC 3411: SnmpMessageProcessingModel of v3, SnmpSecurityModel of USM
_OCTETS_AROUND = 120  # of a v3 message around its bindings
# What pysnmp raises for datagrams that are not SNMP: its own errors, and what its code runs into.
_STUMBLES = (
    PySnmpError,
    PyAsn1Error,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_PDUS: Final[Mapping[Pdu, Callable[[], Any]]] = {
    Pdu.GET: v2c.GetRequestPDU,
    Pdu.GET_NEXT: v2c.GetNextRequestPDU,
    Pdu.GET_BULK: v2c.GetBulkRequestPDU,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no answer: the clocks have to be set first, we are refused, or something else is wrong."""

    words: str
    again: bool = False
    refused: bool = False


_AGAIN = (errind.NotInTimeWindow, errind.UnknownEngineID)
_REFUSALS = (
    errind.AuthenticationError, errind.AuthenticationFailure, errind.DecryptionError, errind.UnknownSecurityName,
    errind.UnknownUserName, errind.UnsupportedAuthProtocol, errind.UnsupportedPrivProtocol,
    errind.UnsupportedSecurityLevel, errind.WrongDigest,
)  # fmt: skip
Told = Callable[[Response | Reason], None]


class _Guarded:
    """Before a pysnmp transport: whatever pysnmp stumbles over in a datagram is counted, told to who waits for that
    agent, and stays out of the loop. An answer from another address than the one asked is no answer."""

    traffic: Traffic
    hearing: DatagramListener

    def send_message(self, datagram: bytes, address: Any) -> Any:
        self.hearing.note_sent(datagram, address)
        return super().send_message(datagram, address)  # type: ignore[misc]  # pysnmp's, of the transport

    def datagram_received(self, datagram: bytes, source: Any) -> None:
        if self.hearing.is_foreign(datagram, source):
            self.traffic.dropped_wrong_source += 1
            return
        try:
            check_soundness(datagram)
            self._callback_function(self, source, datagram)  # type: ignore[attr-defined]  # pysnmp's, of the transport
        except _STUMBLES:
            self.traffic.dropped_malformed += 1
            self.hearing.tell(source, "its answer is malformed")


class _Udp(_Guarded, udp.UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp has no types
    pass


class _Udp6(_Guarded, udp6.Udp6AsyncioTransport):  # type: ignore[misc]  # nor here
    pass


class _Checked:
    """A cipher of pysnmp whose plain text is looked at before pysnmp reads it."""

    def __init__(self, service: Any) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def decrypt_data(self, *args: Any) -> Any:
        decrypted = self._service.decrypt_data(*args)
        try:
            check_scoped_pdu(bytes(decrypted))
        except MalformedBerError:
            raise StatusInformation(errorIndication=errind.decryptionError) from None
        return decrypted


class UsmEngine:
    """One pysnmp engine and the users that it knows. `make_usm_engine` makes it."""

    def __init__(self, engine: Any, traffic: Traffic) -> None:
        self._engine = engine
        self._users: dict[str, User] = {}
        self._traffic = traffic
        self._open_domains: set[Any] = set()
        self.hearing = DatagramListener()

    def close(self) -> None:
        self._engine.close_dispatcher()

    def _open(self, domain: Any, transport: Any) -> None:
        """The socket of an address family, at its first use."""
        if domain not in self._open_domains:
            opened = transport()
            opened.traffic, opened.hearing = self._traffic, self.hearing
            config.add_transport(self._engine, domain, opened.open_client_mode())
            self._open_domains.add(domain)

    def can_take(self, user: User) -> bool:
        """Whether there is no other user of that name."""
        return self._users.get(user.name, user) == user

    def add(self, user: User) -> None:
        """Makes the user's keys from its passphrases, which takes some milliseconds, once."""
        if user.name not in self._users:
            config.add_v3_user(self._engine, user.name, **user.keys())
            self._users[user.name] = user

    def send(
        self, user: User, level: SecurityLevel, address: tuple[Any, ...], context: str, request: Request, told: Told
    ) -> None:
        """Send a request; `told` is called at most once. Raises ProbeError(LOCAL_FAULT) when it cannot go out."""

        def called_back(*answer: Any) -> None:  # the arguments of processResponsePdu (RFC 3411, 4.1.4)
            pdu, status = answer[8], answer[9]
            told(_reason(status) if status else _response(pdu))

        domain, where, transport = _place(address)
        self._open(domain, transport)
        dispatcher = self._engine.transport_dispatcher
        try:
            self._engine.message_dispatcher.send_pdu(
                self._engine, domain, where, _MESSAGE_MODEL, _SECURITY_MODEL, rfc1902.OctetString(user.name),
                int(level), None, rfc1902.OctetString(context), 1, _pdu(request), True,
                FORGET_AFTER_S / dispatcher.get_timer_resolution(), called_back, None,
            )  # fmt: skip
        except (PySnmpError, PyAsn1Error) as error:
            raise ProbeError(Outcome.LOCAL_FAULT, f"cannot ask by SNMPv3: {_indication(error)}") from error


async def make_usm_engine(traffic: Traffic) -> UsmEngine:
    """pysnmp reads its MIBs for a tenth of a second or more: in a thread, so that the loop goes on."""
    engine = await asyncio.to_thread(PysnmpEngine)
    model = engine.security_models[_SECURITY_MODEL]
    model.PRIV_SERVICES = {cipher: _Checked(service) for cipher, service in model.PRIV_SERVICES.items()}
    return UsmEngine(engine, traffic)


def _place(address: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    if len(address) > 2:
        return udp6.DOMAIN_NAME, udp6.Udp6TransportAddress(address), _Udp6
    return udp.DOMAIN_NAME, udp.UdpTransportAddress(address), _Udp


def _pdu(request: Request) -> Any:
    pdu = _PDUS[request.pdu]()
    bulk = request.pdu == Pdu.GET_BULK
    protocol = v2c.apiBulkPDU if bulk else v2c.apiPDU
    protocol.set_defaults(pdu)
    if bulk:
        protocol.set_non_repeaters(pdu, 0)
        protocol.set_max_repetitions(pdu, request.max_repetitions)
    protocol.set_varbinds(pdu, [(decode_oid(name), v2c.null) for name in request.names])
    return pdu


def _response(pdu: Any) -> Response:
    found = v2c.apiPDU.get_varbinds(pdu)
    names = [encode_oid(tuple(name)) for name, _ in found]
    values = [_cell(value) for _, value in found]
    octets = _OCTETS_AROUND + sum(12 + len(name) for name in names)
    octets += sum(len(value) for value in values if isinstance(value, bytes))
    status, place = int(v2c.apiPDU.get_error_status(pdu)), int(v2c.apiPDU.get_error_index(pdu))
    return Response(status, place, names, values, octets)


def _cell(value: Any) -> Cell:
    if isinstance(value, rfc1905.EndOfMibView):
        return Marker.END_OF_MIB
    if isinstance(value, univ.Null):  # NULL itself, noSuchObject, noSuchInstance
        return None
    if isinstance(value, univ.Integer):
        return int(value)
    if isinstance(value, univ.ObjectIdentifier):
        return tuple(value)
    if isinstance(value, rfc1902.Opaque):
        return decode_value(OPAQUE, value.asOctets())
    return bytes(value.asOctets()) if isinstance(value, univ.OctetString) else None


def _reason(status: Any) -> Reason:
    indication = status["errorIndication"]
    return Reason(str(indication), isinstance(indication, _AGAIN), isinstance(indication, _REFUSALS))


def _indication(error: Exception) -> str:
    """What pysnmp says, without the values that its errors carry along."""
    try:
        return str(error["errorIndication"])  # type: ignore[index]  # a StatusInformation has it
    except (KeyError, TypeError):
        return type(error).__name__
