"""Labels of the series that every kind of check gives in blackbox_exporter's names."""

from opsmon.model.name import CheckName

PING = CheckName("icmp")


def check_labels(check: CheckName) -> tuple[tuple[str, str], ...]:
    """None for the check called icmp, so that dashboards made for blackbox_exporter's pings fit; else `check`."""
    return () if check == PING else (("check", check),)
