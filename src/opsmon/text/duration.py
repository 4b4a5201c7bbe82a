"""Lengths of time as people read them beside a clock."""

_UNITS = {
    "zh": (("天", 86_400), ("小时", 3_600), ("分", 60), ("秒", 1)),
    "en": (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)),
}
_ORDERS = {"zh": ("剩 {}", "超时 {}"), "en": ("{} left", "{} over")}


def remaining_words(seconds: float, language: str) -> str:
    """`剩 12分30秒` or `12m30s left`; negative seconds are overdue. Two units are enough for anybody."""
    left, over = _ORDERS[language]
    return (over if seconds < 0 else left).format(length_words(abs(seconds), language))


def length_words(seconds: float, language: str) -> str:
    """The two largest units of a length of time."""
    rest = int(seconds)
    words: list[str] = []
    for unit, size in _UNITS[language]:
        if rest >= size or (size == 1 and not words):
            words.append(f"{rest // size}{unit}")
            rest %= size
        elif words:
            break
        if len(words) == 2:
            break
    return "".join(words)
