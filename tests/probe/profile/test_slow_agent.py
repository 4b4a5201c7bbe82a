"""An agent of which no poll can read everything: survey and polls go on where the time was over."""

from math import isnan

import pytest

from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from opsmon.probe.profile.revisit import POLLS_BETWEEN_SURVEYS
from opsmon.protocol.snmp.session import Oid, SnmpValue
from tests.support.probe.profile.port_rows import port, system
from tests.support.probe.profile.recording import RecordedSession, parse_recording
from tests.support.stock import stock_profiles

PORTS = 10
FEWEST_POLLS = POLLS_BETWEEN_SURVEYS - POLLS_BETWEEN_SURVEYS // 4  # that lie between two surveys, whatever chance says
AGENT = system(86_400) + "".join(port(row, f"ge{row}") for row in range(1, PORTS + 1))


@pytest.fixture(scope="module")
def profiles() -> ProfileSet:
    return stock_profiles()


def session_of(values: dict[Oid, SnmpValue], rows_in_time: int | None) -> RecordedSession:
    session = RecordedSession(values)
    session.rows_in_time = rows_in_time
    return session


def rows_read(picture: DevicePicture) -> list[int]:
    """The interfaces whose state this poll has read."""
    return [
        int(dict(key.labels)["ifIndex"])
        for reading in picture.readings
        for key, value in zip(reading.block.keys, reading.values, strict=True)
        if key.metric == "ifOperStatus" and not isnan(value)
    ]


def rows_known(picture: DevicePicture) -> int:
    return sum(key.metric == "ifOperStatus" for reading in picture.readings for key in reading.block.keys)


async def test_a_survey_goes_on_behind_the_rows_that_it_has(profiles: ProfileSet) -> None:
    poller, values = DevicePoller(profiles), parse_recording(AGENT)
    parts = [await poller.poll(session_of(values, 4)) for _ in range(3)]
    assert [rows_read(part) for part in parts] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    assert [part.ran_out for part in parts] == [True, True, False]
    assert rows_known(parts[-1]) == PORTS


async def test_polls_take_turns_with_the_rows_and_lose_none(profiles: ProfileSet) -> None:
    """Also over the polls that read labels again: every tenth, so that each turn of the rows meets one."""
    poller, values = DevicePoller(profiles), parse_recording(AGENT)
    await poller.poll(session_of(values, None))
    polls = [await poller.poll(session_of(values, 4)) for _ in range(FEWEST_POLLS)]
    turns = [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    assert [rows_read(poll) for poll in polls] == [turns[number % 3] for number in range(FEWEST_POLLS)]
    assert {rows_known(poll) for poll in polls} == {PORTS}, "what was not read this time is not gone"
    assert all(poll.ran_out for poll in polls), "no poll says that it saw everything"
    well = await poller.poll(session_of(values, None))
    well = await poller.poll(session_of(values, None))
    assert (rows_read(well), well.ran_out) == (list(range(1, PORTS + 1)), False)
