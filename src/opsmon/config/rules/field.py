"""Small words of the rule files: limits, hours, dates and names of windows, read from text into domain values."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from opsmon.contract.calendar.calendar import DAY_S, Season, Span
from opsmon.contract.calendar.limit import Limit, Unit
from opsmon.spec import Spec, text_schema, wrong
from opsmon.text.bilingual import Sentence, Text
from opsmon.text.near_miss import meant, shown

_LIMIT = re.compile(r"(\d{1,4}) (min|h|days?|workdays?|months?|years?)(?: to (\d\d:\d\d))?(, not rolled)?", re.ASCII)
_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
LIMIT_HINT = Sentence(
    "such as `3 min`, `2 h`, `5 days`, `1 workday to 18:00`, `3 months` or `10 days, not rolled`",
    "例如 `3 min`、`2 h`、`5 days`、`1 workday to 18:00`、`3 months`、`10 days, not rolled`",
)


class BilingualSpec(Spec):
    """A sentence in both languages."""

    en: str
    """In English."""
    zh: str = ""
    """In Chinese · 中文"""

    def resolve(self) -> Text:
        return Text(self.en, self.zh)


def _whole_text(written: object) -> object:
    """In braces a comma ends a text and leaves the rest of it as a key of its own: say so instead of an unknown key."""
    if isinstance(written, Mapping) and any(
        key not in ("en", "zh") and value is None for key, value in written.items()
    ):
        raise wrong(
            Sentence("a text in braces ends at its comma", "花括号里的文本到逗号为止"),
            Sentence("put the whole text in quotes", "请给整段文本加引号"),
        )
    return written


TextField = Annotated[str | BilingualSpec, BeforeValidator(_whole_text)]


def text_of(written: str | BilingualSpec) -> Text:
    return Text(written) if isinstance(written, str) else written.resolve()


def as_list(written: object) -> object:
    """One word as a list of it, so that a single entry needs no brackets."""
    return [written] if isinstance(written, str) else written


def parse_clock_s(text: str) -> int:
    """Seconds since midnight of `HH:MM`; 24:00 is the end of the day. Raises ValueError."""
    hour, minute = (int(part) for part in text.split(":"))
    second = hour * 3600 + minute * 60
    if minute > 59 or second > DAY_S:
        raise ValueError(f"{text} is no time of day")
    return second


def parse_limit(text: object) -> Limit:
    """A limit from text such as `1 workday to 18:00`. Raises a pydantic error."""
    if isinstance(text, Limit):
        return text
    found = _LIMIT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise wrong(Sentence("not a limit", "不是时限"), LIMIT_HINT)
    amount, unit, close, fixed = found.groups()
    return _checked_limit(int(amount), Unit(unit if unit in ("min", "h") else unit.rstrip("s")), close, fixed)


def _checked_limit(amount: int, unit: Unit, close: str | None, fixed: str | None) -> Limit:
    if amount == 0:
        raise wrong(
            Sentence("a limit of nothing", "时限为零"),
            Sentence(
                "a clause that says `at once` is encoded in minutes, with an interpretation",
                "“立即”类条款按分钟编写，并注明解释",
            ),
        )
    if unit.is_elapsed and (close or fixed):
        raise wrong(
            Sentence(
                "only a limit in days, workdays, months or years ends at a time of day or rolls",
                "只有以日、工作日、月或年计的时限才有截止时刻或顺延",
            ),
            LIMIT_HINT,
        )
    try:
        close_s = parse_clock_s(close) if close else DAY_S
    except ValueError as error:
        raise wrong(str(error), LIMIT_HINT) from None
    return Limit(amount, unit, close_s, rolls=not fixed)


def parse_hours(text: str) -> Span:
    """One stretch of a day such as `09:00-18:00`. Raises a pydantic error."""
    found = _HOURS.fullmatch(text)
    try:
        first, last = (parse_clock_s(part) for part in found.groups()) if found else (0, 0)
    except ValueError as error:
        raise wrong(str(error), Sentence("such as `09:00-18:00`", "例如 `09:00-18:00`")) from None
    if first >= last:
        raise wrong(
            Sentence(f"{shown(text)} is no stretch of hours", f"{shown(text)} 不是时段"),
            Sentence("such as `09:00-18:00`; over midnight takes two", "例如 `09:00-18:00`；跨午夜要写两段"),
        )
    return first, last


def parse_date(text: str) -> date:
    """A date such as `2026-10-01`. Raises a pydantic error."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise wrong(
        Sentence(f"{shown(text)} is no date", f"{shown(text)} 不是日期"),
        Sentence("such as `2026-10-01`", "例如 `2026-10-01`"),
    )


