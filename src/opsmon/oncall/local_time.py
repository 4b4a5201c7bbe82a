"""Wall-clock times as moments, where a zone sets its clock forward or back.

Of a time that comes twice the first is meant; a time that is left out is the moment at which the clock was set.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

SECOND = timedelta(seconds=1)


@lru_cache(maxsize=16_384)  # the shifts of all rotas begin at the same few times of the same days
def moment_of(zone: tzinfo, day: date, second: int) -> datetime:
    """The UTC moment at which the clocks of `zone` show `second` seconds (of a plain day) after midnight of `day`.

    Past 86,400 it is a time of a day after it. Later seconds never give an earlier moment.
    """
    wall = datetime.combine(day, time()) + timedelta(seconds=second)
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    if shown == wall:
        return moment
    return _moment_of_change(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), moment)


def _moment_of_change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The first second after `before` at which the zone has the offset that it has at `after`."""
    new = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == new:
            after = middle
        else:
            before = middle
    return after
