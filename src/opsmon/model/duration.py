"""Durations as people write them: `30s`, `5m`, `1h30m`, `250ms`, `2d`; a bare number is seconds."""

import re

_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


def parse_duration_s(text: str | float) -> float:
    """Seconds of a written duration. Raises ValueError, with what was expected, on anything else."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError("expected a duration such as 30s, 5m or 1h30m")
    if not isinstance(text, str):
        return _not_negative(float(text))
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is no duration: expected one such as 30s, 5m or 1h30m")
    return sum(float(number) * _UNIT_S[unit] for number, unit in _PART.findall(text))


def format_duration(seconds: float) -> str:
    """A duration as a person would write it, in whole seconds from a minute on."""
    if seconds < 60:
        return f"{seconds:g}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)


def _not_negative(seconds: float) -> float:
    if not 0 <= seconds < float("inf"):
        raise ValueError("a duration is a finite number and not below zero")
    return seconds
