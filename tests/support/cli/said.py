"""What a command left behind: its exit code and both streams."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Said:
    """The answer of one command line."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The whole of stdout as one JSON document."""
        return json.loads(self.out)


Opsmon = Callable[..., Said]
