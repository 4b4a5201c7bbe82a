"""How fast pages of metrics are written, and how much memory that takes, beside prometheus_client.

A million series as a fleet of switches has them: 1,389 devices of 48 interfaces x 15 columns, polled with new numbers
between two scrapes. prometheus_client is given what it is built for: a gauge family for each column, its labels as
children, set to the same numbers. It is measured on a tenth of the series, and its figures are scaled up.
"""

import random
import sys
import time
import tracemalloc
from array import array
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from opsmon.metrics.own import DeviceReport
from opsmon.metrics.page import PageWriter
from opsmon.model.device import Check, Device, Kind
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.sample import Outcome, Reading, Sample, SeriesBlock, SeriesKey

COLUMNS = (
    "ifMtu", "ifHighSpeed", "ifAdminStatus", "ifOperStatus", "ifLastChange", "ifInErrors", "ifOutErrors",
    "ifInDiscards", "ifOutDiscards", "ifHCInOctets", "ifHCOutOctets", "ifHCInUcastPkts", "ifHCOutUcastPkts",
    "ifHCInBroadcastPkts", "ifHCOutBroadcastPkts",
)  # fmt: skip
INTERFACES = 48
SERIES_A_DEVICE = INTERFACES * len(COLUMNS)
DEVICES = 1_000_000 // SERIES_A_DEVICE + 1
PEER_DEVICES = DEVICES // 10
ROUNDS = 3
LABELS = ("ifAlias", "ifDescr", "ifIndex", "ifName")
CHECK = Check(CheckName("snmp"), "snmp", 60.0, 5.0)


def labels_of(port: int) -> tuple[str, str, str, str]:
    return (f"to floor {port % 7}", f"GigabitEthernet0/0/{port}", str(port), f"GE0/0/{port}")


def numbers() -> "array[float]":
    return array("d", [float(random.getrandbits(random.randrange(1, 53))) for _ in range(SERIES_A_DEVICE)])


def reports(blocks: list[SeriesBlock]) -> list[DeviceReport]:
    """The fleet after a poll: the blocks of before, with new numbers."""
    now = datetime.now(UTC)
    made = []
    for number, block in enumerate(blocks):
        device = Device(DeviceName(f"sw-{number}"), SiteName("hall"), "192.0.2.1", Kind.SWITCH, checks=(CHECK,))
        reading = (Reading(block, numbers()),)
        sample = Sample(device.name, CHECK.name, Outcome.OK, now, now, 0.1, readings=reading)
        made.append(DeviceReport(device, DeviceState.UP, (sample,)))
    return made


def make_block() -> SeriesBlock:
    keys = (
        SeriesKey(column, tuple(zip(LABELS, labels_of(port), strict=True)))
        for port in range(INTERFACES)
        for column in COLUMNS
    )
    return SeriesBlock(tuple(keys))


def measure_ours() -> float:
    """Seconds of processor time for a page of all devices, once the texts of the names are known."""
    from opsmon.web.scrape.squeeze import new_squeeze  # noqa: PLC0415 - `against` runs this module over older trees

    blocks = [make_block() for _ in range(DEVICES)]
    writer, best = PageWriter(), float("inf")
    size = squeezed = 0
    for turn in range(ROUNDS + 1):
        fleet = reports(blocks)
        began = time.process_time()
        size = sum(len(piece.encode()) for piece in writer.write(fleet, datetime.now(UTC)))
        took = time.process_time() - began
        if turn == 0:
            print(f"  first page, names turned into text     {took:8.3f} s")
        else:
            best = min(best, took)
    print(f"  page of {DEVICES * SERIES_A_DEVICE:,} series ({size / 1e6:.0f} MB)     {best:8.3f} s")
    print(f"  a device of {SERIES_A_DEVICE} series                 {best / DEVICES * 1e6:8.0f} µs")
    squeezer = new_squeeze()
    pieces = [piece.encode() for piece in writer.write(fleet[:100], datetime.now(UTC))]
    began = time.process_time()
    squeezed = sum(len(squeezer.compress(piece)) for piece in pieces) + len(squeezer.flush())
    took = time.process_time() - began
    share = squeezed / sum(map(len, pieces))
    print(f"  gzip on top, a device                  {took / 100 * 1e6:8.0f} µs, to {share:.0%}")
    tracemalloc.start()
    for _ in writer.write(fleet, datetime.now(UTC)):
        pass
    print(f"  memory while a page is streamed        {tracemalloc.get_traced_memory()[1] / 1e6:8.1f} MB")
    tracemalloc.stop()
    return best


def measure_peer() -> float:
    """The same of prometheus_client: setting its gauges and writing the page."""
    registry = CollectorRegistry()
    gauges = [Gauge(column, column, ("instance", *LABELS), registry=registry) for column in COLUMNS]
    children = [
        [gauge.labels(f"sw-{number}", *labels_of(port)) for port in range(INTERFACES) for gauge in gauges]
        for number in range(PEER_DEVICES)
    ]
    best = float("inf")
    for _ in range(2):
        fleet = [numbers() for _ in range(PEER_DEVICES)]
        began = time.process_time()
        for series, values in zip(children, fleet, strict=True):
            for child, value in zip(series, values, strict=True):
                child.set(value)
        generate_latest(registry)
        best = min(best, time.process_time() - began)
    return best * DEVICES / PEER_DEVICES


def main() -> int:
    """Always 0: a slow machine is not a broken benchmark."""
    print("opsmon")
    ours = measure_ours()
    print("prometheus_client, gauges set and written (scaled up)")
    peer = measure_peer()
    print(f"  page of {DEVICES * SERIES_A_DEVICE:,} series              {peer:8.3f} s")
    print(f"ratio {ours / peer:.3f}; wanted: at most 0.5 s a million series here")
    return 0


if __name__ == "__main__":
    sys.exit(main())
