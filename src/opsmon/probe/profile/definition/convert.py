"""From the raw values of one row to the number of a metric. Pure; NaN is "the device does not say"."""

import re
from collections.abc import Mapping
from math import isnan

from opsmon.probe.profile.definition.profile import Filter, MibObject, Source
from opsmon.probe.profile.definition.resolve import folded_text
from opsmon.probe.profile.text import number_of, raw_text
from opsmon.protocol.snmp.session import Index, Oid, SnmpValue

NAN = float("nan")
Values = Mapping[Oid, Mapping[Index, SnmpValue]]
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,40}")
_NOTHING: Mapping[Index, SnmpValue] = {}
_FACTORS = {"percent": 0.01, "minutes": 60.0, "hours": 3600.0, "ticks": 0.01}
_SI_UNITS = 9  # EntitySensorDataScale of RFC 3433: units(9), milli(8), kilo(10)


def raw_at(values: Values, subject: MibObject, row: Index) -> SnmpValue | None:
    """The value of an object in a row; a scalar's is the same in every row."""
    return values.get(subject.column, _NOTHING).get(row if subject.fixed is None else subject.fixed)


def folded_raw(raw: SnmpValue) -> int | float | str:
    """A raw value as sentinels, states and filters compare it: numbers as they are, octets and OIDs as text."""
    return raw if isinstance(raw, (int, float)) else folded_text(raw_text(raw))


def is_one_of(raw: SnmpValue, wanted: "frozenset[int | float | str] | Mapping[int | float | str, float]") -> bool:
    """Whether a raw value is in a set; text that is a number is compared as one too ("2" is 2)."""
    if (key := folded_raw(raw)) in wanted:
        return True
    return isinstance(key, str) and _whole_number(key) in wanted


def _whole_number(text: str) -> int | str:
    """The number that a text is, which is written in the digits of ASCII; else the text."""
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else text


def passes(values: Values, test: Filter, row: Index) -> bool:
    """Whether a row keeps to a filter. A value that is missing keeps to none that does not allow it."""
    raw = raw_at(values, test.subject, row) if test.row_by is None else _pointed_at(values, test, row)
    if raw is None:
        return test.or_missing
    if test.one_of is not None and not is_one_of(raw, test.one_of):
        return False
    if test.none_of and is_one_of(raw, test.none_of):
        return False
    return _reads(raw, test) and _within(raw, test)


def _pointed_at(values: Values, test: Filter, row: Index) -> SnmpValue | None:
    """The value in the row of the other table that points to this one."""
    pointers = values.get(test.row_by.column, _NOTHING) if test.row_by is not None else _NOTHING
    other = next((there for there, number in pointers.items() if (number,) == row), None)
    return None if other is None else raw_at(values, test.subject, other)


def _reads(raw: SnmpValue, test: Filter) -> bool:
    if test.matches is not None and not test.matches.search(raw_text(raw)):
        return False
    return test.lacks is None or not test.lacks.search(raw_text(raw))


def _within(raw: SnmpValue, test: Filter) -> bool:
    if test.above is None and test.below is None:
        return True
    number = number_of(raw, unsigned=test.subject.unsigned)
    if number is None:
        return False
    return (test.above is None or number > test.above) and (test.below is None or number < test.below)


def _cannot_tell(values: Values, test: Filter) -> bool:
    """Whether the agent has nothing at all of the column that a filter asks for: then the filter is passed over."""
    return test.subject.fixed is None and not values.get(test.subject.column)


def value_at(values: Values, source: Source, row: Index) -> float:
    """The metric of one row in base units, or NaN where the device has none, a sentinel, or nonsense."""
    if source.where and not all(passes(values, test, row) or _cannot_tell(values, test) for test in source.where):
        return NAN
    value = _single(values, source, row) if source.form == "value" else _share(values, source, row)
    return _overruled(values, source, row, value) if source.overrules and not isnan(value) else value


