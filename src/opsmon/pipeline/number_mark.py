"""How far the incidents of each day are numbered, kept beside the store: ids that people were told of never come again.

A store that is deleted, or put back from an older copy, would number anew, and a receiver that takes each delivery once
would drop the alert of another device. The mark is written before what it stands for leaves the process.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from opsmon.layout import INCIDENT_NUMBERS

log = logging.getLogger(__name__)


class NumberMark:
    """The mark of one root."""

    def __init__(self, root: Path) -> None:
        self._path = root / INCIDENT_NUMBERS
        self._failed = False

    def load(self) -> Mapping[str, int]:
        """By day (`20261120`) the highest number given; empty where there is no mark or one that cannot be read."""
        try:
            document = json.loads(self._path.read_text(encoding="ascii"))
            return {str(day): int(number) for day, number in document.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("%s cannot be read: %s", self._path, error)
            return {}

    def save(self, numbers: Mapping[str, int]) -> None:
        """Writes the mark; one that cannot be written is told once, and keeps nothing from being told."""
        fresh = self._path.with_suffix(".new")
        try:
            fresh.parent.mkdir(parents=True, exist_ok=True)
            with fresh.open("w", encoding="ascii") as file:
                json.dump(dict(numbers), file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
            self._failed = False
        except OSError as error:
            if not self._failed:
                log.warning("%s cannot be written: %s", self._path, error.strerror)
            self._failed = True
