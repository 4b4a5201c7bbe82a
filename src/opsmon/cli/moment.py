"""Times as people type them: a whole one with its offset, or a time of the day, which is today in the root's zone."""

import re
from datetime import datetime, tzinfo
from typing import Any

import typer

from opsmon.clock import WallClock
from opsmon.text.bilingual import Sentence, filled
from opsmon.text.near_miss import DID_YOU_MEAN, DID_YOU_MEAN_ZH, shown

TIME_OF_DAY = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
EXAMPLES = Sentence(
    "such as 2026-11-20T10:00:00+08:00, or 20:56 for today", "例如 2026-11-20T10:00:00+08:00，或 20:56 表示今天"
)


def parse_moment(text: str, zone: tzinfo, option: str, *, local: bool = False, now: datetime | None = None) -> datetime:
    """An aware time; `now` says which day is today. With `local` one without an offset is of the zone.

    Raises typer.BadParameter for what is none.
    """
    if TIME_OF_DAY.fullmatch(text):
        return _at_time_of_day(text, (now or WallClock().now()).astimezone(zone), option)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wrong_moment(filled("{} is no time, {}", "{} 不是时间，{}", shown(text), EXAMPLES), option) from None
    if moment.tzinfo is None and not local:
        whole = moment.replace(tzinfo=zone).isoformat()
        asked = Sentence(DID_YOU_MEAN.format(whole), DID_YOU_MEAN_ZH.format(whole))
        raise wrong_moment(filled("{} has no offset ({})", "{} 缺少时区（{}）", shown(text), asked), option)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _at_time_of_day(text: str, now: datetime, option: str) -> datetime:
    hour, minute, *second = map(int, text.split(":"))
    try:
        return now.replace(hour=hour, minute=minute, second=second[0] if second else 0, microsecond=0, fold=0)
    except ValueError:
        raise wrong_moment(filled("{} is no time of the day", "{} 不是一天中的时刻", shown(text)), option) from None


def wrong_moment(message: str, option: str) -> Any:
    """The error of a time option."""
    return typer.BadParameter(message, param_hint=option)
