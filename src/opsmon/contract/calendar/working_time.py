"""When people are warned of what is due in days: in working time, never at night or on a day of rest.

Promises: a warning lies between the start and the end, and in working time wherever there is some between them. An
hour of it counts wherever it falls: of "one workday to 18:00" from a Friday at 15:00 half is gone on Monday at 12:00.
Papers and tasks use the same functions as the clocks of workday limits.
"""

from datetime import datetime, timedelta

from opsmon.contract.calendar.calendar import Calendar
from opsmon.contract.calendar.window import HoursOn, Window, open_time_between
from opsmon.text.bilingual import Text

# What a contract that names no `working_hours` is taken to mean.
WORKING_TIME = Window("working-time", Text("working time", "工作时间"), HoursOn.WORKDAYS, ((9 * 3600, 18 * 3600),))
NOTHING = timedelta()


def warned_at(
    start: datetime, end: datetime, calendar: Calendar, working: Window, needed: timedelta = NOTHING
) -> datetime:
    """When half of the working time between `start` and `end` is gone, or sooner, when no more than `needed` is left.

    A moment at the close of business is the next opening. With no working time in between: half of the way.
    """
    total = open_time_between(calendar, working, start, end)
    if total <= NOTHING:
        return start + (end - start) / 2
    used = max(NOTHING, min(total / 2, total - needed))
    for first, last in working.open_spans(calendar, start):
        if first + used < last:
            return first + used
        used -= last - first
    raise AssertionError("there is working time left")  # open_spans ends by raising alone


def opening_at(moment: datetime, end: datetime, calendar: Calendar, working: Window) -> datetime:
    """The moment itself in working time, else the next opening; the moment again where that is not before `end`."""
    if working.holds_at(calendar, moment):
        return moment
    total = open_time_between(calendar, working, moment, end)
    return next(working.open_spans(calendar, moment))[0] if total > NOTHING else moment
