"""The unscrubbed original, encrypted to the root's recipients (age, https://age-encryption.org/v1). Never in plain.

Only public keys are known here: whoever reads the repository, and this program itself, cannot open it.
"""

from typing import TYPE_CHECKING

from opsmon.errors import BackupError
from opsmon.text.bilingual import Sentence

if TYPE_CHECKING:
    import pyrage


class Sealer:
    """Seals to `age1…` or `ssh-ed25519 …` recipients; with none it seals nothing."""

    def __init__(self, recipients: tuple[str, ...]) -> None:
        self._recipients = [parse_recipient(text) for text in recipients]

    @property
    def seals(self) -> bool:
        """Whether there is anybody who could open it."""
        return bool(self._recipients)

    def seal(self, raw: bytes) -> bytes | None:
        """What the device wrote, sealed, byte for byte; None where nobody could open it."""
        if not self._recipients:
            return None
        import pyrage

        sealed: bytes = pyrage.encrypt(raw, self._recipients)
        return sealed


def parse_recipient(text: str) -> "pyrage.x25519.Recipient | pyrage.ssh.Recipient":
    """A public key. Raises BackupError for anything else, and tells a secret key without repeating it."""
    if text.upper().startswith("AGE-SECRET-KEY"):
        raise BackupError(
            Sentence(
                "this is a secret key; the recipient is the public one that begins with `age1`",
                "这是私钥；接收方应填以 `age1` 开头的公钥",
            )
        )
    import pyrage

    try:
        return (
            pyrage.ssh.Recipient.from_str(text) if text.startswith("ssh-") else pyrage.x25519.Recipient.from_str(text)
        )
    except pyrage.RecipientError:
        raise BackupError(Sentence(f"`{text[:20]}` is no age recipient", f"`{text[:20]}` 不是 age 接收方")) from None
