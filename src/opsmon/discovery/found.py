"""What a sweep finds: who answered at which address, what it says it is, and whom it hears on its ports."""

from dataclasses import dataclass, field

from opsmon.model.device import Kind
from opsmon.text.bilingual import NO_WORDS, Text

CHASSIS_MAC = 4  # LldpChassisIdSubtype macAddress(4)
MAX_CHASSIS_OCTETS = 255  # LldpChassisId (SIZE (1..255))


@dataclass(frozen=True, slots=True)
class ChassisId:
    """LldpChassisIdSubtype and LldpChassisId (IEEE 802.1AB, 8.5.2): what a neighbour and the device itself both say."""

    subtype: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Whom a device hears on a port, as that one calls itself. `abilities` are words of LldpSystemCapabilitiesMap."""

    port: str
    name: str = ""
    remote_port: str = ""
    chassis: ChassisId | None = None
    addresses: tuple[str, ...] = ()
    abilities: frozenset[str] = frozenset()
    protocol: str = "LLDP"


@dataclass(frozen=True, slots=True)
class DeviceLook:
    """What a device says of itself over SNMP, by the profile that fits it; `reason` is why that one.

    `marks` tell it from every other device (`engine …`, `mac …`), `own_addresses` are those of its interfaces.
    """

    system_name: str
    kind: Kind
    profile: str
    reason: Text
    object_id: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    interfaces: int = 0
    marks: frozenset[str] = frozenset()
    chassis: frozenset[ChassisId] = frozenset()
    own_addresses: frozenset[str] = frozenset()
    neighbours: tuple[Neighbour, ...] = ()
    is_generic: bool = False


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """One address that answered. `access` is the place in the list of accesses of the one that its agent took; without
    a look there was no agent that took one, or it fell silent, and `why` says which."""

    address: str
    access: int | None = None
    look: DeviceLook | None = None
    why: Text = NO_WORDS


@dataclass(slots=True)
class Found:
    """One device with all of its addresses that answered, in the order of the sweep; the first is the one to ask."""

    answers: list[HostAnswer] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.answers[0].address

    @property
    def look(self) -> DeviceLook | None:
        return self.answers[0].look

    @property
    def access(self) -> int | None:
        return self.answers[0].access

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(answer.address for answer in self.answers)
