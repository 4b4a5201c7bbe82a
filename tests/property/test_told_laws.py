"""A law of every command: whatever people write, what is journaled of it can be seen, is short, and says who asked."""

from dataclasses import fields
from datetime import date, timedelta
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from opsmon.engine.command_text import PERSONS, TEXTS, as_kept
from opsmon.engine.input import (
    AddFact,
    Command,
    EndOverride,
    EndSilence,
    Excuse,
    JudgeScope,
    MarkDone,
    MarkUndone,
    OpenIncident,
    SetMaintenance,
    SetOverride,
    SetSilence,
    TakeOver,
)
from opsmon.model.event import CommandRefused, Event, IncidentOpened
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId, DeviceName
from opsmon.store.codec import encode_event
from opsmon.text.safe import visible
from tests.support.engine.paged import LI, VC, WANG, paged_rules
from tests.support.engine.scene import CONTRACT, SITE, START, Town, contracts, rules_of

RULES = paged_rules(base=rules_of(books=contracts()))
VIA = "token:wang@192.0.2.7"
UNSEEN = "\x00\x07\x1b[31m\u202e\u2066\u200b\u00ad\ufeff\ud800\x85\u2028\t\r\n"
HOSTILE = st.text(st.one_of(st.sampled_from(UNSEEN), st.sampled_from("ab 李/"), st.characters()), max_size=12)
LINES = st.one_of(HOSTILE, st.just("李"), st.just("x" * 300))
NOTES = st.one_of(HOSTILE, st.just("two\nlines"), st.just("x" * 5_000))
DAY = date(2026, 3, 19)
HOUR = timedelta(hours=1)


def names(*known: str) -> st.SearchStrategy[Any]:
    """A name that is known, or one that is not and is hostile."""
    return st.one_of(st.sampled_from(known), HOSTILE)


def labels() -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(names("cause"), names("external"), max_size=2)


FACTS = st.builds(
    Fact,
    type=st.sampled_from(FactType),
    at=st.just(START + HOUR),
    by=LINES,
    note=NOTES,
    withdraws=st.sampled_from([None, 1]),
    clauses=st.lists(names("E2"), max_size=2).map(lambda words: tuple(map(ClauseId, words))),
    approved_by=LINES,
    paper=LINES,
    paper_sha256=st.sampled_from(["", "0" * 64, "\u202e"]),
    about=LINES,
    via=st.just(VIA),
)
TICKED = {"contract": names(CONTRACT), "obligation": names("E18", "E13"), "by": LINES, "via": st.just(VIA)}
PLACED = {"service": names("", "vc"), "part": LINES, "places": st.lists(names("all"), max_size=1).map(tuple)}
FIELDS = st.dictionaries(names("site", "condition", "service"), st.one_of(names(SITE), LINES), max_size=2)
OF_PEOPLE: dict[type[Any], st.SearchStrategy[Any]] = {
    AddFact: st.builds(AddFact, names("20260320-1"), FACTS, takes_on=st.booleans()),
    OpenIncident: st.builds(
        OpenIncident, site=names(SITE), condition=names("no picture"), reported_at=st.just(START), by=LINES,
        device=st.one_of(st.none(), names("mcu")), service=st.one_of(st.none(), names("vc")), labels=labels(),
        note=NOTES, via=st.just(VIA),
    ),
    JudgeScope: st.builds(
        JudgeScope, names("20260320-1"), LINES, NOTES, service=st.one_of(st.none(), names("vc")), labels=labels(),
        via=st.just(VIA),
    ),
    SetMaintenance: st.builds(
        SetMaintenance, names("mcu"), st.sampled_from([None, START + 9 * HOUR]), LINES, NOTES, st.just(VIA)
    ),
    MarkDone: st.builds(
        MarkDone, day=st.just(DAY), done_at=st.just(START), note=NOTES, file=LINES, **TICKED, **PLACED
    ),
    MarkUndone: st.builds(MarkUndone, spans=st.just(((DAY, DAY),)), reason=NOTES, **TICKED, **PLACED),
    Excuse: st.builds(
        Excuse, day=st.just(DAY), approved_by=LINES, reason=NOTES, paper=LINES, service=names("", "vc"), part=LINES,
        **TICKED,
    ),
    TakeOver: st.builds(TakeOver, names("20260320-1"), LINES, NOTES, st.just(VIA)),
    SetSilence: st.builds(
        SetSilence, fields=FIELDS, until=st.just(START + 9 * HOUR), by=st.one_of(st.just("李"), LINES),
        reason=st.one_of(st.just("a new switch"), NOTES), owner=st.one_of(st.just(""), LINES), via=st.just(VIA),
    ),
    EndSilence: st.builds(EndSilence, names("s-20260320-100000"), LINES, NOTES, st.just(VIA)),
    SetOverride: st.builds(
        SetOverride, names(VC), names("day"), st.just(DAY + timedelta(days=2)), st.one_of(st.none(), names(LI)),
        st.one_of(st.none(), names(WANG)), LINES, NOTES, st.just(VIA),
    ),
    EndOverride: st.builds(EndOverride, names("swap-20260320-100000"), LINES, NOTES, st.just(VIA)),
}  # fmt: skip


