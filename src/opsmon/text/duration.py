"""Lengths of time as people read them: beside a clock, in a sentence, as a measured value, as an age."""

from datetime import timedelta

from opsmon.text.bilingual import Text

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
# Beside a clock, where room is short.
_SHORT = {
    "zh": (("天", _DAY_S), ("小时", _HOUR_S), ("分", _MINUTE_S), ("秒", 1)),
    "en": (("d", _DAY_S), ("h", _HOUR_S), ("m", _MINUTE_S), ("s", 1)),
}
# In sentences and tables, where `m` could be metres.
_DAYS, _HOURS, _MINUTES, _SECONDS = Text("d", "天"), Text("h", "小时"), Text("min", "分钟"), Text("s", "秒")
_UNITS = ((_DAY_S, _DAYS), (_HOUR_S, _HOURS), (_MINUTE_S, _MINUTES), (1, _SECONDS))
_ORDERS = {"zh": ("剩 {}", "超时 {}"), "en": ("{} left", "{} over")}


def remaining_words(seconds: float, language: str) -> str:
    """`剩 12分30秒` or `12m30s left`; negative seconds are overdue. Two units are enough for anybody."""
    left, over = _ORDERS[language]
    return (over if seconds < 0 else left).format(length_words(abs(seconds), language))


def length_words(seconds: float, language: str) -> str:
    """The two largest units of a length of time."""
    rest = int(seconds)
    words: list[str] = []
    for unit, size in _SHORT[language]:
        if rest >= size or (size == 1 and not words):
            words.append(f"{rest // size}{unit}")
            rest %= size
        elif words:
            break
        if len(words) == 2:
            break
    return "".join(words)


def spoken_length(length: timedelta) -> Text:
    """`1 h 30 min` · `1小时30分钟`: whole, in hours, since contracts count in hours beyond a day."""
    rest, told = int(length.total_seconds()), []
    for size, unit in _UNITS[1:]:
        if rest >= size:
            told.append((rest // size, unit))
            rest %= size
    told = told or [(0, _MINUTES)]
    return Text(" ".join(f"{n} {unit.en}" for n, unit in told), "".join(f"{n}{unit.zh}" for n, unit in told))


def measured_length(seconds: float, language: str) -> str:
    """`3.5 h` or `3.5 小时`: a measured value in the largest unit that it fills, to three digits."""
    size, unit = next((step for step in _UNITS if abs(seconds) >= step[0]), _UNITS[-1])
    return f"{seconds / size:.3g} {unit.in_(language)}"


def age_words(seconds: float, language: str) -> str:
    """`90 min`, `3 h`, `12 d`: how long ago, in whole units of the size that one compares ages in."""
    if seconds < 2 * _HOUR_S:
        size, unit = _MINUTE_S, _MINUTES
    elif seconds < 2 * _DAY_S:
        size, unit = _HOUR_S, _HOURS
    else:
        size, unit = _DAY_S, _DAYS
    return f"{max(int(seconds // size), 0)} {unit.in_(language)}"


def countdown(seconds: float, language: str) -> str:
    """`00:02:41`, of a day or more `3d 04:12`; what is overdue has a plus: `+00:12:05`."""
    whole, sign = int(abs(seconds)), "+" if seconds < 0 else ""
    days, rest = divmod(whole, _DAY_S)
    hours, minutes = rest // _HOUR_S, rest // _MINUTE_S % 60
    if days:
        return f"{sign}{days}{_DAYS.in_(language)} {hours:02}:{minutes:02}"
    return f"{sign}{hours:02}:{minutes:02}:{rest % 60:02}"
