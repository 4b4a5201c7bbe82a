"""Single profiles on a few objects: presence, test, health and access beside state. Cases by hand, in one file."""

from typing import Any

import pytest
import yaml

from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.definition.resolve import parse_oid
from opsmon.probe.profile.poller import DevicePoller
from opsmon.protocol.snmp.session import Oid, SnmpValue
from tests.support.places import TESTS
from tests.support.probe.profile.making import series_of
from tests.support.probe.profile.recording import RecordedSession
from tests.support.stock import stock_profiles

CASES: list[dict[str, Any]] = yaml.safe_load((TESTS / "golden" / "profile_cases.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def value_of(written: int | str) -> SnmpValue:
    if isinstance(written, int):
        return written
    return parse_oid(written) if written.startswith("1.3.6.") else written.encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
async def test_the_series_are_those_of_the_case(case: dict[str, Any], profiles: ProfileSet) -> None:
    values: dict[Oid, SnmpValue] = {parse_oid(oid): value_of(value) for oid, value in case["objects"].items()}
    poller = DevicePoller(profiles, case["profile"])
    surveyed = series_of(await poller.poll(RecordedSession(values)))
    polled = series_of(await poller.poll(RecordedSession(values)))
    told = {name: surveyed.get(name) for name in case["series"]}
    assert told == {name: value if value is None else pytest.approx(value) for name, value in case["series"].items()}
    assert {name: polled.get(name) for name in told} == told


async def test_a_test_that_begins_between_two_surveys_is_seen(profiles: ProfileSet) -> None:
    status, test = parse_oid("1.3.6.1.4.1.318.1.1.1.4.1.1.0"), parse_oid("1.3.6.1.4.1.318.1.1.1.7.2.3.0")
    poller = DevicePoller(profiles, "apc-ups")
    found = [
        series_of(await poller.poll(RecordedSession({status: output, test: result})))["ups_on_battery"]
        for output, result in ((2, 1), (3, 4), (3, 1), (2, 1))
    ]
    assert found == [0.0, 0.0, 1.0, 0.0]
