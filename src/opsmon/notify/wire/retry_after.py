"""`Retry-After` of an answer: seconds, or a date by a clock that may differ from ours (RFC 9110, 10.2.3)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_s(value: str, date: str, now: datetime) -> float | None:
    """Seconds to wait; None for none or nonsense. A date is held against the answer's own `Date` where it has one."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until = _moment(text)
    if until is None:
        return None
    return max(0.0, (until - (_moment(date) or now)).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
