"""Does a camera or recorder answer ONVIF, how far is its clock off, and who does it say it is.

GetSystemDateAndTime needs no login (ONVIF Core, 5.12: access class PRE_AUTH); the offset is the device's UTC against
the middle of our exchange, to whole seconds, as the device tells no more. With a login GetDeviceInformation is asked
too, by WS-UsernameToken (OASIS Username Token Profile 1.0: digest of nonce, time and password), stamped with the
device's own time so that a wrong clock does not look like a wrong password; HTTP Digest is answered where it is wanted.
Series: `device_clock_offset_seconds`.
"""

import base64
import hashlib
import secrets
from array import array
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated
from xml.etree import ElementTree as Xml
from xml.sax.saxutils import escape

from pydantic import Field

from opsmon.errors import ProbeError
from opsmon.model.device import Check, Device
from opsmon.model.sample import Identity, Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind.spec import CheckSpec, Port
from opsmon.probe.profile.text import clean_text
from opsmon.probe.xml_tree import MAX_XML_CHARS, XmlError, parse_xml
from opsmon.protocol.http.auth import Login
from opsmon.protocol.http.client import HttpExchange, exchange_with_login, origin_of
from opsmon.protocol.http.page_text import xml_text
from opsmon.protocol.wire_text import shown
from opsmon.spec import Seconds, SecretField

MAX_ENVELOPE_BYTES = MAX_XML_CHARS
MAX_IDENTITY_CHARS = 200  # characters of what a device calls itself
_MAX_QUOTED_CHARS = 80
_MAX_CODES = 8
_LAST_MOMENT = datetime(9999, 12, 31, tzinfo=UTC)
DEVICE_NS = "http://www.onvif.org/ver10/device/wsdl"
_SCHEMA = "{http://www.onvif.org/ver10/schema}"
_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
_BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
_DIGEST_TYPE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
CLOCK_BLOCK = SeriesBlock((SeriesKey("device_clock_offset_seconds"),))


@dataclass(frozen=True, slots=True)
class OnvifSettings:
    scheme: str = "http"
    port: int = 80
    path: str = "/onvif/device_service"
    login: Login | None = None
    max_offset_s: float | None = None


class OnvifSpec(CheckSpec):
    tls: bool = False
    """Whether it is asked over https · 是否用 https"""
    port: Port | None = None
    """80, or 443 with `tls`, unless told · 端口"""
    path: Annotated[str, Field(pattern=r"^/[!-~]*$", max_length=500)] = "/onvif/device_service"
    """The path of its device service · 路径"""
    username: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Who logs in · 用户名"""
    password: SecretField | None = None
    """The password, as a reference · 密码（写引用）"""
    max_offset: Annotated[Seconds, Field(gt=0)] | None = None
    """How wrong its clock may be · 时钟允许的误差"""

    def resolve(self) -> OnvifSettings:
        login = Login(self.username, self.password) if self.username and self.password else None
        scheme, port = ("https", self.port or 443) if self.tls else ("http", self.port or 80)
        return OnvifSettings(scheme, port, self.path, login, self.max_offset)


async def run(device: Device, check: Check, settings: OnvifSettings, context: ProbeContext) -> CheckResult:
    service = _Service(device.address, await context.resolver.addresses(device.address, check.family), settings)
    before = context.clock.now()
    told = parse_clock(await _ask_time(service, before))
    after = context.clock.now()
    offset_s = (told - (before + (after - before) / 2)).total_seconds() if told else None
    identity = None
    if settings.login:
        device_now = _moved(after, offset_s or 0.0)
        identity = parse_identity(await service.call("GetDeviceInformation", device_now))
    return _judge(offset_s, settings, identity)


def _moved(moment: datetime, seconds: float) -> datetime:
    """A moment by the device's clock, which may stand at the end of all time."""
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:
        return _LAST_MOMENT


async def _ask_time(service: "_Service", now: datetime) -> Xml.Element:
    """The device's time; some devices want a login even for that, and are then given one in our own time."""
    try:
        return await service.call("GetSystemDateAndTime")
    except ProbeError as error:
        if error.outcome is not Outcome.AUTH or service.settings.login is None:
            raise
    return await service.call("GetSystemDateAndTime", now)


def _judge(offset_s: float | None, settings: OnvifSettings, identity: Identity | None) -> CheckResult:
    if offset_s is None:
        return CheckResult(Outcome.DEGRADED, "the device does not tell its time in UTC", identity=identity)
    readings = (Reading(CLOCK_BLOCK, array("d", (offset_s,))),)
    facts = {"clock_offset": f"{offset_s:+.0f} s"}
    if settings.max_offset_s is not None and abs(offset_s) > settings.max_offset_s:
        detail = f"the clock is off by {offset_s:+.0f} s, {settings.max_offset_s:g} s allowed"
        return CheckResult(Outcome.DEGRADED, detail, readings, identity, facts)
    return CheckResult(readings=readings, identity=identity, facts=facts)


