"""Where the fields of a device come from, so that a mistake of the merged device is told where it can be mended."""

from dataclasses import dataclass
from typing import NamedTuple

from opsmon.config.yaml.document import Document, Steps, add_mistake
from opsmon.config.yaml.mistake import Mistake
from opsmon.config.yaml.problem import Problems
from opsmon.errors import Problem

_FROM_SITE = ("labels", "service")  # what a device also inherits from the head of its file


class Layer(NamedTuple):
    """A piece of a document: a site's defaults, a template, the entry of a device or range."""

    document: Document
    steps: Steps

    def fields(self) -> dict[str, object]:
        """What the piece says; nothing where it is not there."""
        there = self.document.depth(self.steps) == len(self.steps)
        part = self.document.part(self.steps) if there else None
        return part if isinstance(part, dict) else {}

    def depth(self, steps: Steps) -> int:
        """How much of a path of keys the piece has."""
        return self.document.depth((*self.steps, *steps)) - len(self.steps)


@dataclass(frozen=True, slots=True)
class Origin:
    """The entry of a device first, then the layers that it inherits from, the strongest first."""

    layers: tuple[Layer, ...]

    @property
    def entry(self) -> Layer:
        return self.layers[0]

    @property
    def where(self) -> str:
        """The place of the device's name, as people write places."""
        place, _ = self.entry.document.place_of((*self.entry.steps, "name"))
        return f"{self.entry.document.path}:{place.line}:{place.column}"

    def problem(self, key: str, message: str, hint: str, *, warning: bool = False) -> Problem:
        """A problem with a field of the entry itself."""
        return self.entry.document.problem((*self.entry.steps, key), message, hint, warning=warning)

    def add(self, problems: Problems, mistake: Mistake) -> None:
        """Place a mistake of the merged device in the layer that says most about it."""
        head = (Layer(self.entry.document, ()),) if mistake.steps[0] in _FROM_SITE else ()
        layers = (*self.layers, *head)
        depths = [layer.depth(mistake.steps) for layer in layers]
        best = max(range(len(depths)), key=lambda index: (depths[index], -index))
        steps = mistake.steps if depths[best] else ("name",)
        add_mistake(layers[best].document, layers[best].steps, mistake._replace(steps=steps), problems)