def parse_dates(text: str) -> tuple[date, date]:
    """The first and the last date of `2026-10-01..2026-10-07`, or of one date. Raises a pydantic error."""
    first, _, last = text.partition("..")
    found = parse_date(first), parse_date(last or first)
    if found[0] > found[1]:
        raise wrong(Sentence(f"{shown(text)} ends before it begins", f"{shown(text)} 的结束早于开始"))
    return found


def parse_season(text: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Month and day of the first and the last day of `06-01..10-07`. Raises a pydantic error."""
    parts = [_MONTH_DAY.fullmatch(part) for part in text.split("..")]
    found = [(int(part[1]), int(part[2])) for part in parts if part is not None]
    try:
        for month, day in found:
            date(2000, month, day)  # a leap year, so that 02-29 is let through
    except ValueError:
        found = []
    if len(found) != 2 or len(parts) != 2:
        raise wrong(
            Sentence(f"{shown(text)} is no season", f"{shown(text)} 不是季节"),
            Sentence(
                "month and day of its first and last day, such as `06-01..10-07`",
                "首日与末日的月日，例如 `06-01..10-07`",
            ),
        )
    return found[0], found[1]


def season(text: str, name: Text) -> Season:
    first, last = parse_season(text)
    return Season(first, last, name)


def one_of(word: str, known: "list[str]", what: str) -> str:
    """The word when it is known. Raises a pydantic error with the nearest one."""
    if word in known:
        return word
    raise wrong(f"{what} {shown(word)} is not known", meant(word, known) or f"known: {', '.join(known)}")


def _check_dates(text: str) -> str:
    parse_dates(text)
    return text


def _check_season(text: str) -> str:
    parse_season(text)
    return text


def _check_date(text: str) -> str:
    parse_date(text)
    return text


def _check_hours(text: str) -> str:
    parse_hours(text)
    return text


CLOCK_FORM = r"([01][0-9]:[0-5][0-9]|2[0-3]:[0-5][0-9]|24:00)"
_LIMIT_FORM = r"^[0-9]{1,4} ((min|h)|(days?|workdays?|months?|years?)( to [0-9]{2}:[0-9]{2})?(, not rolled)?)$"
_DATE_FORM = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MONTH_DAY_FORM = r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
LimitField = Annotated[
    Limit,
    BeforeValidator(parse_limit),
    text_schema(_LIMIT_FORM, Sentence(f"not a limit: {LIMIT_HINT}", "不是时限"), "3 min", "2 h", "5 days"),
]
DateField = Annotated[
    str, AfterValidator(_check_date), text_schema(f"^{_DATE_FORM}$", "not a date, such as 2026-10-01", "2026-10-01")
]
DatesField = Annotated[
    str,
    AfterValidator(_check_dates),
    text_schema(
        rf"^{_DATE_FORM}(\.\.({_DATE_FORM})?)?$", "not dates, such as 2026-10-01..2026-10-07", "2026-10-01..2026-10-07"
    ),
]
SeasonField = Annotated[
    str,
    AfterValidator(_check_season),
    text_schema(
        rf"^{_MONTH_DAY_FORM}\.\.{_MONTH_DAY_FORM}$",
        "not a season: month and day, such as 06-01..10-07",
        "06-01..10-07",
    ),
]
HoursField = Annotated[
    str,
    AfterValidator(_check_hours),
    text_schema(f"^{CLOCK_FORM}-{CLOCK_FORM}$", "not a stretch of hours, such as 09:00-18:00", "09:00-18:00"),
]
