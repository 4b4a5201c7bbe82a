"""A page again after its form was refused: the same form, as it was filled in, with the reason in it.

It works on the page as text, so that no template has to know: whatever form stands on a page is filled as its fields
were sent. Promises: a password and a hidden field never come back; a text comes back escaped.
"""

from bisect import insort
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import accumulate
from typing import NamedTuple
from urllib.parse import unquote

Attributes = Mapping[str, str | None]
_TICKS = ("checkbox", "radio")
_UNSEEN = ("hidden", "password", "submit", "button", "file")
_OF_FORMS = ("input", "button", "select", "textarea")


class Edit(NamedTuple):
    """What stands from `start` to `end` is replaced."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Control:
    """A field or button. `choices` are the options of a select; `inside` is where the text of a textarea stands."""

    tag: str
    attributes: Attributes
    start: int
    end: int
    choices: list["Control"] = field(default_factory=list)
    inside: tuple[int, int] = (0, 0)
    text: str = ""

    @property
    def name(self) -> str:
        return self.attributes.get("name") or ""

    @property
    def type(self) -> str:
        return (self.attributes.get("type") or "").lower()

    @property
    def value(self) -> str:
        """As a browser would send it."""
        given = self.attributes.get("value")
        return self.text.strip() if given is None and self.tag == "option" else given or ""

    def takes(self, value: str) -> bool:
        """Whether a browser could have sent the value of it as it is now."""
        if self.tag == "button" or self.type == "hidden":
            return self.value == value
        return self.tag != "select" or any(one.value == value for one in self.choices)


@dataclass(slots=True)
class Form:
    """A form; `folded` are the details that it stands in, `end` is the end of its start tag."""

    attributes: Attributes
    start: int
    end: int
    folded: list[Control]
    controls: list[Control] = field(default_factory=list)

    def goes_to(self, path: str, base: str) -> bool:
        """Whether it, or a button of it, sends to the path."""
        ways = [self.attributes.get("action"), *(one.attributes.get("formaction") for one in self.controls)]
        return any(way is not None and unquote(way) == base + path for way in ways)

    def misfits(self, sent: Mapping[str, str]) -> int | None:
        """How many of the fields it would have sent otherwise; None where it lacks one: another form was sent."""
        by_name: dict[str, list[Control]] = {}
        for one in self.controls:
            by_name.setdefault(one.name, []).append(one)
        if not sent.keys() <= by_name.keys():
            return None
        return sum(not any(one.takes(value) for one in by_name[name]) for name, value in sent.items())


class _Reader(HTMLParser):
    """Finds the forms of a page, and where `main` begins."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.main_end = 0
        self._form: Form | None = None
        self._folded: list[Control] = []
        self._open: Control | None = None
        self._lines = [0, *accumulate(len(line) + 1 for line in page.split("\n"))]
        self.feed(page)
        self.close()

    def _here(self) -> int:
        line, offset = self.getpos()
        return self._lines[line - 1] + offset

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._here()
        found = Control(tag, dict(attrs), start, start + len(self.get_starttag_text() or ""))
        if tag == "main":
            self.main_end = found.end
        elif tag == "details":
            self._folded.append(found)
        elif tag == "form":
            self._form = Form(found.attributes, start, found.end, list(self._folded))
            self.forms.append(self._form)
        elif self._form is not None:
            self._in_form(self._form, found)

    def _in_form(self, form: Form, found: Control) -> None:
        if found.tag in _OF_FORMS:
            form.controls.append(found)
            found.inside = found.end, found.end
            self._open = found if found.tag in ("select", "textarea") else None
        elif found.tag == "option" and self._open is not None:
            self._open.choices.append(found)

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._open.choices:
            self._open.choices[-1].text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is not None and tag == self._open.tag:
            self._open.inside = self._open.end, self._here()
            self._open = None
        elif tag == "form":
            self._form = None
        elif tag == "details" and self._folded:
            self._folded.pop()


def refilled(page: str, path: str, base: str, sent: Mapping[str, str], reason: str) -> str | None:
    """The page with `reason`, which is HTML, in the form that sent these fields to the path; None where it has no such
    form."""
    fits = [
        (misfits, number, form)
        for number, form in enumerate(_Reader(page).forms)
        if form.goes_to(path, base) and (misfits := form.misfits(sent)) is not None
    ]
    if not fits:
        return None
    form = min(fits)[2]
    edits: list[Edit] = []
    for fold in form.folded:
        insort(edits, Edit(fold.start, fold.end, _tag(fold.tag, {**fold.attributes, "open": None})))
    insort(edits, Edit(form.start, form.end, _tag("form", {**form.attributes, "data-typed": None}) + reason))
    for control in form.controls:
        for edit in _filled(control, sent.get(control.name, "")):
            insort(edits, edit)
    return _applied(page, edits)


def headed(page: str, reason: str) -> str:
    """The page with `reason`, which is HTML, before all that is in it."""
    at = _Reader(page).main_end
    return page[:at] + reason + page[at:]


def _filled(control: Control, value: str) -> Iterator[Edit]:
    if control.tag == "textarea":
        yield Edit(*control.inside, escape(value))
    elif control.tag == "select" and control.takes(value):
        for one in control.choices:
            kept = {name: given for name, given in one.attributes.items() if name != "selected"}
            chosen: Attributes = {"selected": None} if one.value == value else {}
            yield Edit(one.start, one.end, _tag(one.tag, {**kept, **chosen}))
    elif control.tag == "input" and control.type in _TICKS:
        kept = {name: given for name, given in control.attributes.items() if name != "checked"}
        ticked: Attributes = {"checked": None} if value == (control.attributes.get("value") or "on") else {}
        yield Edit(control.start, control.end, _tag("input", {**kept, **ticked}))
    elif control.tag == "input" and control.type not in _UNSEEN:
        yield Edit(control.start, control.end, _tag("input", {**control.attributes, "value": value}))


def _tag(name: str, attributes: Attributes) -> str:
    words = (key if value is None else f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{' '.join((name, *words))}>"


def _applied(page: str, edits: list[Edit]) -> str:
    parts, done = [], 0
    for edit in edits:
        parts += [page[done : edit.start], edit.text]
        done = edit.end
    return "".join((*parts, page[done:]))
