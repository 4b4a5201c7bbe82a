"""The layout of a response, remembered, so that the next one of the same shape is read in one step.

From poll to poll an agent's answer to the same request differs in the request-id and in the numbers, hardly ever in the
names, the types or the widths. A Layout reads the whole datagram as one struct: the numbers, and what stands between
two of them, which must be as it was. Promises: `read` gives exactly what the codec would give for that datagram, or
None when the datagram is anything but the same shape with the request-id expected; then the codec has to look at it.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar, overload

from opsmon.protocol.snmp.codec.ber import INTEGER, OBJECT_IDENTIFIER, SEQUENCE, read_length, read_span
from opsmon.protocol.snmp.codec.message import (
    REQUEST_ID_OCTETS,
    MessageHead,
    Response,
    decode_answer_head,
    decode_response,
)
from opsmon.protocol.snmp.codec.value import OCTET_TYPES, UNSIGNED_BITS, Cell

# The fields of signed and unsigned numbers of so many octets; those of other widths are read as octets.
_SIGNED = {1: "b", 2: "h", 4: "i", 8: "q"}
_UNSIGNED = {4: "I", 8: "Q"}
_REMEMBERED_STRUCTS, _REMEMBERED_CHECKS, _REMEMBERED_OCTETS = 2_048, 2_048, 32_768
Low = Callable[[Sequence[Cell]], Sequence[int]]
T = TypeVar("T", bytes, tuple[int, int])


@lru_cache(maxsize=_REMEMBERED_STRUCTS)
def _struct_of(format_: str) -> struct.Struct:
    """A struct is four times as large as all else of a layout, and made anew in a third of the time of one reading."""
    return struct.Struct(format_)


@lru_cache(maxsize=_REMEMBERED_CHECKS)
def _picker(places: tuple[int, ...]) -> Low | None:
    """Takes the numbers at these places; None where there are none. Agents of one model have the same places."""
    if len(places) > 1:
        return itemgetter(*places)
    return itemgetter(slice(places[0], places[0] + 1)) if places else None


@lru_cache(maxsize=_REMEMBERED_OCTETS)
def _shared(one: T) -> T:
    """The one object that there is of what is equal: what stands between two numbers is mostly a name, which is the
    same for every agent of a model."""
    return one


class Layout:
    """Made by `learn_layout`; keeps some 16 octets for each number, and what it has in common with others."""

    __slots__ = ("__weakref__", "_between", "_constants", "_format", "_low", "_negative", "_octets", "size")

    def __init__(self, datagram: bytes, drawing: "_Drawing") -> None:
        self.size = len(datagram)
        self._format = drawing.format_of(len(datagram))
        self._between = tuple(map(_shared, _struct_of(self._format).unpack(datagram)[::2]))
        self._octets = tuple(map(_shared, drawing.octets))
        self._low = _picker(tuple(drawing.low))
        self._negative = tuple(drawing.negative)
        self._constants = tuple(drawing.constants)

    @property
    def key(self) -> tuple[object, ...]:
        """What two layouts have in common that read every datagram in the same way."""
        return (self._format, self._between, self._octets, self._low, self._negative, self._constants)

    def names(self) -> Sequence[bytes]:
        """The names of the bindings, which stand between the numbers."""
        form = _struct_of(self._format)
        fields: list[Any] = list(form.unpack(bytes(self.size)))
        fields[::2] = self._between
        skeleton = form.pack(*fields)
        return decode_response(skeleton, decode_answer_head(skeleton)).names

    def read(self, datagram: bytes, request_id: int) -> list[Cell] | None:
        """The values in the order of the bindings, None if the shape is another."""
        if len(datagram) != self.size:
            return None
        fields = _struct_of(self._format).unpack(datagram)
        if fields[1] != request_id or fields[::2] != self._between:
            return None
        values: list[Any] = list(fields[3::2])
        for place, limit in self._octets:
            values[place] = number = int.from_bytes(values[place], "big")
            if number >= limit:
                return None
        if self._low is not None and min(self._low(values)) < 0:
            return None
        if self._negative and not _add_to_negative(values, self._negative):
            return None
        for place, value in self._constants:
            values[place] = value
        return values


def _add_to_negative(values: list[Any], places: Sequence[tuple[int, int]]) -> bool:
    """Whether all of them are still negative. Each becomes what it stands for."""
    for place, more in places:
        number = values[place]
        if isinstance(number, bytes):
            number = int.from_bytes(number, "big", signed=True)
        if number >= 0:
            return False
        values[place] = number + more
    return True


class LayoutNames(Sequence[bytes]):
    """The names in a layout, read again when somebody wants them: kept a second time they would be half of a plan."""

    __slots__ = ("_count", "_layout")

    def __init__(self, layout: Layout, count: int) -> None:
        self._layout = layout
        self._count = count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        return self._layout.names()[at]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._layout.names())


class _Drawing:
    """Where the numbers and strings of a datagram are, while its layout is learned.

    A number whose first bit is set means another thing than one whose first bit is not, unless it has all the octets
    of its type: so `low` are the places of those that are never negative, `negative` of those that always are, with
    what is added then; `octets` of those that are read as octets, with the number that they stay below.
    """

    def __init__(self, datagram: bytes) -> None:
        self.low: list[int] = []
        self.negative: list[tuple[int, int]] = []
        self.octets: list[tuple[int, int]] = []
        self.constants: list[tuple[int, Cell]] = []
        self._datagram = datagram
        self._fields: list[tuple[int, int, str]] = []
        self._place = -1  # the request-id comes before the first value

    def add_whole(self, start: int, width: int) -> None:
        """An unsigned number of all the octets that its type has."""
        self._add(start, width, _UNSIGNED[width])

    def add_part(self, start: int, width: int, bits: int) -> None:
        """A number of fewer octets; an unsigned type has so many `bits`, INTEGER none."""
        if self._datagram[start] & 0x80 and (bits or width not in _SIGNED):
            self.negative.append((self._place, 1 << bits if bits else 0))
        elif width not in _SIGNED:
            self.octets.append((self._place, 1 << 8 * width - 1))
        elif bits:
            self.low.append(self._place)
        self._add(start, width, _SIGNED.get(width, f"{width}s"))

    def add_octets(self, start: int, size: int) -> None:
        self._add(start, size, f"{size}s")

    def add_constant(self, start: int, value: Cell) -> None:
        self.constants.append((self._place, value))
        self._add(start, 0, "0s")

    def _add(self, start: int, size: int, field: str) -> None:
        self._fields.append((start, size, field))
        self._place += 1

    def format_of(self, size: int) -> str:
        parts, at = [">"], 0
        for start, width, field in self._fields:
            parts.append(f"{start - at}s{field}")
            at = start + width
        parts.append(f"{size - at}s")
        return "".join(parts)


def learn_layout(datagram: bytes, head: MessageHead, response: Response) -> Layout | None:
    """The layout of a datagram that the codec has read without complaint; None where it has a shape of no use."""
    drawing = _Drawing(datagram)
    id_at = head.at - REQUEST_ID_OCTETS
    if datagram[id_at - 2 : id_at] != bytes((INTEGER, REQUEST_ID_OCTETS)):
        return None
    drawing.add_whole(id_at, REQUEST_ID_OCTETS)
    at = _after_error_fields(datagram, head)
    at, end = read_span(datagram, at, head.end, SEQUENCE)
    for value in response.values:
        at, binding_end = read_span(datagram, at, end, SEQUENCE)
        _, at = read_span(datagram, at, binding_end, OBJECT_IDENTIFIER)
        start, stop = read_length(datagram, at + 1, binding_end)
        _draw_value(drawing, datagram[at], start, stop - start, value)
        at = binding_end
    layout = Layout(datagram, drawing)
    return layout if layout.read(datagram, head.request_id) == response.values else None


def _after_error_fields(datagram: bytes, head: MessageHead) -> int:
    _, at = read_span(datagram, head.at, head.end, INTEGER)
    _, at = read_span(datagram, at, head.end, INTEGER)
    return at


def _draw_value(drawing: _Drawing, tag: int, start: int, size: int, value: Cell) -> None:
    octets = UNSIGNED_BITS.get(tag, 0) // 8
    if isinstance(value, int) and octets and octets <= size <= octets + 1:  # one more: a zero keeps it positive
        drawing.add_whole(start + size - octets, octets)
    elif isinstance(value, int) and size < (octets or 9):
        drawing.add_part(start, size, 8 * octets)
    elif tag in OCTET_TYPES and isinstance(value, bytes):
        drawing.add_octets(start, size)
    else:
        drawing.add_constant(start, value)
