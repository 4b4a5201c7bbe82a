"""The last day of a device: no hole, no overlap, nothing older, what nobody watched, changed configurations."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from opsmon.history.states import KEPT, StateHistory, StateSpan
from opsmon.model.event import BackupRecorded, DeviceRenamed, DeviceState, DeviceStateChanged
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


def test_what_nobody_watched_is_no_state() -> None:
    gaps = [
        (NOW - timedelta(hours=age + length), NOW - timedelta(hours=age))
        for age, length in ((23, 4), (5, 2), (1, 0.01))
    ]
    history = StateHistory(lambda: gaps)
    history.load([changed(UP, DOWN, 4.5), changed(DOWN, UP, 3)])
    spans = history.spans(DEVICE, UP, NOW)
    assert [(one.state, (NOW - one.until) / timedelta(hours=1)) for one in spans] == [
        (None, 23), (UP, 7), (None, 5), (UP, 4.5), (DOWN, 3), (UP, 0),
    ]  # fmt: skip
    assert spans[0].since == NOW - KEPT
    assert all(one.until == other.since for one, other in pairwise(spans))


def test_a_gap_within_one_state_divides_it() -> None:
    gap = (NOW - timedelta(hours=3), NOW - timedelta(hours=2))
    spans = StateHistory(lambda: [gap]).spans(DEVICE, UP, NOW)
    assert spans == [StateSpan(UP, NOW - KEPT, gap[0]), StateSpan(None, *gap), StateSpan(UP, gap[1], NOW)]


def test_a_changed_configuration_is_remembered_and_an_unchanged_one_is_not() -> None:
    history = StateHistory()
    for hours, changed_, ok in ((5, True, True), (4, False, True), (3, True, False)):
        at = NOW - timedelta(hours=hours)
        history.load([BackupRecorded(at, DEVICE, at, ok, changed=changed_)])
    assert history.configured(DEVICE, NOW - KEPT, NOW) == [NOW - timedelta(hours=5)]


def test_a_device_keeps_its_day_under_another_name() -> None:
    new, history = DeviceName("core-2"), StateHistory()
    at = NOW - timedelta(hours=5)
    history.load([changed(UP, DOWN, 4.5), BackupRecorded(at, DEVICE, at, ok=True, changed=True)])
    history.load([DeviceRenamed(NOW - timedelta(hours=2), new, DEVICE)])
    spans = history.spans(new, DOWN, NOW)
    assert [one.state for one in spans] == [UP, DOWN]
    assert history.configured(new, NOW - KEPT, NOW) == [at]
    assert history.spans(DEVICE, UP, NOW) == [StateSpan(UP, NOW - KEPT, NOW)]  # nothing is left under the old one
