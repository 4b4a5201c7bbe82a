"""Pages of devices: all that the last samples say, grouped by metric, in pieces that can be sent as they are made.

A sample that is older than a few periods is no news and is left out; so is every number of a device that a later check
could not reach, since the last sample of each check is all that counts.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache

from opsmon.metrics.block import BlockText, BlockTexts
from opsmon.metrics.catalogue import meaning_of
from opsmon.metrics.own import OWN_LINES, DeviceLines, DeviceReport, is_up
from opsmon.metrics.text import escape_label_value, header_lines
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
        self._texts = BlockTexts()

    def write(self, reports: Iterable[DeviceReport], now: datetime) -> Iterator[str]:
        """The page in pieces of about 128 kB; while devices are gathered, empty pieces let others have a turn."""
        page = _Page(self._texts)
        for count, report in enumerate(reports, start=1):
            known = self._texts.made
            page.add(report, now)
            if count % _DEVICES_A_TURN == 0 or self._texts.made != known:
                yield ""  # turning names into text takes some milliseconds a device
        yield from page.pieces()


Measured = tuple[BlockText, str, "array[float]"]  # a reading's text, the device's name, its numbers


class _Page:
    """Holds what the lines are made of, and makes those of one metric after the other: of a site of 50,000 devices all
    of them are longer than everything else that is known of it."""

    def __init__(self, texts: BlockTexts) -> None:
        self._texts = texts
        self._own: defaultdict[str, list[DeviceLines]] = defaultdict(list)
        self._measured: defaultdict[str, list[Measured]] = defaultdict(list)

    def add(self, report: DeviceReport, now: datetime) -> None:
        checks = {check.name: check for check in report.device.checks}
        fresh = [sample for sample in report.samples if is_fresh(sample, checks.get(sample.check), now)]
        own = DeviceLines(report, fresh, escape_label_value(report.device.name), is_up(report.state, fresh))
        for metric in own.metrics():
            self._own[metric].append(own)
        seen: dict[str, tuple[BlockText, ...]] = {}
        for sample in fresh:
            for reading in sample.readings:
                self._add_reading(own.instance, self._texts.of(sample.check, reading.block), reading, seen)

    def _add_reading(
        self, instance: str, text: BlockText, reading: Reading, seen: dict[str, tuple[BlockText, ...]]
    ) -> None:
        measured = (text, instance, reading.values)
        is_new = seen.keys().isdisjoint(text.metrics)
        if is_new:
            seen.update(dict.fromkeys(text.metrics, (text,)))
        for metric in text.metrics if is_new else _untold(text, seen):
            self._measured[metric].append(measured)

    def pieces(self) -> Iterator[str]:
        """All metrics, some together and some cut, as their length wants it."""
        piece: list[str] = []
        length = 0
        for metric in dict.fromkeys((*self._own, *self._measured)):
            for text in self._headed(metric):
                piece.append(text)
                length += len(text)
                if length > _PIECE_CHARACTERS:
                    yield "".join(piece)
                    piece, length = [], 0
        yield "".join(piece)

    def _headed(self, metric: str) -> Iterator[str]:
        """The header and the lines of one metric; nothing at all where every value is absent."""
        texts = filter(None, self._texts_of(metric))
        first = next(texts, "")
        if first:
            yield header_of(metric)
            yield first
            yield from texts

    def _texts_of(self, metric: str) -> Iterator[str]:
        if metric in self._own:
            yield from map(OWN_LINES[metric], self._own[metric])
        last: BlockText | None = None
        for text, instance, values in self._measured.get(metric, ()):
            if text is not last:  # devices that are only pinged have one in common
                segment, last = text.segment(metric), text
            yield segment.render(instance, values)


def _untold(text: BlockText, seen: dict[str, tuple[BlockText, ...]]) -> list[str]:
    """The metrics of a text of which no other of the device has a series: of two checks that measured the same one the
    first has the word."""
    untold = []
    for metric in text.metrics:
        segment, earlier = text.segment(metric), seen.get(metric, ())
        if all(one.segment(metric).is_disjoint(segment) for one in earlier):
            seen[metric] = (*earlier, text)
            untold.append(metric)
    return untold
