"""Parents of devices: they exist, and the way up from a device never comes back to it."""

from collections.abc import Mapping

from opsmon.config.inventory.site_file import PlacedDevice
from opsmon.config.yaml.mistake import Mistake
from opsmon.config.yaml.problem import Problems
from opsmon.model.name import DeviceName
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

MAX_HINTS = 20  # looking for a near miss among ten thousand names takes its time
MAX_PARENTS_SHOWN = 8


def check_parents_exist(placed: Mapping[DeviceName, PlacedDevice], written: frozenset[str], problems: Problems) -> None:
    """Add every parent that is in no file; one that is `written` and has a mistake of its own is there."""
    looked_for = 0
    hints: dict[str, str] = {
        old: f"it is named {shown(found.device.name)} now" for found in placed.values() for old in found.device.formerly
    }
    for found in placed.values():
        for index, parent in enumerate(found.device.parents):
            if parent not in placed and parent not in written:
                if parent not in hints and looked_for < MAX_HINTS:
                    looked_for += 1
                    hints[parent] = meant(parent, placed)
                found.origin.add(
                    problems,
                    Mistake(
                        ("parents", index),
                        Sentence(f"no device {shown(parent)}", f"没有设备 {shown(parent)}"),
                        hints.get(parent, ""),
                    ),
                )


def check_no_circle(placed: Mapping[DeviceName, PlacedDevice], problems: Problems) -> None:
    """Add every circle."""
    for circle in find_circles({name: found.device.parents for name, found in placed.items()}):
        _tell(circle, placed[circle[0]], problems)


def _tell(circle: tuple[DeviceName, ...], found: PlacedDevice, problems: Problems) -> None:
    names = [*circle, circle[0]]
    if len(names) > MAX_PARENTS_SHOWN:
        names = [*names[: MAX_PARENTS_SHOWN - 2], DeviceName("…"), names[-1]]
    hint = "the top of the tree says `parents: []`"
    found.origin.add(
        problems,
        Mistake(
            ("parents",),
            Sentence(f"parents in a circle: {' → '.join(names)}", f"上级设备成环：{' → '.join(names)}"),
            hint,
        ),
    )


def find_circles(parents: Mapping[DeviceName, tuple[DeviceName, ...]]) -> list[tuple[DeviceName, ...]]:
    """The circles met on a walk from every device upwards, each once, in the order of the walk."""
    done: set[DeviceName] = set()
    circles: list[tuple[DeviceName, ...]] = []
    for start in parents:
        if start not in done:
            _walk(start, parents, done, circles)
    return circles


def _walk(
    start: DeviceName,
    parents: Mapping[DeviceName, tuple[DeviceName, ...]],
    done: set[DeviceName],
    circles: list[tuple[DeviceName, ...]],
) -> None:
    path: dict[DeviceName, None] = {start: None}
    ways = [iter(parents[start])]
    while ways:
        step = next(ways[-1], None)
        if step is None:
            ways.pop()
            done.add(path.popitem()[0])
        elif step in path:
            names = list(path)
            circles.append(tuple(names[names.index(step) :]))
        elif step in parents and step not in done:
            path[step] = None
            ways.append(iter(parents[step]))
