"""`/d/DEVICE/chart/METRIC`: the curves of one metric, of the last day or of a part of it that one looks at closer.

It works by links and by a form alone; the script adds that one may drag over a curve.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from urllib.parse import quote, urlencode

from aiohttp import web
from pydantic import Field

from opsmon.history.values import SLOT_S, SLOTS, Curve, slot_of
from opsmon.model.device import Device
from opsmon.text.bilingual import Sentence
from opsmon.web.api.queries import device_of
from opsmon.web.errors import RequestError, short
from opsmon.web.frame.form import PageQuery, read_query
from opsmon.web.frame.render import Record, page
from opsmon.web.frame.visit import Visit
from opsmon.web.pages.device import MAX_CURVES, CurveRow, curve_row, curve_title, figure
from opsmon.web.visit import view_of

SPANS_H = (24, 6, 2)
MIN_SLOTS = 6
TICKS = (3, 12, 48)  # slots between two marks of the time: a quarter, an hour, four hours
MAX_TICKS = 8
_TOO_OLD = Sentence("so old values are not kept here", "这里不保留这么早的数值")


class ChartQuery(PageQuery):
    """`from` and `to` in ISO 8601, in the root's zone where they have no offset; without `to` it follows the time."""

    from_: str | None = Field(default=None, alias="from")
    to: str | None = None


@dataclass(frozen=True, slots=True)
class ChartPart:
    """The slots that are shown, the first and the last; `follows`: the last is the present one."""

    first: int
    last: int
    follows: bool

    @property
    def since(self) -> datetime:
        return _begin_of(self.first)

    @property
    def until(self) -> datetime:
        return _begin_of(self.last + 1)

    def of_hours(self, hours: int, now_slot: int) -> "ChartPart":
        """The part of so many hours around the middle of this one, within the day."""
        wanted = hours * 3_600 // SLOT_S
        if self.follows:
            return ChartPart(now_slot - wanted + 1, now_slot, follows=True)
        return _within((self.first + self.last + 1 - wanted) // 2, wanted, now_slot)

    def moved(self, by: int, now_slot: int) -> "ChartPart | None":
        """The part before (-1) or after (1) this one; None where the day ends."""
        wanted = self.last - self.first + 1
        moved = _within(self.first + by * wanted, wanted, now_slot)
        return None if moved.first == self.first else moved


@dataclass(frozen=True, slots=True)
class ValueRow:
    """Five minutes in figures."""

    at: datetime
    low: str
    high: str
    last: str


@dataclass(frozen=True, slots=True)
class ChartOfSeries:
    """One series over the part that is shown; `row` is None where nothing was measured in it."""

    title: str
    row: CurveRow | None
    values: list[ValueRow]


def _begin_of(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * SLOT_S, UTC)


def _within(first: int, wanted: int, now_slot: int) -> ChartPart:
    first = max(min(first, now_slot - wanted + 1), now_slot - SLOTS + 1)
    return ChartPart(first, first + wanted - 1, follows=False)


def part_of(visit: Visit, query: ChartQuery) -> ChartPart:
    """What is asked for, cut to the day that there is. Raises RequestError 422."""
    now_slot = slot_of(visit.now)
    last = now_slot if query.to is None else min(_slot_of(visit, query.to), now_slot)
    first = now_slot - SLOTS + 1 if query.from_ is None else _slot_of(visit, query.from_)
    if first > last:
        raise RequestError(
            422,
            Sentence("the chart would end before it begins", "图表的结束早于开始"),
            Sentence("`from` is before `to`, and not to come", "开始时间须早于结束时间，且不晚于现在"),
        )
    if last <= now_slot - SLOTS:
        raise RequestError(422, _TOO_OLD, Sentence("the last 24 hours are", "这里保留最近 24 小时"))
    first = max(min(first, last - MIN_SLOTS + 1), now_slot - SLOTS + 1)
    return ChartPart(first, max(last, first + MIN_SLOTS - 1), follows=query.to is None)


def _slot_of(visit: Visit, word: str) -> int:
    try:
        at = datetime.fromisoformat(word)
        return slot_of(at if at.tzinfo else at.replace(tzinfo=visit.zone))
    except (ValueError, OverflowError):
        words = Sentence(f"no time: {short(word)}", f"不是时间：{short(word)}")
        raise RequestError(422, words, Sentence("such as 2026-11-28T09:41", "例如 2026-11-28T09:41")) from None


async def show_chart(request: web.Request) -> web.Response:
    """The page of one metric of a device."""
    query, device = read_query(ChartQuery, request), device_of(view_of(request), request)
    metric = request.match_info["metric"]
    return page(request, "chart.html", lambda visit: chart_record(visit, device, metric, query))


def chart_record(visit: Visit, device: Device, metric: str, query: ChartQuery) -> Record:
    """What the page shows. Raises RequestError 404 where nothing was measured in the last day."""
    curves = list(islice(visit.parts.values.curves(device.name, visit.now, metric), MAX_CURVES))
    if not curves:
        words = f"no curve {short(metric)} of {device.name} within the last day"
        raise RequestError(404, Sentence(words, f"{device.name} 最近一天没有曲线“{short(metric)}”"))
    part, now_slot, links = part_of(visit, query), slot_of(visit.now), visit.parts.links
    return {
        "device": device,
        "metric": metric,
        "part": part,
        "charts": [_chart(curve.part(part.first, part.last)) for curve in curves],
        "spans": [(hours, _path(visit, device, metric, part.of_hours(hours, now_slot))) for hours in SPANS_H],
        "earlier": _path(visit, device, metric, part.moved(-1, now_slot)),
        "later": _path(visit, device, metric, part.moved(1, now_slot)),
        "ticks": ticks_of(visit, part),
        "local": partial(_local, visit),
        "dashboard": links.device_dashboard(device.site, device.name, part.since, part.until),
        "graph": links.graph(device.name, metric),
    }


def _chart(curve: Curve) -> ChartOfSeries:
    rows = [
        ValueRow(_begin_of(curve.first + place), *(figure(curve.key, one[place]) for one in curve.figures))
        for place, value in enumerate(curve.last)
        if not math.isnan(value)
    ]
    return ChartOfSeries(curve_title(curve), curve_row(curve), rows)


def _local(visit: Visit, moment: datetime) -> str:
    return f"{moment.astimezone(visit.zone):%Y-%m-%dT%H:%M}"


def _path(visit: Visit, device: Device, metric: str, part: ChartPart | None) -> str:
    """The address of a part; "" for none."""
    if part is None:
        return ""
    asked = {"from": _local(visit, part.since)} | ({} if part.follows else {"to": _local(visit, _begin_of(part.last))})
    return f"{visit.base}/d/{quote(device.name)}/chart/{quote(metric)}?{urlencode(asked)}"


def ticks_of(visit: Visit, part: ChartPart) -> list[tuple[int, str]]:
    """Where whole quarters or hours of the root's zone lie in the chart, and what they are called."""
    slots = range(part.first, part.last + 1)
    step = next((one for one in TICKS if len(slots) / one <= MAX_TICKS), TICKS[-1])
    found = []
    for slot in slots:
        there = _begin_of(slot).astimezone(visit.zone)
        if (there.hour * 60 + there.minute) % (step * SLOT_S // 60) == 0:
            found.append((slot - part.first, f"{there:%H:%M}"))
    return found