@dataclass(frozen=True, slots=True)
class _Service:
    """The device service of one device."""

    name: str
    addresses: tuple[str, ...]
    settings: OnvifSettings

    async def call(self, operation: str, device_now: datetime | None = None) -> Xml.Element:
        """The answer inside the envelope. Raises ProbeError: AUTH for a refused login, PROTOCOL for no ONVIF."""
        login = self.settings.login
        security = security_header(login, device_now, secrets.token_bytes(16)) if login and device_now else ""
        envelope = build_envelope(operation, security)
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{DEVICE_NS}/{operation}"'}
        origin = origin_of(self.settings.scheme, self.name, self.settings.port)
        exchange = HttpExchange(
            "POST", origin, self.settings.path, self.addresses, self.settings.port, headers, envelope, verify=False
        )
        answer = await exchange_with_login(exchange, login, secrets.token_hex(8), basic=False)
        if answer.status in (401, 403):
            raise ProbeError(Outcome.AUTH, f"{operation}: the login is refused or missing ({answer.status})")
        if answer.status not in (200, 400, 500):  # SOAP 1.2 gives faults as 400 and 500
            raise ProbeError(Outcome.PROTOCOL, f"{operation}: no ONVIF, the server answers {answer.status}")
        return open_envelope(answer.body, operation, answer.headers.get("content-type", ""))


def build_envelope(operation: str, security: str) -> bytes:
    """A SOAP 1.2 request without parameters."""
    header = f"<s:Header>{security}</s:Header>" if security else ""
    body = f'<s:Body><{operation} xmlns="{DEVICE_NS}"/></s:Body>'
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="{_SOAP}">{header}{body}</s:Envelope>'.encode()


def security_header(login: Login, created: datetime, nonce: bytes) -> str:
    """WS-UsernameToken: Base64(SHA-1(nonce + created + password)), as the profile has it."""
    stamp = created.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    hashed = hashlib.sha1(nonce + stamp.encode() + login.password.reveal().encode(), usedforsecurity=False).digest()
    digest, salt = (base64.b64encode(octets).decode() for octets in (hashed, nonce))
    return (
        f'<Security xmlns="{_WSSE}" s:mustUnderstand="1"><UsernameToken><Username>{escape(login.username)}</Username>'
        f'<Password Type="{_DIGEST_TYPE}">{digest}</Password><Nonce EncodingType="{_BASE64}">{salt}</Nonce>'
        f'<Created xmlns="{_WSU}">{stamp}</Created></UsernameToken></Security>'
    )


def open_envelope(envelope: bytes, operation: str, content_type: str = "") -> Xml.Element:
    """The answer inside a SOAP envelope, in whatever code it is written. Raises ProbeError."""
    if len(envelope) > MAX_ENVELOPE_BYTES:
        words = f"{operation}: the answer has more than {MAX_ENVELOPE_BYTES} octets"
        raise ProbeError(Outcome.PROTOCOL, words)
    try:
        root = parse_xml(xml_text(envelope, content_type))
    except XmlError as error:
        raise ProbeError(Outcome.PROTOCOL, f"{operation}: the answer is refused: {error}") from None
    fault = root.find(f".//{{{_SOAP}}}Fault")
    if fault is not None:
        raise _fault_of_soap(fault, operation)
    answer = root.find(f".//{{{DEVICE_NS}}}{operation}Response")
    if answer is None:
        raise ProbeError(Outcome.PROTOCOL, f"{operation}: the answer is no ONVIF")
    return answer


def _fault_of_soap(fault: Xml.Element, operation: str) -> ProbeError:
    values = islice(fault.iter(f"{{{_SOAP}}}Value"), _MAX_CODES)
    codes = [shown((value.text or "").rpartition(":")[2].strip()[:_MAX_QUOTED_CHARS]) for value in values]
    if any(code in ("NotAuthorized", "FailedAuthentication", "InvalidSecurityToken") for code in codes):
        return ProbeError(Outcome.AUTH, f"{operation}: the login is refused or missing ({codes[-1]})")
    return ProbeError(
        Outcome.DEGRADED, f"{operation}: the device answers with a fault ({', '.join(codes)[:_MAX_QUOTED_CHARS]})"
    )


def parse_clock(answer: Xml.Element) -> datetime | None:
    """The device's UTC of a GetSystemDateAndTimeResponse; None where it gives none or one that is no time."""
    told = answer.find(f".//{_SCHEMA}UTCDateTime")
    if told is None:
        return None
    fields = [f"{_SCHEMA}Date/{_SCHEMA}{name}" for name in ("Year", "Month", "Day")]
    fields += [f"{_SCHEMA}Time/{_SCHEMA}{name}" for name in ("Hour", "Minute", "Second")]
    try:
        *rest, second = (int(told.findtext(field) or "none") for field in fields)
        year, month, day, hour, minute = rest
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)  # 60 and 61 are leap seconds
    except (ValueError, OverflowError):
        return None


def parse_identity(answer: Xml.Element) -> Identity:
    """Who the device is, of a GetDeviceInformationResponse."""

    def text(name: str) -> str:
        return clean_text(answer.findtext(f"{{{DEVICE_NS}}}{name}") or "", MAX_IDENTITY_CHARS)

    return Identity(
        vendor=text("Manufacturer"), model=text("Model"), serial=text("SerialNumber"), software=text("FirmwareVersion")
    )
