"""Which mistakes of a failed validation to tell where a value may be written in several forms.

pydantic tells those of every form: of `from: [detectd]`, which is a word or a list of words, that a list is no word,
and that a word of the list is unknown. Here the form that was meant is chosen by what is written, and its mistakes
alone are told; where no form fits, one mistake names them all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pydantic_core import ErrorDetails

Step = str | int
Steps = tuple[Step, ...]
WORD_KINDS = ("enum", "literal_error")  # of a value that is none of some words


@dataclass(frozen=True, slots=True)
class ToldMistake:
    """One mistake as pydantic tells it, its way through the data, and the forms that it was tried as on that way.

    `others` are of the same value as other forms that do not fit either.
    """

    detail: ErrorDetails
    steps: Steps
    forms: tuple[tuple[Steps, str], ...]
    is_of_key: bool = False
    others: tuple[ErrorDetails, ...] = ()

    @property
    def kind(self) -> str:
        return self.detail["type"]


def chosen(details: Iterable[ErrorDetails], data: object) -> list[ToldMistake]:
    """The mistakes to tell, in their order, by their ways through the data that was validated."""
    return list(_chosen([_told(detail, data) for detail in details], 0))


def _told(detail: ErrorDetails, data: object) -> ToldMistake:
    steps: list[Step] = []
    forms: list[tuple[Steps, str]] = []
    *above, last = detail["loc"] or ("",)
    missing = detail["type"] == "missing"
    node = data
    for step in above if missing else detail["loc"]:
        if _has(node, step):
            node = node[step]  # type: ignore[index]  # it was just looked up
            steps.append(step)
        elif step != "[key]":
            forms.append((tuple(steps), str(step)))
    way = (*steps, last) if missing else tuple(steps)
    return ToldMistake(detail, way, tuple(forms), is_of_key="[key]" in detail["loc"])


def _has(node: object, step: Step) -> bool:
    return step in node if isinstance(node, dict) else isinstance(node, list) and step in range(len(node))


def _chosen(told: Sequence[ToldMistake], depth: int) -> Iterator[ToldMistake]:
    """`told` agree in their first `depth` forms, or have no more of them."""
    for place, group in groupby(told, key=lambda one: one.forms[depth][0] if depth < len(one.forms) else None):
        members = list(group)
        if place is None:
            yield from members
        else:
            yield from _of_one_place(place, members, depth)


def _of_one_place(place: Steps, members: Sequence[ToldMistake], depth: int) -> Iterator[ToldMistake]:
    by_form: dict[str, list[ToldMistake]] = {}
    for one in members:
        by_form.setdefault(one.forms[depth][1], []).append(one)
    fitting = [form for form in by_form.values() if not all(_is_of_form(one, place) for one in form)]
    if fitting:
        yield from _chosen(min(fitting, key=len), depth + 1)
        return
    first, *others = members
    yield ToldMistake(first.detail, first.steps, (), others=tuple(other.detail for other in others))


def _is_of_form(told: ToldMistake, place: Steps) -> bool:
    """Whether the mistake is that the value is of another form altogether."""
    return told.steps == place and (told.kind in WORD_KINDS or told.kind.endswith(("_type", "_parsing")))
