"""What is known of the conditions of one device."""

from dataclasses import dataclass, field

from immutables import Map


@dataclass(frozen=True, slots=True)
class Standings:
    """The conditions of one device that are pending or raised."""

    by_key: Map[tuple[str, str], object] = field(default_factory=Map)
