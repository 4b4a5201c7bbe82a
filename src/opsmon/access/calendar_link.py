"""The key in a calendar's link: a phone that subscribes to a rota shows no token, and its link opens this rota alone.

It is derived from one secret of the root, and holds until that file is taken away: a link of a calendar is copied to
strangers' servers, so it opens nothing but what the calendar says.
"""

import hmac
import secrets
from pathlib import Path

from opsmon.access.secret_word import derived
from opsmon.model.secret import Secret
from opsmon.private_file import open_private

_BYTES, _MIN_CHARACTERS = 32, 32


def new_calendar_secret() -> Secret:
    """For keys that hold as long as the process."""
    return Secret(secrets.token_hex(_BYTES))


def load_calendar_secret(path: Path) -> Secret:
    """That of the file, which is made where there is none. Raises OSError."""
    try:
        kept = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        kept = ""
    if len(kept) >= _MIN_CHARACTERS:
        return Secret(kept)
    made = new_calendar_secret()
    with open_private(path, "w") as file:
        file.write(made.reveal())
    return made


def calendar_key(secret: Secret, rota: str) -> str:
    """What stands behind `?k=` of the rota's calendar."""
    return derived(secret.reveal(), f"the calendar of {rota}")[:_MIN_CHARACTERS]


def is_calendar_key(secret: Secret, rota: str, shown: str) -> bool:
    """Whether it is the key of this rota; the time that it takes tells nothing."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), calendar_key(secret, rota).encode())
