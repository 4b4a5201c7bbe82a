"""Device knowledge, held: each small recording of `tests/golden/profiles/` gives exactly the picture beside it.

The recordings are written by hand from what the MIBs say, with numbers made up. A new one is found by its name; its
picture is written when OPSMON_WRITE_GOLDEN is set, and is to be read before it is kept.
"""

import json
import os
from math import isnan
from pathlib import Path

import pytest

from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from tests.support.places import TESTS
from tests.support.probe.profile.recording import session_of
from tests.support.stock import stock_profiles

GOLDEN = TESTS / "golden" / "profiles"
RECORDINGS = sorted(GOLDEN.glob("*.snmprec"))


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def picture_of(picture: DevicePicture) -> dict[str, object]:
    """A picture as it is written down: interfaces as their number of series, everything else by name and label."""
    identity = picture.identity
    series: dict[str, float] = {}
    interfaces = 0
    for reading in picture.readings:
        for key, value in zip(reading.block.keys, reading.values, strict=True):
            if key.metric.startswith("if"):
                interfaces += not isnan(value)
            elif not isnan(value):
                label = f"{{{key.labels[0][1]}}}" if key.labels else ""
                series[f"{key.metric}{label}"] = round(value, 6)
    return {
        "profile": identity.profile,
        "kind": picture.kind.value,
        "vendor": identity.vendor,
        "model": identity.model,
        "serial": identity.serial,
        "software": identity.software,
        "series": dict(sorted(series.items())),
        "interface_series": interfaces,
    }


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
async def test_the_picture_is_the_one_written_down(file: Path, profiles: ProfileSet) -> None:
    found = picture_of(await DevicePoller(profiles).poll(session_of(file)))
    written = file.with_suffix(".json")
    if os.environ.get("OPSMON_WRITE_GOLDEN"):
        written.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert found == json.loads(written.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", RECORDINGS, ids=lambda file: file.stem)
async def test_the_plan_reads_again_what_the_survey_read(file: Path, profiles: ProfileSet) -> None:
    poller, session = DevicePoller(profiles), session_of(file)
    first, second = await poller.poll(session), await poller.poll(session)
    assert not second.surveyed
    assert picture_of(second) == picture_of(first)
    assert [reading.block for reading in second.readings] == [reading.block for reading in first.readings]
