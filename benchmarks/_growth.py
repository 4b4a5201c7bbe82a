"""How a figure grows with the size of a fleet: the exponent of a power fitted to it, and a drawing. Pure."""

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log, log10

Points = Sequence[tuple[float, float]]  # (devices, figure), in order

WIDTH, HEIGHT, MARGIN = 720, 460, 70
COLOURS = ("#1f6feb", "#bf3989", "#1a7f37", "#9a6700", "#8250df")


def exponent(points: Points) -> float:
    """k of `figure = c · devices^k`, by least squares over the logarithms: 1 is linear. Raises ValueError below two."""
    if len(points) < 2:
        raise ValueError("a line needs two points")
    logs = [(log(devices), log(figure)) for devices, figure in points]
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    spread = sum((x - mean_x) * (x - mean_x) for x, _ in logs)
    slope: float = sum((x - mean_x) * (y - mean_y) for x, y in logs) / spread
    return slope


def last_exponent(points: Points) -> float:
    """The same between the two largest fleets: what a constant at the start hides."""
    return exponent(points[-2:])


def drawing(curves: Mapping[str, Points], title: str) -> str:
    """An SVG: each curve as a share of its own largest figure, both axes logarithmic, and what linear would be."""
    every = [(x, y / max(figure for _, figure in points)) for points in curves.values() for x, y in points]
    scale = _Scale(every)
    parts = [_frame(scale, title)]
    last = max(x for x, _ in every)
    parts.append(_line([(scale.low_x, scale.low_x / last), (last, 1.0)], scale, "#888", "6 5"))
    for number, (name, points) in enumerate(curves.items()):
        colour, top = COLOURS[number % len(COLOURS)], max(figure for _, figure in points)
        shares = [(x, y / top) for x, y in points]
        parts.append(_line(shares, scale, colour))
        parts += [f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="4" fill="{colour}"/>' for x, y in shares]
        words = f"{name}: {points[0][1]:.3g} … {points[-1][1]:.3g}, exponent {exponent(points):.2f}"
        parts.append(_words(MARGIN + 20, HEIGHT + 22 * number + 14, words, colour, size=14))
    parts.append(_words(MARGIN + 20, HEIGHT + 22 * len(curves) + 14, "dashed: linear", "#888", size=14))
    height = HEIGHT + 22 * (len(curves) + 1) + 10
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">'
    return "\n".join((head, f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>', *parts, "</svg>\n"))


class _Scale:
    """From figures to places on the drawing; whole decades upward, the sizes of the fleets sideways."""

    def __init__(self, points: Points) -> None:
        self.low_x, self.high_x = min(x for x, _ in points), max(x for x, _ in points)
        self.decades = (min(floor(log10(min(y for _, y in points))), -1), ceil(log10(max(y for _, y in points))))
        self.sizes = sorted({x for x, _ in points})

    def x(self, devices: float) -> float:
        part = log(devices / self.low_x) / log(self.high_x / self.low_x)
        return MARGIN + part * (WIDTH - 2 * MARGIN)

    def y(self, share: float) -> float:
        low, high = self.decades
        part = (max(log10(share), low) - low) / (high - low)
        return HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN)


def _frame(scale: _Scale, title: str) -> str:
    parts = [_words(WIDTH / 2, 34, title, "#222", "middle", 18)]
    for size in scale.sizes:
        parts.append(_words(scale.x(size), HEIGHT - MARGIN + 22, f"{size:,.0f}", "#444", "middle"))
        parts.append(_rule(scale.x(size), MARGIN, scale.x(size), HEIGHT - MARGIN))
    for decade in range(scale.decades[0], scale.decades[1] + 1):
        level = scale.y(10.0**decade)
        parts.append(_words(MARGIN - 8, level + 4, f"{10.0**decade:.0%}", "#444", "end"))
        parts.append(_rule(MARGIN, level, WIDTH - MARGIN, level))
    parts.append(_words(WIDTH / 2, HEIGHT - 26, "devices; share of the largest figure", "#444", "middle"))
    return "\n".join(parts)


def _line(points: Points, scale: _Scale, colour: str, dashes: str = "") -> str:
    places = " ".join(f"{scale.x(x):.1f},{scale.y(y):.1f}" for x, y in points)
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'


def _rule(from_x: float, from_y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{from_x:.1f} {from_y:.1f}L{to_x:.1f} {to_y:.1f}" stroke="#ddd"/>'


def _words(x: float, y: float, words: str, colour: str, anchor: str = "start", size: int = 12) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"'
    return f"<text {place}>{escape(words)}</text>"
