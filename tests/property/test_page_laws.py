"""Laws of pages: nobody is forgotten, nobody is called for what is held, and the journal tells the whole story."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map

from opsmon.engine.decide import decide
from opsmon.engine.effect import Tell
from opsmon.engine.fold import restore
from opsmon.engine.input import (
    AddFact,
    EndSilence,
    Input,
    OpenIncident,
    RecordAccepted,
    RecordFailed,
    Reloaded,
    SetSilence,
    TakeOver,
    Tick,
)
from opsmon.engine.world import World, next_deadline, start_world
from opsmon.model.device import Inventory, Site
from opsmon.model.event import Event
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import IncidentId, PersonId
from opsmon.model.page import CallReason, PageEvent, PageStepTaken, PageTold, SilenceSet
from opsmon.oncall.page import Page, PageState, fold_page
from opsmon.store.codec import decode_event, encode_event
from tests.support.engine.paged import EVERYBODY, LI, PLAN, ROBOT, SMS, base_rules, paged_rules
from tests.support.engine.scene import CONTRACT, SITE, START

RULES = paged_rules(base=replace(base_rules(), inventory=Inventory({SITE: Site(SITE, contract=CONTRACT)}, {})))
ACTIONS = ("ack", "work", "resolve", "wait", "late", "accept", "fail", "silence", "speak", "over", "back", "restart")


@dataclass
class Story:
    """One fault that a person reported, and what becomes of it."""

    world: World = field(default_factory=lambda: start_world(RULES, START))
    now: object = START
    journal: list[Event] = field(default_factory=list)
    tells: list[Tell] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.at = START
        self.give(OpenIncident(SITE, "无图像", START, "值班员"))

    @property
    def incident(self) -> IncidentId:
        return next(iter(self.world.incidents.by_id))

    def give(self, given: Input) -> None:
        step = decide(self.world, given, self.at)
        self.world = step.world
        self.journal += step.events
        self.tells += [effect for effect in step.effects if isinstance(effect, Tell)]

    def fact(self, type_: FactType, by: str = str(LI)) -> None:
        self.give(AddFact(self.incident, Fact(type_, self.at, by, "同事")))

    def act(self, action: str) -> None:
        match action:
            case "ack":
                self.fact(FactType.ACKNOWLEDGED)
            case "work":
                self.fact(FactType.REMOTE_STARTED, "乙工")
            case "resolve":
                self.fact(FactType.RESOLVED)
            case "wait" | "late":
                self.pass_time(late=action == "late")
            case "accept" | "fail":
                self.receive(taken=action == "accept")
            case "silence":
                self.give(SetSilence({"site": str(SITE)}, self.at + timedelta(hours=1), "经理", "换主板"))
            case "speak":
                for name in list(self.world.paging.silences):
                    self.give(EndSilence(name, "经理", "换好了"))
            case "over":
                self.give(TakeOver(self.incident, "丙工"))
            case "back":
                self.give_back()
            case "restart":
                self.restart()

    def pass_time(self, *, late: bool) -> None:
        due = next_deadline(self.world)
        self.at = max(self.at + timedelta(seconds=1), due or self.at) + (timedelta(hours=2) if late else timedelta())
        self.give(Tick())

    def receive(self, *, taken: bool) -> None:
        last = self.tells[-1]
        self.at += timedelta(seconds=1)
        name, channel = f"{last.incident.id}-{last.sequence}", ROBOT if taken else SMS
        if taken:
            self.give(RecordAccepted(last.incident.id, last.sequence, channel, name, last.people, last.at, self.at))
        else:
            self.give(RecordFailed(last.incident.id, last.sequence, channel, name, self.at, "refused"))

    def give_back(self) -> None:
        facts = self.world.incidents.by_id[self.incident].facts
        number = next((n for n, fact in enumerate(facts, 1) if fact.type is FactType.ACKNOWLEDGED), None)
        if number is not None:
            self.give(AddFact(self.incident, Fact(FactType.WITHDRAWN, self.at, "甲工", "不是我", withdraws=number)))

    def restart(self) -> None:
        stored = [decode_event(*encode_event(event)) for event in self.journal]
        folded = restore(RULES, stored, self.at)
        assert folded.paging.pages == self.world.paging.pages
        assert folded.paging.silences == self.world.paging.silences
        assert folded.alerts_sent == self.world.alerts_sent
        self.world = folded
        self.give(Reloaded(RULES))

    @property
    def page(self) -> Page:
        return self.world.paging.pages[self.incident]


def run(actions: list[str]) -> Story:
    story = Story()
    for action in actions:
        story.at += timedelta(milliseconds=1)
        story.act(action)
        check_watched(story)
    return story


def check_watched(story: Story) -> None:
    """Somebody or something waits for every page that is open, and its incident alone decides whether it is."""
    page, incident = story.page, story.world.incidents.by_id[story.incident]
    assert page.is_open is (incident.is_open and not incident.is_excluded)
    if page.state is PageState.CALLING:
        assert page.next_at is not None
        assert page.next_at > story.at
    if page.state is PageState.HELD:
        assert page.until is not None
        assert page.until > story.at
    if page.state is PageState.PAUSED:
        assert page.pause is not None
        assert page.silence in story.world.paging.silences
    wakes, deadline = page.wakes_at, next_deadline(story.world)
    if page.is_open and wakes is not None:
        assert deadline is not None
        assert deadline <= wakes


def page_events(story: Story) -> list[PageEvent]:
    return [event for event in story.journal if isinstance(event, PageEvent)]


STORIES = st.lists(st.sampled_from(ACTIONS), max_size=14)


@settings(deadline=None, max_examples=200)
@given(STORIES)
def test_no_step_is_taken_while_it_is_held_paused_or_exhausted(actions: list[str]) -> None:
    story, page = run(actions), None
    for event in page_events(story):
        if isinstance(event, PageStepTaken):
            assert page is None or page.state in (PageState.CALLING, PageState.ENDED)
        page = fold_page(page, event)
    assert page == story.page


@settings(deadline=None, max_examples=200)
@given(STORIES)
def test_the_end_is_told_to_those_who_were_told_and_messages_are_numbered_in_order(actions: list[str]) -> None:
    told: set[PersonId] = set()
    numbers: list[int] = []
    for event in page_events(run(actions)):
        if isinstance(event, PageStepTaken | PageTold):
            numbers.append(event.sequence)
            if event.reason is CallReason.RESOLVED:
                assert set(event.people) <= told
            told |= set(event.people)
    assert numbers == sorted(set(numbers))
    assert told <= EVERYBODY


@settings(deadline=None, max_examples=100)
@given(STORIES)
def test_a_journal_gives_the_same_pages_whenever_it_is_read(actions: list[str]) -> None:
    run([*actions, "restart"])


@settings(deadline=None, max_examples=100)
@given(STORIES)
def test_left_alone_every_fault_comes_to_an_end_of_its_plan(actions: list[str]) -> None:
    """Whatever went before, if nobody does anything any more the whole plan is told to its last round."""
    story = run(actions)
    for _ in range(60):
        if story.page.state in (PageState.EXHAUSTED, PageState.ENDED):
            break
        story.act("wait")
    assert story.page.state in (PageState.EXHAUSTED, PageState.ENDED)


@pytest.mark.parametrize("order", list(permutations(("ack", "tick", "resolve"))))
def test_any_order_in_one_instant_is_a_story_told_in_that_order(order: tuple[str, ...]) -> None:
    story = Story()
    due = story.page.next_at
    assert due is not None
    story.at = due
    seen = []
    for word in order:
        before = len(story.journal)
        if word == "tick":
            story.give(Tick())
        else:
            story.act(word)
        steps = [event for event in story.journal[before:] if isinstance(event, PageStepTaken)]
        seen.append((word, len(steps)))
    assert story.page.state is PageState.ENDED
    is_first = order[0] == "tick"
    assert dict(seen) == {"ack": 0, "tick": int(is_first), "resolve": 0}
    waiting = [call for call in story.page.calls if call.step and not call.withdrawn]
    assert order.index("ack") > order.index("resolve") or waiting == []


def test_a_silence_is_named_by_its_moment() -> None:
    story = Story()
    story.act("silence")
    story.act("silence")
    names = [event.silence for event in story.journal if isinstance(event, SilenceSet)]
    assert len(set(names)) == 2
    assert Map(dict.fromkeys(names)) == Map(dict.fromkeys(story.world.paging.silences))
    assert len(PLAN.steps) == 3
