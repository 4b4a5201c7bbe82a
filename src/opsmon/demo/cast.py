"""The simulated fleet: three sites under two contracts, and the inventory that a person would have written for it."""

from collections.abc import Iterator
from dataclasses import dataclass

SNMP_PORT = 10161  # above 1024, so that an ordinary user may bind it
COMMUNITY = "demo"
SIP, RTSP, HTTPS_ADMIN = 15060, 10554, 18443

CCTV_SWITCHES = 6
CAMERAS_PER_SWITCH = 40
TERMINALS = 12


@dataclass(frozen=True, slots=True)
class CastMember:
    """One device of the cast. `role` picks its objects in `opsmon.demo.fleet`; `behind` is what it hangs on."""

    name: str
    site: str
    kind: str
    role: str
    title: str
    host: int  # its number within the fleet's network
    behind: str | None = None
    tcp: tuple[int, ...] = ()
    snmp: bool = True
    venue: str = ""


def cast() -> tuple[CastMember, ...]:
    """Every device, parents before children."""
    return (*_main_hall(), *_south_campus(), *_street_cctv())


def _main_hall() -> Iterator[CastMember]:
    site = "main-hall"
    yield CastMember("core-1", site, "switch", "switch", "核心交换机", 10)
    yield CastMember("fw-1", site, "firewall", "firewall", "出口防火墙", 11, "core-1")
    yield CastMember("mcu-1", site, "mcu", "plain", "主用 MCU", 12, "core-1", tcp=(SIP,))
    yield CastMember("mcu-2", site, "mcu", "plain", "备用 MCU", 13, "core-1", tcp=(SIP,))
    yield CastMember("recording-1", site, "server", "plain", "录播服务器", 14, "core-1", tcp=(HTTPS_ADMIN,))
    yield CastMember("ups-1", site, "ups", "ups", "机房 UPS", 15, "core-1")
    yield CastMember("env-1", site, "env-sensor", "sensor", "机房温湿度", 16, "core-1")


def _south_campus() -> Iterator[CastMember]:
    site = "south-campus"
    yield CastMember("sw-south", site, "switch", "switch", "南院接入交换机", 40, "core-1")
    for number in range(1, TERMINALS + 1):
        yield CastMember(f"terminal-{number:02}", site, "vc-terminal", "none", f"会议终端 {number}",
                   40 + number, "sw-south",
                   tcp=(SIP,), snmp=False)  # fmt: skip


def _street_cctv() -> Iterator[CastMember]:
    site = "street-cctv"
    yield CastMember("core-cctv", site, "switch", "switch", "监控汇聚交换机", 100)
    yield CastMember("ups-cctv", site, "ups", "apc-ups", "监控机房 UPS", 101, "core-cctv")
    for number in range(1, CCTV_SWITCHES + 1):
        switch, base = f"access-{number}", 256 * number
        yield CastMember(switch, site, "switch", "switch", f"接入交换机 {number}", base + 1, "core-cctv")
        yield CastMember(f"nvr-{number}", site, "nvr", "recorder", f"录像机 {number}", base + 2, "core-cctv")
        for camera in range(1, CAMERAS_PER_SWITCH + 1):
            name = f"cam-{number}{camera:02}"
            yield CastMember(name, site, "camera", "none", f"摄像机 {number}-{camera:02}", base + 10 + camera, switch,
                       tcp=(RTSP,), snmp=False)  # fmt: skip


SITES = {
    "main-hall": ("二龙路主会场", "xicheng-vc-2025", "vc", "main-hall"),
    "south-campus": ("广安门南街南院", "xicheng-vc-2025", "vc", "south-campus"),
    "street-cctv": ("街道视频监控", "baizhifang-2026", "cctv", ""),
}


def address_of(part: CastMember, network: str) -> str:
    """`network` is the first two octets, such as "127.77"."""
    return f"{network}.{part.host >> 8}.{part.host & 0xFF}"


def inventory_of(site: str, network: str, *, pings: bool, period_s: int) -> str:
    """The YAML of one site. Without `pings` a device's death shows in SNMP and TCP only, so only those are checked."""
    title, contract, service, venue = SITES[site]
    lines = [f"site: {site}", f"title: {title}", f"contract: {contract}", f"service: {service}"]
    if venue:
        lines.append(f"labels: {{venue: {venue}}}")
    lines += [
        "defaults:",
        f"  snmp: {{version: 2c, community: {{file: ../community}}, port: {SNMP_PORT}}}",
        "devices:",
    ]
    for part in cast():
        if part.site == site:
            lines += _entry(part, network, pings=pings, period_s=period_s)
    return "\n".join(lines) + "\n"


def _entry(part: CastMember, network: str, *, pings: bool, period_s: int) -> list[str]:
    checks = ["icmp"] * pings + ["snmp"] * part.snmp + [f"{{tcp: {{port: {port}}}}}" for port in part.tcp]
    names = ["icmp"] * pings + ["snmp"] * part.snmp + ["tcp"] * bool(part.tcp)
    lines = [
        f"  - name: {part.name}",
        f"    title: {part.title}",
        f"    address: {address_of(part, network)}",
        f"    kind: {part.kind}",
        f"    checks: [{', '.join(checks)}]",
        f"    periods: {{{', '.join(f'{name}: {period_s}s' for name in names)}}}",
    ]
    if part.behind:
        lines.append(f"    parents: [{part.behind}]")
    return lines
