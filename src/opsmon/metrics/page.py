"""Pages of devices: all that the last samples say, grouped by metric, in pieces that can be sent as they are made.

A sample that is older than a few periods is no news and is left out; so is every number of a device that a later check
could not reach, since the last sample of each check is all that counts.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache

from opsmon.metrics.block import BlockTexts, Segment
from opsmon.metrics.catalogue import meaning_of
from opsmon.metrics.own import DeviceReport, OwnTexts
from opsmon.metrics.text import header_lines
from opsmon.model.device import Check
from opsmon.model.sample import Reading, Sample

FRESH_PERIODS = 3
GRACE = timedelta(seconds=10)  # time-out, retries and lateness of a check come on top of its periods
_PIECE_CHARACTERS = 131_072  # more than a page of a switch with 48 ports
_DEVICES_A_TURN = 50


def is_fresh(sample: Sample, check: Check | None, now: datetime) -> bool:
    """Whether the sample still speaks of the present. A check that left the inventory has nothing to say any more."""
    if check is None:
        return False
    return now - sample.at <= FRESH_PERIODS * timedelta(seconds=check.period_s) + GRACE


@cache
def header_of(metric: str) -> str:
    """HELP and TYPE of a metric of the catalogue."""
    meaning = meaning_of(metric)
    return header_lines(metric, meaning.kind, meaning.help)


class PageWriter:
    """Writes pages; keeps the text of the names from one scrape to the next."""

    def __init__(self) -> None:
        self._texts, self._own = BlockTexts(), OwnTexts()

    def write(self, reports: Iterable[DeviceReport], now: datetime) -> Iterator[str]:
        """The page in pieces of about 128 kB; while devices are gathered, empty pieces let others have a turn."""
        page = _Page(self._texts, self._own)
        for count, report in enumerate(reports, start=1):
            known = self._texts.made
            page.add(report, now)
            if count % _DEVICES_A_TURN == 0 or self._texts.made != known:
                yield ""  # turning names into text takes some milliseconds a device
        yield from page.pieces()

    def forget(self) -> None:
        """To be called when the inventory changed."""
        self._texts.forget()
        self._own.forget()


class _Page:
    def __init__(self, texts: BlockTexts, own: OwnTexts) -> None:
        self._texts, self._own = texts, own
        self._lines: defaultdict[str, list[str]] = defaultdict(list)
        self._segments: defaultdict[str, list[tuple[Segment, array[float]]]] = defaultdict(list)

    def add(self, report: DeviceReport, now: datetime) -> None:
        checks = {check.name: check for check in report.device.checks}
        fresh = [sample for sample in report.samples if is_fresh(sample, checks.get(sample.check), now)]
        for metric, line in self._own.lines(report, fresh):
            self._lines[metric].append(line)
        seen: dict[str, list[Segment]] = {}
        for sample in fresh:
            for reading in sample.readings:
                self._add_reading(sample, reading, seen)

    def _add_reading(self, sample: Sample, reading: Reading, seen: dict[str, list[Segment]]) -> None:
        for segment in self._texts.segments(sample.device, sample.check, reading.block):
            earlier = seen.get(segment.metric)
            if earlier is None:
                seen[segment.metric] = [segment]
            elif all(one.is_disjoint(segment) for one in earlier):
                earlier.append(segment)
            else:
                continue  # two checks of one device measured the same series: the first has the word
            self._segments[segment.metric].append((segment, reading.values))

    def pieces(self) -> Iterator[str]:
        """All metrics, some together and some cut, as their length wants it."""
        piece: list[str] = []
        length = 0
        for metric in dict.fromkeys((*self._lines, *self._segments)):
            for text in self._headed(metric):
                piece.append(text)
                length += len(text)
                if length > _PIECE_CHARACTERS:
                    yield "".join(piece)
                    piece, length = [], 0
        yield "".join(piece)

    def _headed(self, metric: str) -> Iterator[str]:
        """The header and the lines of one metric; nothing at all where every value is absent."""
        texts = self._texts_of(metric)
        first = next(texts, "")
        if first:
            yield header_of(metric)
            yield first
            yield from texts

    def _texts_of(self, metric: str) -> Iterator[str]:
        yield from self._lines.get(metric, ())
        for segment, values in self._segments.get(metric, ()):
            text = segment.render(values)
            if text:
                yield text
