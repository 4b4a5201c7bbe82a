"""The kinds of checks there are. To add one: a module in `kind/` with its Spec and its `run`, and one line here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from opsmon.model.device import Check, Device
from opsmon.probe.context import CheckResult, ProbeContext
from opsmon.probe.kind import h323, http, icmp, onvif, rtsp, sip, ssh, tcp
from opsmon.probe.kind import snmp as snmp_check
from opsmon.probe.kind.spec import CheckSpec

Run = Callable[[Device, Check, ProbeContext], Awaitable[CheckResult]]


@dataclass(frozen=True, slots=True)
class ProbeKind:
    """One kind of check.

    `run` returns a Finding or raises ProbeError; the worker times it, bounds it and makes the Sample. `heavy` kinds
    (a connection, a login, many requests) share the scheduler's bounded number of places; `vital` kinds say by their
    failure that the device is down, the others that a part of it is. A kind that `bounds_itself` keeps the time-out
    by better means than a timer of the loop, which can fire before an answer that came in time is read.

    The default time-out is 3 s: with the confirmations of the state room (6.5 s) a dead device is declared within ten
    seconds of the beginning of the check that missed it.
    """

    spec: type[CheckSpec]
    run: Run
    summary: str
    default_timeout_s: float = 3.0
    default_period_s: float = 60.0
    heavy: bool = True
    vital: bool = False
    bounds_itself: bool = False


KINDS: dict[str, ProbeKind] = {
    "h323": ProbeKind(h323.H323Spec, h323.run, "an MCU or terminal takes H.323 calls"),
    "http": ProbeKind(
        http.HttpSpec, http.run, "a web server answers as expected, with a good certificate", default_timeout_s=10.0
    ),
    "icmp": ProbeKind(
        icmp.IcmpSpec,
        icmp.run,
        "the device answers pings",
        default_timeout_s=2.0,
        heavy=False,
        vital=True,
        bounds_itself=True,
    ),
    "onvif": ProbeKind(
        onvif.OnvifSpec, onvif.run, "a camera or recorder answers ONVIF, and its clock is right", default_timeout_s=10.0
    ),
    "rtsp": ProbeKind(rtsp.RtspSpec, rtsp.run, "a camera or recorder serves its stream", default_timeout_s=10.0),
    "sip": ProbeKind(sip.SipSpec, sip.run, "an MCU, terminal or phone answers SIP OPTIONS"),
    "snmp": ProbeKind(
        snmp_check.SnmpSpec,
        snmp_check.run,
        "what a device says of itself over SNMP, by its profile",
        default_timeout_s=45.0,
        heavy=False,
    ),
    "ssh": ProbeKind(
        ssh.SshSpec, ssh.run, "an SSH server lets us in, and a command prints what is expected", default_timeout_s=15.0
    ),
    "tcp": ProbeKind(tcp.TcpSpec, tcp.run, "a TCP port takes a connection, and says what is expected"),
}
