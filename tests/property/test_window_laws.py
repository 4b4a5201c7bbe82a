"""However faults arrive and whenever we start anew, no robot is sent more in any minute than we keep to, and what is
urgent finds a place first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsmon.notify.kind.mail import LIMITS as MAIL
from opsmon.notify.lane.window import MonthlyQuota, SlidingWindow, crowded_pause_s
from opsmon.notify.message import ChannelLimits

ROBOT = ChannelLimits(max_bytes=4_096, requests=18, kept=4)
FEISHU = ChannelLimits(max_bytes=18_000, requests=90, kept=4, per_second=4, crowded_s=2.0)
ARRIVALS = st.lists(st.tuples(st.floats(0, 20), st.booleans(), st.booleans()), max_size=200)


def sent_times(limits: ChannelLimits, arrivals: list[tuple[float, bool, bool]], restart_every: int) -> list[float]:
    """When each of the messages goes that come `after` seconds after the one before went."""
    window, now_s, sent = SlidingWindow(limits), 0.0, list[float]()
    for number, (after_s, urgent, full) in enumerate(arrivals):
        now_s += after_s
        if restart_every and number % restart_every == 0:
            window = SlidingWindow(limits, [at for at in sent if at > now_s - 2 * limits.span_s])
        while (pause_s := window.pause_s(now_s, urgent=urgent, full=full)) > 0:
            now_s += pause_s + 1e-6
        window.add(now_s)
        sent.append(now_s)
    return sent


@given(ARRIVALS, st.integers(0, 7))
def test_no_minute_holds_more_than_we_keep_to(arrivals: list[tuple[float, bool, bool]], restart_every: int) -> None:
    sent = sent_times(ROBOT, arrivals, restart_every)
    for first, last in zip(sent, sent[18:], strict=False):
        assert last - first > 60.0


@given(ARRIVALS)
def test_no_second_holds_more_than_we_keep_to(arrivals: list[tuple[float, bool, bool]]) -> None:
    sent = sent_times(FEISHU, [(after_s / 20, urgent, full) for after_s, urgent, full in arrivals], 0)
    for first, last in zip(sent, sent[4:], strict=False):
        assert last - first > 1.0


@given(st.lists(st.floats(0, 59), min_size=14, max_size=17))
def test_the_last_places_are_for_what_is_urgent(sent: list[float]) -> None:
    window = SlidingWindow(ROBOT, sent)
    assert window.pause_s(59.5, urgent=False, full=True) > 0
    window_of_full = SlidingWindow(ROBOT, sent[:13])
    assert window_of_full.pause_s(59.5, urgent=False, full=True) == 0


@given(st.floats(0, 29), st.booleans())
def test_a_first_call_by_mail_does_not_wait_behind_a_hand_over(after_s: float, full: bool) -> None:
    window = SlidingWindow(MAIL, [0.0])
    assert window.pause_s(after_s, urgent=False, full=full) > 0
    assert window.pause_s(after_s, urgent=True, full=full) == 0
    window.add(after_s)
    assert window.pause_s(after_s, urgent=True, full=full) > 0


def test_what_is_alone_goes_at_once() -> None:
    assert SlidingWindow(ROBOT).pause_s(0.0, urgent=False, full=False) == 0


@given(st.integers(0, 200_000))
def test_nothing_goes_around_full_and_half_hours(second: int) -> None:
    at = datetime(2026, 11, 28, tzinfo=UTC) + timedelta(seconds=second / 10)
    then = at + timedelta(seconds=crowded_pause_s(FEISHU, at))
    into_s = then.timestamp() % 1_800
    assert 2.0 - 1e-6 <= into_s <= 1_798.0 + 1e-6
    assert crowded_pause_s(ROBOT, at) == 0


@given(st.integers(1, 500))
def test_the_last_tenth_of_a_month_is_for_what_is_urgent(most: int) -> None:
    month, quota, sent = (2026, 11), MonthlyQuota(most, (2026, 11), 0), 0
    while quota.is_open(month, urgent=False):
        quota.add(month)
        sent += 1
    assert sent == most - most // 10
    while quota.is_open(month, urgent=True):
        quota.add(month)
        sent += 1
    assert sent == most
    assert quota.is_open((2026, 12), urgent=False)


@given(st.integers(1, 400), st.integers(0, 400))
def test_how_much_of_a_month_is_used_begins_anew_with_the_next(most: int, sent: int) -> None:
    quota = MonthlyQuota(most, (2026, 11), 0)
    for _ in range(sent):
        quota.add((2026, 11))
    assert quota.used_in((2026, 11)) == sent
    assert quota.used_in((2026, 12)) == 0  # before anything is sent in it, too
    quota.add((2026, 12))
    assert quota.used_in((2026, 12)) == 1
