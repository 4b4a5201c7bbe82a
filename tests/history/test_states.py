"""The last day of a device: no gap, no overlap, nothing older, and changes of its configuration."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from opsmon.history.states import KEPT, StateHistory, StateSpan
from opsmon.model.event import BackupRecorded, DeviceState, DeviceStateChanged
from opsmon.model.name import DeviceName

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DEVICE = DeviceName("core-1")
UP, DOWN = DeviceState.UP, DeviceState.DOWN


def changed(before: DeviceState, after: DeviceState, hours_ago: float) -> DeviceStateChanged:
    at = NOW - timedelta(hours=hours_ago)
    return DeviceStateChanged(at, DEVICE, before, after, at, "")


def test_a_device_of_which_nothing_is_told_was_all_day_what_it_is() -> None:
    assert StateHistory().spans(DEVICE, UP, NOW) == [StateSpan(UP, NOW - KEPT, NOW)]


def test_the_spans_of_a_day_follow_each_other() -> None:
    history = StateHistory()
    history.hear(1, [changed(UP, DOWN, 30), changed(DOWN, UP, 3), changed(UP, UP, 2), changed(UP, DOWN, 1)])
    spans = history.spans(DEVICE, DOWN, NOW)
    assert [span.state for span in spans] == [DOWN, UP, DOWN]
    assert (spans[0].since, spans[-1].until) == (NOW - KEPT, NOW)
    assert all(one.until == other.since for one, other in pairwise(spans))


def test_a_changed_configuration_is_remembered_and_an_unchanged_one_is_not() -> None:
    history = StateHistory()
    for hours, changed_, ok in ((5, True, True), (4, False, True), (3, True, False)):
        at = NOW - timedelta(hours=hours)
        history.load([BackupRecorded(at, DEVICE, at, ok, changed=changed_)])
    assert history.configured(DEVICE, NOW - KEPT, NOW) == [NOW - timedelta(hours=5)]
