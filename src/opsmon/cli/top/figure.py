"""Figures as they stand in a column: three digits and a unit, short enough for a narrow screen. Pure."""

_LENGTHS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_MIB, _GIB = 1024.0**2, 1024.0**3
_WHOLE_FROM = 99.95  # above it a digit behind the point tells nothing
NOTHING = "-"


def length(seconds: float | None) -> str:
    """`850 µs`, `12.3 ms`, `1.50 s`, `120 s`."""
    if seconds is None:
        return NOTHING
    if seconds < 0.5e-6:
        return "0 s"
    size, unit = next((step for step in _LENGTHS if seconds >= step[0] * 0.9995), _LENGTHS[-1])
    return f"{_digits(seconds / size)} {unit}"


def rate(per_second: float | None) -> str:
    """`41.2`; of what is rare `0.03`."""
    return NOTHING if per_second is None else "0" if per_second == 0 else _digits(per_second)


def percent(ratio: float | None) -> str:
    """`12.3 %` of a share of one."""
    if ratio is None:
        return NOTHING
    return "0 %" if ratio == 0 else f"{_digits(ratio * 100)} %"


def count(number: int | None) -> str:
    """`165,458`; of what is not known a dash."""
    return NOTHING if number is None else f"{number:,}"


def size(octets: int) -> str:
    """`173 MiB`."""
    return f"{octets / _GIB:.2f} GiB" if octets >= _GIB else f"{octets / _MIB:.0f} MiB"


def _digits(value: float) -> str:
    if value >= _WHOLE_FROM:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