def texts(name: str, value: object) -> list[tuple[str, str]]:
    """Every text of an event's document, with the name of its field."""
    if isinstance(value, str):
        return [(name, value)]
    if isinstance(value, dict):
        nested = [texts(key if isinstance(one, str) else name, one) for key, one in value.items()]
        return [found for part in nested for found in part] + [("key", key) for key in value]
    return [found for one in value for found in texts(name, one)] if isinstance(value, list) else []


def told(event: Event) -> list[tuple[str, str]]:
    return texts("", encode_event(event)[1])


def test_every_command_of_a_person_is_here() -> None:
    assert {one for one in get_args(Command) if "by" in {item.name for item in fields(one)}} | {AddFact} == set(
        OF_PEOPLE
    )


@given(st.one_of(*OF_PEOPLE.values()))
def test_what_is_journaled_can_be_seen_is_bounded_and_says_who_asked(command: Any) -> None:
    town = Town(RULES, START)
    town.give(OpenIncident(SITE, "no sound", START, "值班员", DeviceName("mcu")))
    town.now += 2 * HOUR
    events = town.give(command).events
    for event in events:
        for name, text in told(event):
            assert text == visible(text, lines=name in TEXTS), (name, text)
            assert len(text) <= 4_300, name
            assert len(text) <= PERSONS.get(name, len(text)), name
    assert VIA in [text for event in events for name, text in told(event) if name == "via"]


@given(LINES)
def test_what_a_silence_covers_is_named_by_what_can_be_seen(value: str) -> None:
    town = Town(RULES, START)
    town.give(SetSilence({"condition": value}, START + 9 * HOUR, "李", "a new switch", via=VIA))
    kept = [text for silence in town.world.paging.silences.values() for text in silence.fields.values()]
    assert kept == ([value] if value == visible(value) and 0 < len(value) <= 200 else [])


@given(st.one_of(*OF_PEOPLE.values()))
def test_what_is_kept_stays_as_it_is(command: Any) -> None:
    kept = as_kept(command)
    assert as_kept(kept) is kept


def test_a_name_of_nothing_that_can_be_seen_is_no_name() -> None:
    town = Town(RULES, START)
    step = town.give(SetMaintenance(DeviceName("mcu"), START + HOUR, "\u200b\u202e\x00", "", VIA))
    assert "a name is needed" in step.refusal
    (event,) = step.events
    assert isinstance(event, CommandRefused)
    assert (event.by, event.via) == ("", VIA)


def test_the_programmes_own_name_cannot_be_worn_with_a_mark_that_is_not_seen() -> None:
    step = Town(RULES, START).give(OpenIncident(SITE, "no sound", START, "moni\u200btoring"))
    assert "is the name of the programme itself" in step.refusal


def test_notes_keep_their_lines_and_names_are_one() -> None:
    step = Town(RULES, START).give(OpenIncident(SITE, "no sound", START, " Li\n\u202eWang ", note="one\r\ntwo\x07 \n"))
    opened = step.events[0]
    assert isinstance(opened, IncidentOpened)
    assert (opened.by, opened.detail) == ("Li Wang", "one\ntwo")
