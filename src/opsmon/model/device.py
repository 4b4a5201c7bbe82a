"""The fleet as the inventory gives it: sites, devices, how each is reached and what is checked on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum

from opsmon.model.name import CheckName, ContractId, DeviceName, SiteName
from opsmon.model.secret import Secret


class Kind(StrEnum):
    """What a device is, in the words of the inventory format."""

    SWITCH = "switch"
    ROUTER = "router"
    FIREWALL = "firewall"
    SECURITY = "security"
    WLC = "wlc"
    AP = "ap"
    NVR = "nvr"
    CAMERA = "camera"
    STORAGE = "storage"
    SERVER = "server"
    MCU = "mcu"
    VC_TERMINAL = "vc-terminal"
    UPS = "ups"
    AIRCON = "aircon"
    ENV_SENSOR = "env-sensor"
    ACCESS_CONTROL = "access-control"
    PRINTER = "printer"
    PHONE = "phone"
    RADIO = "radio"
    DISPLAY = "display"
    OTHER = "other"


class SnmpVersion(StrEnum):
    V1 = "1"
    V2C = "2c"
    V3 = "3"


@dataclass(frozen=True, slots=True)
class SnmpV3Key:
    """One of the two keys of a USM user (RFC 3414): `protocol` such as SHA256 or AES, `key` the passphrase."""

    protocol: str
    key: Secret


@dataclass(frozen=True, slots=True)
class SnmpAccess:
    """How a device's SNMP agent is asked. v1 and v2c use `community`; v3 uses `user` and up to two keys."""

    version: SnmpVersion = SnmpVersion.V2C
    port: int = 161
    community: Secret | None = None
    user: str = ""
    auth: SnmpV3Key | None = None
    priv: SnmpV3Key | None = None
    context: str = ""


@dataclass(frozen=True, slots=True)
class SshAccess:
    """How a device's command line is reached. `platform` is netmiko's name of it; `hostnames` what it calls itself.

    Several names are those of the nodes of one pair: whichever is active answers. `prompt`, `pager` (patterns),
    `stall_s` and `longest_s` stand above what the make's profile says of its dialogue. `jump` is on the way to it.
    `legacy` allows the weak algorithms that old devices offer alone (SHA-1, CBC, group 1).
    """

    username: str
    port: int = 22
    password: Secret | None = None
    key: str | None = None
    enable: Secret | None = None
    platform: str | None = None
    hostnames: tuple[str, ...] = ()
    prompt: str = ""
    pager: str = ""
    stall_s: float | None = None
    longest_s: float | None = None
    jump: "JumpHost | None" = None
    legacy: bool = False

    @property
    def hops(self) -> "tuple[tuple[JumpHost, SshAccess], ...]":
        """The jump hosts with their accesses, the one that is dialled first of all first."""
        hop = self.jump
        return () if hop is None or hop.access is None else (*hop.access.hops, (hop, hop.access))


@dataclass(frozen=True, slots=True)
class JumpHost:
    """A host that a connection goes through: one that has an address of its own, or a device of the inventory.

    A loaded inventory has the address and the access of every one of them.
    """

    name: DeviceName
    address: str = ""
    access: SshAccess | None = None
    formerly: tuple[DeviceName, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one device. `settings` is the frozen settings object of the probe kind (its own type); `family`
    is 4 or 6 where the check goes by one version of IP alone."""

    name: CheckName
    kind: str
    period_s: float
    timeout_s: float
    settings: object = None
    family: int | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """One device, with everything that it inherits from its site already in it.

    `formerly` are the names that it had before: what is known under one of them is known of it.
    """

    name: DeviceName
    site: SiteName
    address: str
    kind: Kind
    title: str = ""
    contract: ContractId | None = None
    service: str | None = None
    profile: str | None = None
    parents: tuple[DeviceName, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    important: frozenset[str] = frozenset()
    snmp: SnmpAccess | None = None
    ssh: SshAccess | None = None
    formerly: tuple[DeviceName, ...] = ()

    def secrets(self) -> tuple[tuple[str, Secret], ...]:
        """Every secret of the device by the names of the fields that lead to it, such as `snmp.auth.key` or
        `checks.web.password`; those of its jump hosts as `ssh.jump.password of NAME`."""
        parts = [("snmp", self.snmp), ("ssh", self.ssh), *((f"checks.{one.name}", one.settings) for one in self.checks)]
        own = (found for path, part in parts for found in _secrets_in(part, path))
        hops = () if self.ssh is None else self.ssh.hops
        lent = ((f"{path} of {hop.name}", one) for hop, access in hops for path, one in _secrets_in(access, "ssh.jump"))
        return (*own, *lent)


def _secrets_in(part: object, path: str) -> Iterator[tuple[str, Secret]]:
    """Found by their type, so that a new field needs no list. A jump host is left out: it has a name of its own."""
    if isinstance(part, Secret):
        yield path, part
    elif isinstance(part, tuple):
        for number, one in enumerate(part):
            yield from _secrets_in(one, f"{path}.{number}")
    elif isinstance(part, Mapping):
        for name, one in part.items():
            yield from _secrets_in(one, f"{path}.{name}")
    elif is_dataclass(part) and not isinstance(part, JumpHost):
        for each in fields(part):
            yield from _secrets_in(getattr(part, each.name), f"{path}.{each.name}")


@dataclass(frozen=True, slots=True)
class Site:
    """A place with devices, served under one contract or none."""

    name: SiteName
    title: str = ""
    contract: ContractId | None = None
    service: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every site and every device of a root, by name, in the order of the files."""

    sites: Mapping[SiteName, Site]
    devices: Mapping[DeviceName, Device]

    def renamed(self) -> Mapping[DeviceName, DeviceName]:
        """The present name of every device that had another one, by each former name."""
        return {old: name for name, device in self.devices.items() for old in device.formerly}
