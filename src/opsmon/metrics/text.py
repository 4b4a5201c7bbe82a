"""The Prometheus text format 0.0.4, written by hand: prometheus_client would rename if_mib's counters to `…_total`."""

import math
from collections.abc import Iterable

_LABEL_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})


def escape_label_value(text: str) -> str:
    """A label value as it stands between its quotes. Text that is no valid UTF-8 loses what cannot be sent."""
    if '"' in text or "\\" in text or "\n" in text:
        text = text.translate(_LABEL_ESCAPES)
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def format_value(value: float) -> str:
    """The shortest text that reads back as the same double; whole numbers below 2^64 are written out in digits."""
    if value.is_integer() and abs(value) <= 2.0**64:
        return str(int(value))
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else ("+Inf" if value > 0 else "-Inf")


def series_prefix(metric: str, labels: Iterable[tuple[str, str]]) -> str:
    """`metric{a="b"} `, to be followed by the value."""
    inside = ",".join(f'{name}="{escape_label_value(value)}"' for name, value in labels)
    return f"{metric}{{{inside}}} " if inside else f"{metric} "


def header_lines(metric: str, kind: str, help_text: str) -> str:
    """The HELP and TYPE lines of one metric; a metric that we cannot explain has no HELP."""
    explained = f"# HELP {metric} {help_text.translate(_HELP_ESCAPES)}\n" if help_text else ""
    return f"{explained}# TYPE {metric} {kind}\n"
