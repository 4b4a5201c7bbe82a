"""What a calendar keeps of the answers that it has given: the same answers, and never more than so many."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from opsmon.contract.calendar import calendar as module
from opsmon.contract.calendar.calendar import Calendar, Memo
from opsmon.contract.calendar.window import Window
from opsmon.text.bilingual import Text

DAY = date(2026, 3, 20)


def test_it_begins_anew_when_it_is_full() -> None:
    memo: Memo[int] = Memo()
    for number in range(module.MAX_DAYS_KNOWN + 1):
        assert memo.remember("window", DAY + timedelta(days=number % 3_000), number) == number
        memo.remember(number, DAY, number)
    assert 0 < len(memo) <= module.MAX_DAYS_KNOWN


def test_a_calendar_that_has_answered_gives_the_same_answer_and_is_equal_to_one_that_has_not() -> None:
    asked, fresh = Calendar(ZoneInfo("Asia/Shanghai")), Calendar(ZoneInfo("Asia/Shanghai"))
    window = Window("always", Text("always", "全天"))
    first = window.stretches(asked, DAY)
    assert asked.stretches_known[window, DAY] == first == window.stretches(asked, DAY) == window.stretches(fresh, DAY)
    assert asked == Calendar(ZoneInfo("Asia/Shanghai"))
