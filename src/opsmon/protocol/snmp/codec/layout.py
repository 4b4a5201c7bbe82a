"""The layout of a response, remembered, so that the next one of the same shape is read in one step.

From poll to poll an agent's answer to the same request differs in the request-id and in the numbers, hardly ever in the
names, the types or the widths. A Layout holds every octet that must stay as it was, and reads the rest as one struct.
Promises: `read` gives exactly what the codec would give for that datagram, or None when the datagram is anything but
the same shape with the request-id expected; then the codec has to look at it.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import overload

from opsmon.protocol.snmp.codec.ber import INTEGER, OBJECT_IDENTIFIER, SEQUENCE, read_length, read_span
from opsmon.protocol.snmp.codec.message import (
    REQUEST_ID_OCTETS,
    MessageHead,
    Response,
    decode_answer_head,
    decode_response,
)
from opsmon.protocol.snmp.codec.value import OCTET_TYPES, UNSIGNED_BITS, Cell

# The field that holds a number of so many octets. Odd widths are read together with octets before them, that are fixed.
_FIELDS = {1: ("B", 1), 2: ("H", 2), 3: ("I", 4), 4: ("I", 4), 5: ("Q", 8), 6: ("Q", 8), 7: ("Q", 8), 8: ("Q", 8)}
_MASKS = {width: (1 << 8 * width) - 1 for width in (3, 5, 6, 7)}

_REMEMBERED_STRUCTS = 2048


@lru_cache(maxsize=_REMEMBERED_STRUCTS)
def _struct_of(format_: str) -> struct.Struct:
    """A struct is half as large again as all else of a layout, and made anew in a third of the time of one reading."""
    return struct.Struct(format_)


class Layout:
    """Made by `learn_layout`; keeps about twice the size of the datagram and 15 octets for each number."""

    __slots__ = (
        "__weakref__", "_constants", "_fixed", "_format", "_mask", "_masked_places", "_masks", "_offsets", "size",
    )  # fmt: skip

    def __init__(self, datagram: bytes, drawing: "_Drawing") -> None:
        self.size = len(datagram)
        self._format = drawing.format_of(len(datagram))
        self._mask = int.from_bytes(drawing.mask, "big")
        self._fixed = int.from_bytes(datagram, "big") & self._mask
        self._masked_places = tuple(place for place, _ in drawing.masked)
        self._masks = tuple(mask for _, mask in drawing.masked)
        self._constants = tuple(drawing.constants)
        self._offsets: tuple[tuple[int, int], ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What two layouts have in common that read every datagram in the same way."""
        # a format says where each number is and how wide it is, and so which masks it has
        return (self._format, self._mask, self._fixed, self._masked_places, self._constants, self._offsets)

    def calibrate(self, datagram: bytes, request_id: int, values: Sequence[Cell]) -> bool:
        """Take up the difference between plain unsigned reading and the true values; whether that is all there is."""
        read = self.read(datagram, request_id)
        if read is None or len(read) != len(values):
            return False
        offsets: list[tuple[int, int]] = []
        for place, (plain, true) in enumerate(zip(read, values, strict=True)):
            if plain == true:
                continue
            if not isinstance(plain, int) or not isinstance(true, int):
                return False
            offsets.append((place, true - plain))
        self._offsets = tuple(offsets)
        return True

    def names(self) -> Sequence[bytes]:
        """The names of the bindings, which are among the octets that stay."""
        skeleton = self._fixed.to_bytes(self.size, "big")
        return decode_response(skeleton, decode_answer_head(skeleton)).names

    def read(self, datagram: bytes, request_id: int) -> list[Cell] | None:
        """The values in the order of the bindings, None if the shape is another."""
        if len(datagram) != self.size or int.from_bytes(datagram, "big") & self._mask != self._fixed:
            return None
        identifier, *values = _struct_of(self._format).unpack(datagram)
        if identifier != request_id:
            return None
        for place, mask in zip(self._masked_places, self._masks, strict=True):
            values[place] &= mask
        for place, value in self._constants:
            values[place] = value
        for place, offset in self._offsets:
            values[place] += offset
        return values


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
    """Where the numbers and strings of a datagram are, while its layout is learned."""

    def __init__(self, datagram: bytes) -> None:
        self.mask = bytearray(b"\xff" * len(datagram))
        self.masked: list[tuple[int, int]] = []
        self.constants: list[tuple[int, Cell]] = []
        self._fields: list[tuple[int, int, str]] = []
        self._place = -1  # the request-id comes before the first value

    def add_number(self, start: int, width: int, *, signed: bool) -> None:
        """A number of `width` octets; with `signed` its top bit has to stay as it is."""
        field, size = _FIELDS[width]
        self._fields.append((start + width - size, size, field))
        self.mask[start : start + width] = bytes(width)
        if signed:
            self.mask[start] = 0x80
        if width in _MASKS:
            self.masked.append((self._place, _MASKS[width]))
        self._place += 1

    def add_octets(self, start: int, size: int) -> None:
        self._fields.append((start, size, f"{size}s"))
        self.mask[start : start + size] = bytes(size)
        self._place += 1

    def add_constant(self, start: int, value: Cell) -> None:
        self._fields.append((start, 0, "0s"))
        self.constants.append((self._place, value))
        self._place += 1

    def format_of(self, size: int) -> str:
        parts, at = [">"], 0
        for start, width, field in self._fields:
            parts.append(f"{start - at}x{field}")
            at = start + width
        parts.append(f"{size - at}x")
        return "".join(parts)


def learn_layout(datagram: bytes, head: MessageHead, response: Response) -> Layout | None:
    """The layout of a datagram that the codec has read without complaint; None where it has a shape of no use."""
    drawing = _Drawing(datagram)
    id_at = head.at - REQUEST_ID_OCTETS
    if datagram[id_at - 2 : id_at] != bytes((INTEGER, REQUEST_ID_OCTETS)):
        return None
    drawing.add_number(id_at, REQUEST_ID_OCTETS, signed=False)
    at = _after_error_fields(datagram, head)
    at, end = read_span(datagram, at, head.end, SEQUENCE)
    for value in response.values:
        at, binding_end = read_span(datagram, at, end, SEQUENCE)
        _, at = read_span(datagram, at, binding_end, OBJECT_IDENTIFIER)
        start, stop = read_length(datagram, at + 1, binding_end)
        _draw_value(drawing, datagram[at], start, stop - start, value)
        at = binding_end
    layout = Layout(datagram, drawing)
    return layout if layout.calibrate(datagram, head.request_id, response.values) else None


def _after_error_fields(datagram: bytes, head: MessageHead) -> int:
    _, at = read_span(datagram, head.at, head.end, INTEGER)
    _, at = read_span(datagram, at, head.end, INTEGER)
    return at


def _draw_value(drawing: _Drawing, tag: int, start: int, size: int, value: Cell) -> None:
    most_octets = UNSIGNED_BITS.get(tag, 64 if tag == INTEGER else 0) // 8
    if isinstance(value, int) and size == most_octets + 1:  # behind a zero octet that keeps it positive
        drawing.add_number(start + 1, most_octets, signed=False)
    elif isinstance(value, int) and size <= most_octets:
        drawing.add_number(start, size, signed=True)
    elif tag in OCTET_TYPES and isinstance(value, bytes):
        drawing.add_octets(start, size)
    else:
        drawing.add_constant(start, value)
