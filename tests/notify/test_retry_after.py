"""How long a receiver asks us to wait."""

from datetime import UTC, datetime

import pytest

from opsmon.notify.wire.retry_after import retry_after_s

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120.0),
        (" 7 ", "", 7.0),
        ("Fri, 20 Nov 2026 02:00:30 GMT", "", 30.0),
        # Its clock is an hour ahead: what counts is the time between its own two words.
        ("Fri, 20 Nov 2026 03:00:30 GMT", "Fri, 20 Nov 2026 03:00:00 GMT", 30.0),
        ("Fri, 20 Nov 2026 01:00:00 GMT", "", 0.0),
        ("", "", None),
        ("soon", "", None),
        ("-5", "", None),
        ("1e9", "", None),
        ("٣", "", None),
        ("Fri, 99 Nov 2026 99:00:00 GMT", "", None),
        ("9" * 400, "", 999_999_999.0),
    ],
)
def test_seconds_and_dates(value: str, date: str, seconds: float | None) -> None:
    assert retry_after_s(value, date, NOW) == seconds
