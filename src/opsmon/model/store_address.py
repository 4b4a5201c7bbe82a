"""Where the store of a root is."""

from dataclasses import dataclass

from opsmon.model.secret import Secret


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """`url` holds no password, and is absolute where it names a file."""

    url: str
    password: Secret | None = None
