"""Which interfaces lead to a parent of the device, by what LLDP said: they are watched like those of `important:`.

A link that is down hears no neighbour, so what has been an uplink stays one until another neighbour is heard there.
"""

from array import array
from collections.abc import Collection, Mapping, Sequence

from opsmon.model.sample import Reading, SeriesBlock, SeriesKey
from opsmon.probe.profile.rows.neighbour import FACT

UPLINK = "interface_uplink"
MARKED = "ifOperStatus"


class Uplinks:
    """The uplinks of one device. `parents` are names of the inventory; a neighbour is known by its sysName."""

    def __init__(self, parents: Collection[str]) -> None:
        self._parents = tuple(parent.casefold() for parent in parents)
        self._ports: frozenset[str] = frozenset()
        self._made_of: tuple[SeriesBlock, ...] = ()
        self._readings: tuple[Reading, ...] = ()

    def learn(self, neighbours: Mapping[str, str]) -> None:
        """What a survey heard, as facts `lldp:LOCAL PORT` → `REMOTE NAME REMOTE PORT`."""
        heard = {fact.removeprefix(FACT): self._is_parent(text) for fact, text in neighbours.items()}
        ports = self._ports - heard.keys() | {port for port, leads_up in heard.items() if leads_up}
        if ports != self._ports:
            self._ports, self._made_of, self._readings = frozenset(ports), (), ()

    def _is_parent(self, neighbour: str) -> bool:
        """Whether the neighbour is a parent, by its name alone or with a domain after it."""
        name = neighbour.casefold()
        return any(name == parent or name.startswith((f"{parent} ", f"{parent}.")) for parent in self._parents)

    def readings(self, measured: Sequence[Reading]) -> tuple[Reading, ...]:
        """1 for each uplink among the interfaces of a poll; the same block while those are of the same ones."""
        blocks = tuple(reading.block for reading in measured)
        if not self._ports or _are_same(blocks, self._made_of):
            return self._readings
        labels = (key.labels for block in blocks for key in block.keys if key.metric == MARKED)
        keys = tuple(SeriesKey(UPLINK, own) for own in labels if dict(own).get("ifName") in self._ports)
        self._made_of = blocks
        self._readings = (Reading(SeriesBlock(keys), array("d", [1.0] * len(keys))),) if keys else ()
        return self._readings


def _are_same(blocks: Sequence[SeriesBlock], before: Sequence[SeriesBlock]) -> bool:
    return len(blocks) == len(before) and all(block is other for block, other in zip(blocks, before, strict=True))
