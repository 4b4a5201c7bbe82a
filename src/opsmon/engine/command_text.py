"""What people write in a command, made fit to be kept and shown, and bounded: one place for every command.

Names and notes lose what cannot be seen (control characters, marks of direction, zero-width characters); notes keep
their line breaks. What has to match something (labels, a condition, names of devices) is left as it is, and refused by
whoever looks it up: to change it in silence could make it match another thing.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from opsmon.engine.input import Command
from opsmon.engine.step import Conflict
from opsmon.model.incident import MONITORING, OWN_PREFIX, Fact
from opsmon.text.bilingual import Refusal, Sentence
from opsmon.text.command_words import FIELDS
from opsmon.text.safe import visible
from opsmon.text.vocabulary import named

MAX_TEXT_LENGTH = 4_000
NO_NAME = Sentence("a name is needed: who says so?", "请填写姓名：由谁登记？")
TEXTS = frozenset({"note", "reason", "detail", "text", "unannounced"})  # may have several lines
# What a person writes in one line, and how long it may be; a file's name is as long as file systems take.
PERSONS = {"by": 200, "approved_by": 200, "about": 200, "part": 200, "paper": 255, "file": 255, "owner": 200}
LINES = PERSONS.keys() | {"via", "address", "fingerprint", "under", "subject"}
C = TypeVar("C", bound=Command | Fact)


def as_kept(told: C) -> C:
    """The command or fact with every text of it as it is kept."""
    changed: dict[str, Any] = {}
    for name in (item.name for item in fields(told)):
        before = getattr(told, name)
        after = _kept(name, before)
        if after is not before:
            changed[name] = after
    return replace(told, **changed) if changed else told


def _kept(name: str, value: Any) -> Any:
    if isinstance(value, Fact):
        return as_kept(value)
    if not isinstance(value, str) or name not in TEXTS | LINES:
        return value
    kept = visible(value, lines=True).strip() if name in TEXTS else " ".join(visible(value).split())
    return value if kept == value else kept


def refusal_of_words(command: Command) -> Refusal:
    """Why its words cannot be kept, for the person who wrote them; "" when they can. `command` is one of `as_kept`."""
    told = getattr(command, "fact", command)
    if not hasattr(told, "by"):
        return ""
    name = told.by.casefold()
    if not name:
        return NO_NAME
    if name == MONITORING or name.startswith(OWN_PREFIX):
        return Sentence(
            f"{told.by!r} is the name of the programme itself, a person's is needed: who says so?",
            f"“{told.by}”是程序自己的名称，请填写人的姓名：由谁登记？",
        )
    return _refusal_of_length(told)


def _refusal_of_length(told: Any) -> Refusal:
    assert is_dataclass(told)  # noqa: S101 - commands and facts are
    for item in fields(told):
        text, longest = getattr(told, item.name), PERSONS.get(item.name, MAX_TEXT_LENGTH)
        if isinstance(text, str) and item.name in PERSONS.keys() | TEXTS and len(text) > longest:
            field = named(FIELDS, item.name, "zh")
            return Sentence(f"{item.name} is longer than {longest} characters", f"“{field}”超过 {longest} 个字符")
    return ""


def as_answer(refusal: Refusal) -> Refusal:
    """A refusal, which may quote what was asked for, as it is told and kept."""
    if not refusal:
        return ""
    kept, zh = (visible(words, lines=True)[:MAX_TEXT_LENGTH] for words in (refusal, refusal.zh))
    return Conflict(kept, zh) if isinstance(refusal, Conflict) else Sentence(kept, zh)
