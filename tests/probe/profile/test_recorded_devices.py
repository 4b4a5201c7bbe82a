"""The score over recorded devices, which are not part of the project: for `make recordings DIR=…` alone.

Identity right for all; of every quantity that a truth file holds at least one of its objects is reported within 1 %,
and every temperature; what it marks as implausible is not; no recording gives an error. The score by kind is printed.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from tests.support.probe.profile.recording import session_of
from tests.support.recordings import named_folder, recordings_folder
from tests.support.stock import stock_profiles

RECORDINGS = sorted(folder.rglob("*.snmprec")) if (folder := recordings_folder()) else []
TEMPERATURES = ("device_temperature_celsius", "env_temperature_celsius", "ups_battery_temperature_celsius")
MEMORY = ("device_memory_used_ratio", "storage_volume_used_ratio")
# What a truth file calls a UPS quantity → the metric, and what one of its units is in the metric's.
UPS = {
    "upsEstimatedMinutesRemaining": ("ups_runtime_remaining_seconds", 60.0),
    "upsEstimatedChargeRemaining": ("ups_battery_charge_ratio", 0.01),
    "upsBatteryTemperature": ("ups_battery_temperature_celsius", 1.0),
    "upsInputVoltage": ("ups_input_volts", 1.0),
    "upsOutputVoltage": ("ups_output_volts", 1.0),
    "upsOutputPercentLoad": ("ups_load_ratio", 0.01),
    "upsmgBatteryRemainingTime(mge)": ("ups_runtime_remaining_seconds", 60.0),
    "upsmgBatteryLevel(mge)": ("ups_battery_charge_ratio", 0.01),
    "upsmgOutputLoadPerPhase(mge)": ("ups_load_ratio", 0.01),
    "upsAdvBatteryRunTimeRemaining(apc)": ("ups_runtime_remaining_seconds", 60.0),
    "upsHighPrecBatteryCapacity(apc)": ("ups_battery_charge_ratio", 0.01),
    "upsHighPrecOutputLoad(apc)": ("ups_load_ratio", 0.01),
    "upsAdvInputLineVoltage(apc)": ("ups_input_volts", 1.0),
    "upsAdvOutputVoltage(apc)": ("ups_output_volts", 1.0),
    "xupsBatTimeRemaining": ("ups_runtime_remaining_seconds", 60.0),
    "xupsBatCapacity": ("ups_battery_charge_ratio", 0.01),
    "xupsOutputLoad": ("ups_load_ratio", 0.01),
    "liebert flexible load %": ("ups_load_ratio", 0.01),
    "liebert flexible battery time remaining": ("ups_runtime_remaining_seconds", 60.0),
    "upsSmartBatteryCapacity(XPPC)": ("ups_battery_charge_ratio", 0.01),
    "upsSmartBatteryRunTimeRemaining(XPPC)": ("ups_runtime_remaining_seconds", 1.0),
    "upsSmartOutputLoad(XPPC)": ("ups_load_ratio", 0.01),
}
# Folders are sorts; these kinds may be in each.
KINDS = {
    "switch-router": {"switch", "router"}, "firewall": {"firewall", "security"}, "wireless": {"wlc", "ap"},
    "nvr-camera": {"nvr", "camera"}, "mcu-video": {"mcu", "vc-terminal", "server"}, "ups": {"ups"},
    "aircon-env": {"aircon", "env-sensor"}, "server": {"server"}, "storage": {"storage"}, "printer": {"printer"},
}  # fmt: skip
# Devices that nothing tells the maker of.
NAMELESS = {"semac-ipcam-500", "linux_ucd-diskio", "liebert_web485"}

pytestmark = pytest.mark.recordings


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def reported(picture: DevicePicture) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for reading in picture.readings:
        for key, value in zip(reading.block.keys, reading.values, strict=True):
            if not isnan(value):
                found[key.metric].append(value)
    return found


def is_near(value: float, values: list[float]) -> bool:
    return any(abs(value - other) <= max(0.01 * abs(value), 0.001) for other in values)


def quantities(truth: dict[str, Any]) -> Iterator[tuple[str, float, tuple[str, ...]]]:
    """Name of the quantity, its value in our unit, and the metrics that may give it."""
    for cpu in truth["cpu"]:
        yield "cpu", cpu["percent"] / 100, ("device_cpu_ratio",)
    for memory in truth["memory"]:
        yield "memory", memory["percent"] / 100, MEMORY
    for number, temperature in enumerate(truth["temperatures"]):
        if temperature["object"] != "poseidon sensorValue":  # its table holds humidity too
            yield f"temperature {number}", temperature["celsius"], TEMPERATURES
    for ups in truth.get("ups", []):
        metric, factor = UPS.get(ups["object"], ("", 0.0))
        value = ups.get("plausible", ups["value"])
        # An empty text, "not available", and the zeros of phases and sensors that are not there are no quantities.
        if metric and value not in (None, "", 0) and "unsupported" not in ups.get("note", ""):
            yield metric, float(value) * factor, (metric,)


@pytest.fixture(scope="module")
def score(request: pytest.FixtureRequest) -> Iterator[Counter[tuple[str, str, bool]]]:
    """Hits and misses by sort of device and quantity; printed when all are done."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    yield counts
    lines = []
    for sort in sorted({sort for sort, _, _ in counts}):
        names = sorted({name for other, name, _ in counts if other == sort})
        words = (f"{n} {counts[sort, n, True]}/{counts[sort, n, True] + counts[sort, n, False]}" for n in names)
        lines.append(f"score {sort}: {', '.join(words)}")
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("", *lines, sep="\n")


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
async def test_a_recorded_device_is_known_and_its_quantities_are_right(
    file: Path, profiles: ProfileSet, score: Counter[tuple[str, str, bool]]
) -> None:
    truth = json.loads((named_folder() / "truth" / f"{file.stem}.json").read_text(encoding="utf-8"))
    picture = await DevicePoller(profiles).poll(session_of(file))
    found = reported(picture)
    hits: dict[str, bool] = defaultdict(bool)
    for name, value, metrics in quantities(truth):
        hits[name] |= is_near(value, [other for metric in metrics for other in found[metric]])
    known = picture.kind.value in KINDS[file.parent.name] and bool(picture.identity.vendor or file.stem in NAMELESS)
    for name, hit in [("identity", known), *hits.items()]:
        score[file.parent.name, name.split()[0].removesuffix("_celsius"), hit] += 1
    assert known
    assert [name for name, hit in hits.items() if not hit] == []
    assert implausible(found) == []


def implausible(found: dict[str, list[float]]) -> list[str]:
    """Metrics with a value that no such device has."""
    shares = ("ups_battery_charge_ratio", "device_cpu_ratio", *MEMORY)
    wrong = [name for name in TEMPERATURES if any(not -40 < value < 130 for value in found[name])]
    wrong += [name for name in shares if any(not 0 <= value <= 1 for value in found[name])]
    wrong += [name for name in ("ups_output_volts",) if any(not 50 < value < 500 for value in found[name])]
    if found["ups_on_battery"] == [0.0] and 0.0 in found["ups_runtime_remaining_seconds"]:
        wrong.append("ups_runtime_remaining_seconds")
    return wrong
