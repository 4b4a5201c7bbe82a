"""A row of the table: one figure of ours, its bar, and what peers took for the same work in the same run. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Peer:
    """Another program at the same work. Without a value it was not measured, and `note` says why or how to get it."""

    name: str
    value: float | None = None
    note: str = ""
    version: str = ""
    max_ratio: float | None = None  # the most that ours / theirs may be


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `bar` is the most that it may be by itself."""

    name: str
    value: float
    unit: str = ""
    bar: float | None = None
    peers: tuple[Peer, ...] = ()

    def ratio(self, peer: Peer) -> float | None:
        return self.value / peer.value if peer.value else None

    def missed(self) -> tuple[str, ...]:
        """The bars that are not met, in words."""
        own = self.bar is not None and self.value > self.bar
        found = [f"{self.name}: {figure(self.value, self.unit)}, bar {self.bar:g}"] if own else []
        for peer in self.peers:
            ratio = self.ratio(peer)
            if ratio is not None and peer.max_ratio is not None and ratio > peer.max_ratio:
                found.append(f"{self.name}: {ratio:.2f} of {peer.name}, bar {peer.max_ratio:g}")
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        peers = [asdict(peer) | {"ratio": self.ratio(peer)} for peer in self.peers]
        return asdict(self) | {"peers": peers, "missed": list(self.missed())}


def row_of(told: dict[str, Any]) -> Row:
    """What `as_json` told."""
    names = Peer.__dataclass_fields__.keys()
    peers = tuple(Peer(**{name: peer[name] for name in names}) for peer in told["peers"])
    return Row(told["name"], told["value"], told["unit"], told["bar"], peers)


def figure(value: float, unit: str = "") -> str:
    """Three digits that tell something, and the unit."""
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits} {unit}".rstrip()


HEAD = ("work", "ours", "beside", "theirs", "ratio", "bar", "")


def table(rows: Sequence[Row]) -> str:
    """All rows, a line for each figure and each peer, in columns."""
    lines = [HEAD, *(line for row in rows for line in _lines(row))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _lines(row: Row) -> list[tuple[str, ...]]:
    ours = (row.name, figure(row.value, row.unit))
    found: list[tuple[str, ...]] = []
    if row.bar is not None:
        found.append((*ours, "", "", "", f"{row.bar:g}", _word(row.value <= row.bar)))
    for peer in row.peers:
        head, ratio = ours if not found else ("", ""), row.ratio(peer)
        bar = "" if peer.max_ratio is None else f"{peer.max_ratio:g}"
        if ratio is None:
            found.append((*head, peer.name, "not here", "", bar, peer.note))
            continue
        words = [_word(ratio <= peer.max_ratio)] if peer.max_ratio is not None else []
        words += [peer.note] if peer.note else []
        found.append((*head, peer.name, figure(peer.value or 0, row.unit), f"{ratio:.2f}", bar, "; ".join(words)))
    return found or [(*ours, "", "", "", "", "")]


def _word(is_met: bool) -> str:
    return "ok" if is_met else "MISSED"
