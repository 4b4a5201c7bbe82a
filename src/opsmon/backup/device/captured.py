"""What one reading of a device comes to. It stands by itself: who only says of backups how they went needs none of the
libraries that read them."""

from dataclasses import dataclass, field

from opsmon.backup.proof.encoding import Decoded
from opsmon.backup.proof.proof import Evidence
from opsmon.errors import BackupError


@dataclass(frozen=True, slots=True)
class Capture:
    """What a device gave: `came` is all of it, `kept` what is to be kept, both decoded.

    `users` is who it says was logged in; asked only when the text is not what it was. `again` is there where the make
    is read twice, and where only secrets differ from the last copy.
    """

    evidence: Evidence = field(repr=False)
    came: Decoded = field(repr=False)
    kept: Decoded = field(repr=False)
    users: str = field(default="", repr=False)


class CaptureError(BackupError):
    """The reading did not come to its end. `partial` is what came until then, with its secrets."""

    def __init__(self, reason: str, partial: str = "") -> None:
        super().__init__(reason)
        self.partial = partial
