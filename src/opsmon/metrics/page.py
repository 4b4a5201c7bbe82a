"""Pages of devices: all that the last samples say, grouped by metric, in pieces that can be sent as they are made.

A sample that is older than a few periods is no news and is left out; so is every number of a device that a later check
could not reach, since the last sample of each check is all that counts.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from opsmon.metrics.block import BlockTexts, Segment
from opsmon.metrics.catalogue import meaning_of
from opsmon.metrics.own import own_lines
from opsmon.metrics.text import header_lines
from opsmon.model.device import Check, Device
from opsmon.model.event import DeviceState
from opsmon.model.name import CheckName
from opsmon.model.sample import Identity, Reading, Sample

FRESH_PERIODS = 3
GRACE = timedelta(seconds=10)  # time-out, retries and lateness of a check come on top of its periods
_PIECE_CHARACTERS = 65_536
_DEVICES_A_TURN = 50


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What is known of one device at the moment of the scrape; `samples` holds the last one of each check, `limits` the
    lengths of time (s) that conditions go by."""

    device: Device
    state: DeviceState | None
    samples: tuple[Sample, ...] = ()
    identity: Identity | None = None
    limits: Mapping[str, float] = field(default_factory=dict)


def is_fresh(sample: Sample, check: Check | None, now: datetime) -> bool:
    """Whether the sample still speaks of the present. A check that left the inventory has nothing to say any more."""
    if check is None:
        return False
    return now - sample.at <= FRESH_PERIODS * timedelta(seconds=check.period_s) + GRACE


class PageWriter:
    """Writes pages; keeps the text of the names from one scrape to the next."""

    def __init__(self) -> None:
        self._texts = BlockTexts()

    def write(self, reports: Iterable[DeviceReport], now: datetime) -> Iterator[str]:
        """The page in pieces of about 64 kB; while devices are gathered, empty pieces let others have a turn."""
        page = _Page(self._texts)
        for count, report in enumerate(reports, start=1):
            known = self._texts.made
            page.add(report, now)
            if count % _DEVICES_A_TURN == 0 or self._texts.made != known:
                yield ""  # turning names into text takes some milliseconds a device
        yield from page.pieces()

    def forget(self) -> None:
        """To be called when the inventory changed."""
        self._texts.forget()


class _Page:
    def __init__(self, texts: BlockTexts) -> None:
        self._texts = texts
        self._lines: dict[str, list[str]] = {}
        self._segments: dict[str, list[tuple[Segment, array[float]]]] = {}

    def add(self, report: DeviceReport, now: datetime) -> None:
        checks: dict[CheckName, Check] = {check.name: check for check in report.device.checks}
        samples = tuple(sample for sample in report.samples if is_fresh(sample, checks.get(sample.check), now))
        for metric, line in own_lines(report.device, report.state, samples, report.identity, report.limits):
            self._lines.setdefault(metric, []).append(line)
        seen: dict[str, list[Segment]] = {}
        for sample in samples:
            for reading in sample.readings:
                self._add_reading(sample, reading, seen)

    def _add_reading(self, sample: Sample, reading: Reading, seen: dict[str, list[Segment]]) -> None:
        for segment in self._texts.segments(sample.device, sample.check, reading.block):
            earlier = seen.setdefault(segment.metric, [])
            if not all(one.is_disjoint(segment) for one in earlier):
                continue  # two checks of one device measured the same series: the first has the word
            earlier.append(segment)
            self._segments.setdefault(segment.metric, []).append((segment, reading.values))

    def pieces(self) -> Iterator[str]:
        for metric in (*self._lines, *(name for name in self._segments if name not in self._lines)):
            yield from self._metric_pieces(metric)

    def _metric_pieces(self, metric: str) -> Iterator[str]:
        """Nothing at all where every value is absent; else the header goes with the first piece."""
        meaning = meaning_of(metric)
        header = header_lines(metric, meaning.kind, meaning.help)
        piece, length = [], 0
        for text in self._texts_of(metric):
            piece.append(header + text)
            length += len(header) + len(text)
            header = ""
            if length > _PIECE_CHARACTERS:
                yield "".join(piece)
                piece, length = [], 0
        yield "".join(piece)

    def _texts_of(self, metric: str) -> Iterator[str]:
        yield from self._lines.get(metric, ())
        yield from filter(None, (segment.render(values) for segment, values in self._segments.get(metric, ())))
