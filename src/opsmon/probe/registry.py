"""The kinds of checks there are. To add one: a module in `kind/` with its Spec and its `run`, and one line here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from opsmon.errors import InvariantError
from opsmon.model.device import Check, Device
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind import h323, http, icmp, onvif, rtsp, sip, ssh, tcp
from opsmon.probe.kind import snmp as snmp_check
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.usual_ping import UsualPing
from opsmon.protocol.resolver import Resolver

S = TypeVar("S")
Run = Callable[[Device, Check, S, ProbeContext], Awaitable[CheckResult]]


@dataclass(frozen=True, slots=True)
class ProbeKind(Generic[S]):
    """One kind of check, whose Spec resolves to settings of the type S.

    `run` returns a CheckResult or raises ProbeError; the worker times it, bounds it and makes the Sample. `heavy` kinds
    (a connection, a login, many requests) share the scheduler's bounded number of places. A kind that `bounds_itself`
    keeps the time-out by better means than a timer of the loop, which can fire before an answer that came in time is
    read. `usual_ping` says of a check whether it is one that the scheduler may send together with others.

    The default time-out is 3 s: with the confirmations of the state room (6.5 s) a dead device is declared within ten
    seconds of the beginning of the check that missed it.
    """

    spec: type[CheckSpec]
    settings: type[S]
    run: Run[S]
    summary: str
    default_timeout_s: float = 3.0
    default_period_s: float = 60.0
    heavy: bool = True
    bounds_itself: bool = False
    usual_ping: Callable[[Device, Check, S, Resolver], UsualPing | None] | None = None

    def find(self, device: Device, check: Check, context: ProbeContext) -> Awaitable[CheckResult]:
        """As `run`, with the settings that the check carries. Raises InvariantError for those of another kind."""
        settings = check.settings
        if not isinstance(settings, self.settings):
            raise InvariantError(f"{check.kind} check {check.name} of {device.name}: no {self.settings.__name__}")
        return self.run(device, check, settings, context)

    def as_usual_ping(self, device: Device, check: Check, resolver: Resolver) -> UsualPing | None:
        """The check as a ping to be sent with others; None where it is none."""
        if self.usual_ping is None or not isinstance(check.settings, self.settings):
            return None
        return self.usual_ping(device, check, check.settings, resolver)


KINDS: dict[str, ProbeKind[Any]] = {
    "h323": ProbeKind(h323.H323Spec, h323.H323Settings, h323.run, "an MCU or terminal takes H.323 calls"),
    "http": ProbeKind(
        http.HttpSpec,
        http.HttpSettings,
        http.run,
        "a web server answers as expected, with a good certificate",
        default_timeout_s=10.0,
    ),
    "icmp": ProbeKind(
        icmp.IcmpSpec,
        icmp.IcmpSettings,
        icmp.run,
        "the device answers pings",
        default_timeout_s=2.0,
        heavy=False,
        bounds_itself=True,
        usual_ping=icmp.usual_ping,
    ),
    "onvif": ProbeKind(
        onvif.OnvifSpec,
        onvif.OnvifSettings,
        onvif.run,
        "a camera or recorder answers ONVIF, and its clock is right",
        default_timeout_s=10.0,
    ),
    "rtsp": ProbeKind(
        rtsp.RtspSpec, rtsp.RtspSettings, rtsp.run, "a camera or recorder serves its stream", default_timeout_s=10.0
    ),
    "sip": ProbeKind(sip.SipSpec, sip.SipSettings, sip.run, "an MCU, terminal or phone answers SIP OPTIONS"),
    "snmp": ProbeKind(
        snmp_check.SnmpSpec,
        snmp_check.SnmpSettings,
        snmp_check.run,
        "what a device says of itself over SNMP, by its profile",
        default_timeout_s=45.0,
        heavy=False,
    ),
    "ssh": ProbeKind(
        ssh.SshSpec,
        ssh.SshSettings,
        ssh.run,
        "an SSH server lets us in, and a command prints what is expected",
        default_timeout_s=15.0,
    ),
    "tcp": ProbeKind(tcp.TcpSpec, tcp.TcpSettings, tcp.run, "a TCP port takes a connection, and says what is expected"),
}
