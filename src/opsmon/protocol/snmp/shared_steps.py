"""What the plans of a fleet have in common, held once: agents of one model are asked in the same octets, and answer in
the same shape while their numbers have the same widths.

Only what is equal is shared, so who follows a plan cannot tell. What no plan has any more is gone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from weakref import WeakValueDictionary

from opsmon.protocol.snmp.codec.layout import Layout
from opsmon.protocol.snmp.codec.message import EncodedRequest, Request
from opsmon.protocol.snmp.codec.value import Cell
from opsmon.protocol.snmp.session import Index, RowCells, SnmpValue


@dataclass(frozen=True, slots=True, weakref_slot=True)
class ColumnView:
    """Where in all the values of a call those of one column are."""

    indexes: tuple[Index, ...]
    pick: Callable[[Sequence[Cell]], tuple[SnmpValue, ...]]

    def of(self, values: Sequence[Cell]) -> RowCells:
        return RowCells(self.indexes, self.pick(values))


class SharedSteps:
    """Gives the one object that there is of what is equal."""

    def __init__(self) -> None:
        self._requests: WeakValueDictionary[tuple[object, ...], Request] = WeakValueDictionary()
        self._layouts: WeakValueDictionary[tuple[object, ...], Layout] = WeakValueDictionary()
        self._views: WeakValueDictionary[tuple[object, ...], ColumnView] = WeakValueDictionary()

    def request(self, request: Request) -> Request:
        """A request that has been sent. One of SNMPv3 is its agent's own: its message says whose it is."""
        if not isinstance(request.encoded, EncodedRequest):
            return request
        return self._requests.setdefault((request.encoded, request.names), request)

    def layout(self, layout: Layout | None) -> Layout | None:
        return None if layout is None else self._layouts.setdefault(layout.key, layout)

    def view(self, indexes: tuple[Index, ...], places: tuple[int, ...]) -> ColumnView:
        """The view of a column whose values are at these places."""
        known = self._views.get((indexes, places))
        if known is None:
            known = self._views[indexes, places] = ColumnView(indexes, _picker(places))
        return known


def _picker(places: Sequence[int]) -> Callable[[Sequence[Cell]], tuple[SnmpValue, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[place] for place in places)  # type: ignore[misc]  # no absent value has a place
