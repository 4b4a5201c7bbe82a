"""Names of files below a root, relative to it: what people write, and under `var/` everything that the daemon writes.

The repository of backups stands where the settings say.
"""

from typing import Final

SETTINGS_FILE: Final = "opsmon.yaml"
INVENTORIES: Final = "inventories"

VAR: Final = "var"
DEFAULT_STORE: Final = f"sqlite:///{VAR}/opsmon.db"  # the journal and the outbox, unless the settings name another
DAEMON_LOCK: Final = f"{VAR}/opsmon.lock"
KNOWN_HOSTS: Final = f"{VAR}/known_hosts"  # in the format of OpenSSH; probes, backups and discovery share it
WATCHED_FILE: Final = f"{VAR}/watched.json"  # where each device of the last inventory was, to notice a renaming
ACK_KEYS: Final = f"{VAR}/ack_keys.json"  # by which links that acknowledge are signed
CALENDAR_KEY: Final = f"{VAR}/calendar.key"  # from which the keys in calendars' links are made
INCIDENT_NUMBERS: Final = f"{VAR}/incident_numbers.json"  # outlives a journal that is lost

BACKUP_LOCK: Final = f"{VAR}/backup/run.lock"
BACKUP_RUN: Final = f"{VAR}/backup/run.json"  # how the last run ended
BACKUP_STATUSES: Final = f"{VAR}/backup/devices"  # one JSON file a device
BACKUP_QUARANTINE: Final = f"{VAR}/backup/aside"  # answers that were no configuration
BACKUPS_REPORTED: Final = f"{VAR}/backup/told.json"  # which failures people have been told of
SCRUB_KEY: Final = f"{VAR}/backup/scrub.key"