def _overruled(values: Values, source: Source, row: Index, value: float) -> float:
    """The value of the first overrule that holds, else the one that the source gave."""
    return next(
        (rule.value for rule in source.overrules if all(passes(values, test, row) for test in rule.when)), value
    )


def _single(values: Values, source: Source, row: Index) -> float:
    operand = source.operands[0]
    raw = raw_at(values, operand, row)
    if raw is None or is_one_of(raw, source.sentinels) or _disbelieved(values, source, raw, row):
        return NAN
    if source.states or source.otherwise is not None:
        return _state(source, raw)
    number = number_of(raw, source.pattern, unsigned=operand.unsigned)
    if number is None or number in source.sentinels:
        return NAN
    return _scaled(source, number * _power(values, source, row))


def _disbelieved(values: Values, source: Source, raw: SnmpValue, row: Index) -> bool:
    return any(
        is_one_of(raw, doubt.values) and not any(passes(values, test, row) for test in doubt.unless)
        for doubt in source.disbelieve
    )


def _state(source: Source, raw: SnmpValue) -> float:
    key = folded_raw(raw)
    if key not in source.states and isinstance(key, str):
        key = _whole_number(key)
    state = source.states.get(key, source.otherwise)
    return NAN if state is None else state


def _power(values: Values, source: Source, row: Index) -> float:
    """The power of ten of a sensor that carries its own scale and precision (RFC 3433, entPhySensorScale)."""
    power = 0.0
    if source.si_scale is not None:
        power += 3 * ((number_of(raw_at(values, source.si_scale, row)) or _SI_UNITS) - _SI_UNITS)
    if source.precision is not None:
        power -= number_of(raw_at(values, source.precision, row)) or 0
    return 10.0**power if -30 <= power <= 30 else NAN


def _scaled(source: Source, number: float) -> float:
    """In base units by the first scale that gives a likely value, else a sane one: cards disagree on 0.1 V and V."""
    values = [_in_base_unit(number * scale, source.unit) for scale in source.scales]
    sane = [value for value in values if source.low <= value <= source.high]
    if len(sane) > 1 and source.likely is not None:
        low, high = source.likely
        return next((value for value in sane if low <= value <= high), sane[0])
    return sane[0] if sane else NAN


def _in_base_unit(number: float, unit: str) -> float:
    if unit == "fahrenheit":
        return (number - 32.0) / 1.8
    if unit == "kelvin":
        return number - 273.15
    return number * _FACTORS.get(unit, 1.0)


def _share(values: Values, source: Source, row: Index) -> float:
    """What several operands give together: a share, a sum, or what is not idle."""
    numbers = [
        number_of(raw_at(values, operand, row), source.pattern, unsigned=operand.unsigned)
        for operand in source.operands
    ]
    first, rest = numbers[0], [number for number in numbers[1:] if number is not None]
    if first is not None:
        first -= sum(number_of(raw_at(values, part, row), unsigned=part.unsigned) or 0 for part in source.taken_off)
    if first is None or (source.form != "idle" and len(numbers) > 1 and numbers[1] is None):
        return NAN
    if source.form == "idle":
        return _bounded(source, 1.0 - first / 100.0)
    if source.form == "sum":
        return _scaled(source, first + sum(rest)) if len(rest) == len(numbers) - 1 else NAN
    return _of_whole(source, first, sum(rest))


def _of_whole(source: Source, first: float, rest: float) -> float:
    """used / total, used / (used + free), or 1 − free / total. Of several `free` only the first has to be there."""
    if source.form == "used_total":
        return _ratio(source, first, rest)
    return _ratio(source, first, first + rest) if source.form == "used_free" else _ratio(source, first - rest, first)


def _ratio(source: Source, part: float, whole: float) -> float:
    return _bounded(source, part / whole) if whole > 0 else NAN


def _bounded(source: Source, value: float) -> float:
    return value if source.low <= value <= source.high else NAN
