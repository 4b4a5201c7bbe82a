"""What opsmon finds out about a device otherwise than by a check: the names that rules and contracts use for it."""

from enum import StrEnum


class Discovery(StrEnum):
    """Found by logging in, and by comparing and keeping configurations."""

    UNANNOUNCED_CHANGE = "unannounced_change"  # the configuration changed outside any change order
    BACKUP_OVERDUE = "backup_overdue"  # no good copy of the configuration for too long
    HOST_KEY_CHANGED = "host_key_changed"  # an SSH server shows another key than the one that is pinned


class Fulfilment(StrEnum):
    """What ticks a dated obligation off without a person."""

    BACKUP = "backup"  # every device of the service that has a configuration was captured and proved on one day
