"""Dates and times as people read them, in the zone that they live in; and ISO 8601 with its offset for programs."""

from datetime import date, datetime, timedelta, tzinfo

from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import MONTHS, WEEKDAYS


def local_time(moment: datetime, zone: tzinfo) -> str:
    """`2026-11-20 10:00:00`: the whole time, for messages and pages."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def short_local_time(written: str | None, zone: tzinfo, *, seconds: bool = True) -> str:
    """`11-20 10:00:00` of an ISO 8601 time with its offset, for narrow tables; "" for none."""
    shape = "%m-%d %H:%M:%S" if seconds else "%m-%d %H:%M"
    return datetime.fromisoformat(written).astimezone(zone).strftime(shape) if written else ""


def weekday_time(moment: datetime | None, zone: tzinfo, language: str) -> str:
    """`Fri 2026-11-20 10:00:00`, for tables in which the weekday counts; "" for none."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{WEEKDAYS[local.weekday()].in_(language)} {local:%Y-%m-%d %H:%M:%S}"


def weekday_end(moment: datetime | None, zone: tzinfo, language: str) -> str:
    """`Fri 2026-11-20 24:00`: the end of a day is its own 24:00, not midnight of the next; "" for none."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    day, hour = local, f"{local:%H:%M}"
    if local.hour == local.minute == local.second == 0:
        day, hour = local - timedelta(days=1), "24:00"
    return f"{WEEKDAYS[day.weekday()].in_(language)} {day:%Y-%m-%d} {hour}"


def wall_time(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """The time of the zone to the second, without its offset, as a workbook takes it."""
    return None if moment is None else moment.astimezone(zone).replace(tzinfo=None, microsecond=0)


def iso_time(moment: datetime | None, zone: tzinfo) -> str | None:
    """ISO 8601 with the offset of the zone."""
    return None if moment is None else moment.astimezone(zone).isoformat()


def iso_second(moment: datetime, zone: tzinfo) -> str:
    """As `iso_time`, to the second."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def plain_second(moment: datetime) -> str:
    """`2026-11-28 09:41:07+08:00`, in its own zone."""
    return moment.isoformat(" ", "seconds")


def time_of_day(second: int) -> str:
    """`17:30` of the seconds since midnight; 86400 is 24:00."""
    return f"{second // 3_600:02}:{second % 3_600 // 60:02}"


def day_words(day: date) -> Text:
    """Wed 30 Sep · 9月30日（周三）."""
    weekday = WEEKDAYS[day.weekday()]
    return Text(f"{weekday.en} {day.day} {MONTHS[day.month - 1]}", f"{day.month}月{day.day}日（{weekday.zh}）")


def days_words(first: date, last: date) -> Text:
    """1–7 Oct · 10月1日至7日; a single day with its weekday; over the end of a month with both months."""
    if first == last:
        return day_words(first)
    if (first.year, first.month) == (last.year, last.month):
        en = f"{first.day}–{last.day} {MONTHS[last.month - 1]}"
        return Text(en, f"{first.month}月{first.day}日至{last.day}日")
    en = f"{first.day} {MONTHS[first.month - 1]} – {last.day} {MONTHS[last.month - 1]}"
    return Text(en, f"{first.month}月{first.day}日至{last.month}月{last.day}日")


def time_words(moment: datetime, zone: tzinfo) -> Text:
    """Wed 30 Sep 23:00, for sentences; with the seconds where there are any."""
    local = moment.astimezone(zone)
    day, clock = day_words(local.date()), f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return Text(f"{day.en} {clock}", f"{day.zh}{clock}")


def clock_time(moment: datetime, zone: tzinfo) -> str:
    """`09:41:07`: the time of day."""
    return f"{moment.astimezone(zone):%H:%M:%S}"


def day_time(moment: datetime, zone: tzinfo, language: str, now: datetime) -> str:
    """`09:41:07` of the day of `now`; else `11月28日（周六）09:41` or `Sat 28 Nov 09:41`, with the year where it is
    another one."""
    there, today = moment.astimezone(zone), now.astimezone(zone)
    if there.date() == today.date():
        return f"{there:%H:%M:%S}"
    day = day_words(there.date())
    if there.year != today.year:
        day = Text(f"{day.en} {there.year}", f"{there.year}年{day.zh}")
    return f"{day.zh}{there:%H:%M}" if language == "zh" else f"{day.en} {there:%H:%M}"
