"""Links by which a person acknowledges an incident: signed, expiring, and nothing by themselves.

A link names the incident and the person to whom it was sent. Two keys stand in a file that only the daemon reads: the
newer signs, both are believed, and the older goes when the newer is a month old, so that a link always outlives its
time. Daemons that share a store sign with the key of the settings instead, so that a link holds after a takeover.
Nobody logs a link.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from itsdangerous import BadSignature, URLSafeSerializer

from opsmon.model.secret import Secret
from opsmon.private_file import open_private

LIFETIME = timedelta(hours=24)
KEY_AGE = timedelta(days=30)
MAX_TOKEN_CHARS = 1_000
_SALT = "ack"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class AckClaim:
    """What a link says: this person, of this incident, until then."""

    incident: str
    person: str
    expires_at: datetime


class AckLinks:
    """`keys` from the oldest to the newest, by which links are signed."""

    def __init__(self, keys: list[str]) -> None:
        self._serializer = URLSafeSerializer(keys, salt=_SALT)

    def token(self, incident: str, person: str, now: datetime) -> str:
        """What stands behind `/a/`."""
        until = int((now + LIFETIME).timestamp())
        made = self._serializer.dumps([incident, person, until])
        return made if isinstance(made, str) else made.decode("ascii")

    def read(self, token: str, now: datetime) -> AckClaim | None:
        """What the link says; None where it is forged, cut or too old."""
        if len(token) > MAX_TOKEN_CHARS:
            return None
        try:
            incident, person, until = self._serializer.loads(token)
            expires_at = datetime.fromtimestamp(until, now.tzinfo)
        except (BadSignature, ValueError, TypeError, OverflowError, OSError):
            return None
        is_whole = isinstance(incident, str) and isinstance(person, str)
        return AckClaim(incident, person, expires_at) if is_whole and now < expires_at else None


def ack_links_of(shared: Secret | None, path: Path, now: datetime) -> AckLinks:
    """The links of a root: signed with the key of its settings where they name one, else with those of the file.

    Raises OSError, and ConfigError where the settings' key leads nowhere.
    """
    return load_ack_links(path, now) if shared is None else AckLinks([shared.reveal()])


def load_ack_links(path: Path, now: datetime) -> AckLinks:
    """The links of a root, with the keys of the file; the first or a new key is made where it is time for one.

    Raises OSError. A file that cannot be read as keys is made anew: the links of before it are dead.
    """
    kept = _kept_keys(path)
    if not kept or now - kept[-1][1] > KEY_AGE:
        kept = [*kept[-1:], (secrets.token_hex(_KEY_BYTES), now)]
        with open_private(path, "w") as file:
            json.dump([{"key": key, "made_at": made_at.isoformat()} for key, made_at in kept], file)
    return AckLinks([key for key, _ in kept])


def _kept_keys(path: Path) -> list[tuple[str, datetime]]:
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
        return [(str(record["key"]), datetime.fromisoformat(record["made_at"])) for record in records]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError):
        return []
