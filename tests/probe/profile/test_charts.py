"""Which series of a device are kept as curves: levels by themselves, others where a profile says so, or none."""

import pytest

from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from tests.support.probe.profile.making import poll, profiles_of
from tests.support.probe.profile.recording import RecordedSession, parse_recording

DEVICE = """
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.1
1.3.6.1.4.1.99999.2.1.0|2|37
1.3.6.1.4.1.99999.2.2.0|2|60
1.3.6.1.4.1.99999.2.3.0|2|1
"""
OBJECTS = {"load": "1.3.6.1.4.1.99999.2.1.0", "left": "1.3.6.1.4.1.99999.2.2.0", "fan": "1.3.6.1.4.1.99999.2.3.0"}


def charted(picture: DevicePicture) -> set[str]:
    return {reading.block.keys[place].metric for reading in picture.readings for place in reading.block.charted}


@pytest.mark.parametrize(
    ("load", "fan", "kept"),
    [
        ({}, {}, {"device_cpu_ratio"}),
        ({"chart": False}, {}, set()),
        ({"chart": True}, {"chart": True}, {"device_cpu_ratio", "device_fan_ok"}),
    ],
)
async def test_a_profile_says_which_metrics_are_charted(
    load: dict[str, bool], fan: dict[str, bool], kept: set[str]
) -> None:
    metrics = {
        "device_cpu_ratio": [{"value": "load", "unit": "percent", **load}],
        "device_fan_ok": [{"value": "fan", "states": {1: [1]}, **fan}],
    }
    assert charted(await poll(DEVICE, objects=OBJECTS, metrics=metrics)) == kept


async def test_a_profile_takes_the_marks_of_what_it_extends() -> None:
    base = {
        "name": "base", "abstract": True, "objects": OBJECTS,
        "metrics": {"device_fan_ok": [{"value": "fan", "states": {1: [1]}, "chart": True}]},
    }  # fmt: skip
    profiles = profiles_of(base, {"name": "tested", "extends": "base"})
    picture = await DevicePoller(profiles, "tested").poll(RecordedSession(parse_recording(DEVICE)))
    assert charted(picture) == {"device_fan_ok"}
