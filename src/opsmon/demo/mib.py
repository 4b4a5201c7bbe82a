"""What the simulated devices answer over SNMP: tables of objects by kind of device.

Sources: SNMPv2-MIB (RFC 3418), IF-MIB (RFC 2863), UPS-MIB (RFC 1628), HUAWEI-ENTITY-EXTENT-MIB, HIKVISION-MIB,
PowerNet-MIB (APC), STE2-MIB (HW group).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from opsmon.demo import ber
from opsmon.demo.snmp_agent import Value
from opsmon.protocol.snmp.session import Oid

Objects = dict[Oid, Value]

IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
UPS: Oid = (1, 3, 6, 1, 2, 1, 33, 1)
ENTITY: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
HW_ENTITY: Oid = (1, 3, 6, 1, 4, 1, 2011, 5, 25, 31, 1, 1, 1, 1)
APC_ADVANCED: Oid = (1, 3, 6, 1, 4, 1, 318, 1, 1, 1)
HWG_SENSORS: Oid = (1, 3, 6, 1, 4, 1, 21796, 4, 9, 3, 1)
HIKVISION: Oid = (1, 3, 6, 1, 4, 1, 50001, 1)

GIGABIT = 1_000_000_000
ETHERNET = 6  # ifType ethernetCsmacd
UP = 1


def system(name: str, description: str, object_id: Oid) -> Objects:
    """The system group; sysUpTime runs from now."""
    born = time.monotonic()
    return {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): ber.text(description),
        (1, 3, 6, 1, 2, 1, 1, 2, 0): ber.object_id(object_id),
        (1, 3, 6, 1, 2, 1, 1, 3, 0): lambda: ber.timeticks(86_400 + time.monotonic() - born),
        (1, 3, 6, 1, 2, 1, 1, 5, 0): ber.text(name),
    }


def traffic(octets_per_second: int) -> Callable[[], int]:
    """A counter of octets that grows evenly."""
    born = time.monotonic()
    return lambda: int((time.monotonic() - born + 3600) * octets_per_second)


def interfaces(names: list[str], octets_per_second: int) -> Objects:
    """ifTable and ifXTable of Ethernet interfaces that are all up."""
    objects: Objects = {(1, 3, 6, 1, 2, 1, 2, 1, 0): ber.integer(len(names))}
    for index, name in enumerate(names, start=1):
        objects |= interface(index, name, traffic(octets_per_second // index + 1000))
    return objects


def interface(index: int, name: str, octets: Callable[[], int]) -> Objects:
    """One row of both tables."""
    mac = bytes((2, 0, 0, 0, index >> 8, index & 0xFF))  # a locally administered address
    nothing32, nothing64 = ber.counter32(0), ber.counter64(0)
    columns: dict[int, Value] = {
        1: ber.integer(index), 2: ber.text(name), 3: ber.integer(ETHERNET), 4: ber.integer(1500),
        5: ber.gauge(GIGABIT), 6: ber.text(mac), 7: ber.integer(UP), 8: ber.integer(UP), 9: ber.timeticks(0),
        10: lambda: ber.counter32(octets()), 13: nothing32, 14: nothing32,
        16: lambda: ber.counter32(octets() // 2), 19: nothing32, 20: nothing32,
    }  # fmt: skip
    extension: dict[int, Value] = {
        1: ber.text(name), 2: nothing32, 3: nothing32, 4: nothing32, 5: nothing32,
        6: lambda: ber.counter64(octets()), 7: lambda: ber.counter64(octets() // 700), 8: nothing64, 9: nothing64,
        10: lambda: ber.counter64(octets() // 2), 11: lambda: ber.counter64(octets() // 1400), 12: nothing64,
        13: nothing64, 15: ber.gauge(1000), 16: ber.integer(2), 17: ber.integer(1), 18: ber.text(""),
        19: ber.timeticks(0),
    }  # fmt: skip
    return {(*IF_ENTRY, column, index): value for column, value in columns.items()} | {
        (*IF_X_ENTRY, column, index): value for column, value in extension.items()
    }


def huawei_board(name: str, model: str) -> Objects:
    """One board with CPU, memory and temperature, as HUAWEI-ENTITY-EXTENT-MIB has it beside ENTITY-MIB."""
    board = 67108867
    return {
        (*ENTITY, 2, board): ber.text(f"{model} main board"),
        (*ENTITY, 5, board): ber.integer(9),
        (*ENTITY, 7, board): ber.text(name),
        (*ENTITY, 11, board): ber.text("SIM0000001"),
        (*ENTITY, 13, board): ber.text(model),
        (*HW_ENTITY, 5, board): ber.integer(14),
        (*HW_ENTITY, 6, board): ber.integer(80),
        (*HW_ENTITY, 7, board): ber.integer(41),
        (*HW_ENTITY, 8, board): ber.integer(80),
        (*HW_ENTITY, 11, board): ber.integer(43),
        (*HW_ENTITY, 12, board): ber.integer(68),
    }


@dataclass(slots=True)
class Battery:
    """What stands behind the UPS-MIB of a simulated UPS. On battery the charge falls by 1 % every three seconds."""

    on_battery_since: float | None = None
    minutes_full: int = 24

    @property
    def on_battery(self) -> bool:
        return self.on_battery_since is not None

    @property
    def seconds_on_battery(self) -> int:
        return 0 if self.on_battery_since is None else int(time.monotonic() - self.on_battery_since)

    @property
    def charge_percent(self) -> int:
        return max(5, 100 - self.seconds_on_battery // 3)


def ups(battery: Battery) -> Objects:
    """UPS-MIB with one phase in and out. Voltages are RMS volts, the battery's in tenths (RFC 1628)."""
    return {
        (*UPS, 1, 1, 0): ber.text("opsmon demo"),
        (*UPS, 1, 2, 0): ber.text("Simulated UPS 10 kVA"),
        (*UPS, 1, 3, 0): ber.text("1.0"),
        (*UPS, 2, 1, 0): ber.integer(2),
        (*UPS, 2, 2, 0): lambda: ber.integer(battery.seconds_on_battery),
        (*UPS, 2, 3, 0): lambda: ber.integer(max(1, battery.minutes_full * battery.charge_percent // 100)),
        (*UPS, 2, 4, 0): lambda: ber.integer(battery.charge_percent),
        (*UPS, 2, 5, 0): ber.integer(2720),
        (*UPS, 2, 7, 0): ber.integer(25),
        (*UPS, 3, 2, 0): ber.integer(1),
        (*UPS, 3, 3, 1, 3, 1): lambda: ber.integer(0 if battery.on_battery else 228),
        (*UPS, 4, 1, 0): lambda: ber.integer(5 if battery.on_battery else 3),
        (*UPS, 4, 3, 0): ber.integer(1),
        (*UPS, 4, 4, 1, 2, 1): ber.integer(220),
        (*UPS, 4, 4, 1, 5, 1): ber.integer(38),
    }


def apc_ups() -> Objects:
    """What a card of APC says beside the standard MIB, of a UPS on mains with a sound battery (PowerNet-MIB)."""
    return {
        (*APC_ADVANCED, 1, 1, 1, 0): ber.text("Simulated Smart-UPS 5000"),
        (*APC_ADVANCED, 2, 2, 1, 0): ber.gauge(100),
        (*APC_ADVANCED, 2, 2, 2, 0): ber.gauge(24),
        (*APC_ADVANCED, 2, 2, 3, 0): ber.timeticks(2_400),
        (*APC_ADVANCED, 2, 2, 4, 0): ber.integer(1),
        (*APC_ADVANCED, 3, 2, 1, 0): ber.gauge(229),
        (*APC_ADVANCED, 4, 1, 1, 0): ber.integer(2),
        (*APC_ADVANCED, 4, 2, 1, 0): ber.gauge(220),
        (*APC_ADVANCED, 4, 2, 3, 0): ber.gauge(35),
    }


def room_sensors() -> Objects:
    """A thermometer and a hygrometer of a rack (STE2-MIB): name, state 1 normal, tenths, unit 1 °C or 4 %."""
    rows = (("rack", 1, 231), ("rack humidity", 4, 452))
    return {
        (*HWG_SENSORS, column, index): value
        for index, (name, unit, tenths) in enumerate(rows, start=1)
        for column, value in {
            2: ber.text(name), 3: ber.integer(1), 5: ber.integer(tenths), 7: ber.integer(unit),
        }.items()
    }  # fmt: skip


@dataclass(slots=True)
class Disk:
    """The disk of a simulated recorder; hikDiskStatus 0 is normal, 2 abnormal."""

    status: int = 0


def recorder(name: str, disk: Disk) -> Objects:
    """A network video recorder with one disk."""
    return {
        (*HIKVISION, 3, 0): ber.text(name),
        (*HIKVISION, 100, 0): ber.integer(2),
        (*HIKVISION, 220, 0): ber.integer(2048),
        (*HIKVISION, 221, 0): ber.integer(37),
        (*HIKVISION, 230, 0): ber.integer(1),
        (*HIKVISION, 240, 0): ber.integer(1),
        (*HIKVISION, 241, 1, 2, 1): ber.text("hd1"),
        (*HIKVISION, 241, 1, 3, 1): lambda: ber.integer(disk.status),
        (*HIKVISION, 241, 1, 4, 1): ber.integer(512_000),
        (*HIKVISION, 241, 1, 5, 1): ber.integer(3_815_447),
    }
