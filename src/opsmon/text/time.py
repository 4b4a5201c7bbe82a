"""Times as people read them, in the zone that they live in."""

from datetime import datetime, tzinfo


def local_time(moment: datetime, zone: tzinfo) -> str:
    """`2026-11-20 10:00:00`: the whole time, for messages and pages."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def short_local_time(written: str | None, zone: tzinfo) -> str:
    """`11-20 10:00:00` of an ISO 8601 time with its offset, for narrow tables; "" for none."""
    return datetime.fromisoformat(written).astimezone(zone).strftime("%m-%d %H:%M:%S") if written else ""
