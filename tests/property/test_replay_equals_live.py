"""One engine: a timeline replayed gives what the daemon gave when the same things happened to it.

`OPSMON_STORIES=5000 pytest --hypothesis-profile=fuzz --hypothesis-seed=N tests/property/test_replay_equals_live.py`
searches longer, with new stories.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opsmon.contract.clock.case import Case, Finding
from opsmon.contract.clock.events import key_of
from opsmon.contract.clock.replay import replay_case
from opsmon.engine.input import AddFact, JudgeScope, RecordNotice
from opsmon.incident.incident import Incident
from opsmon.model.device import Device, Kind
from opsmon.model.event import ClockChanged, ClockState, IncidentOpened, ScopeJudged
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ClauseId, ContractId, IncidentId
from tests.support.engine.scene import CONTRACT, SITE, START, Town, contracts, device, rules_of

BOOKS = contracts()
STORIES = int(os.environ.get("OPSMON_STORIES", "60"))
TOLD = [one for one in FactType if one not in (FactType.DETECTED, FactType.WITHDRAWN)]
LABELS = st.sampled_from(["main-hall", "bureau", "sub-district"])
law = settings(max_examples=STORIES, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Moments well inside each term (or past it where the contract goes on): ordinary days, evenings, holidays, the flood
# season, the last day before a long holiday.
BEGINNINGS = {
    "xicheng-stats-2023": ["2023-09-27 10:00", "2023-09-28 17:30", "2024-02-09 23:30"],
    "bj-hrss-2021": ["2021-11-12 17:40", "2021-09-18 08:30", "2022-01-30 12:00"],
    "baizhifang-2026": ["2026-05-01 23:30", "2026-07-06 16:40", "2026-11-20 09:30"],
    "stations-it": ["2026-03-20 10:00"],
    "xicheng-vc-2025": ["2026-03-20 10:00", "2026-09-30 23:20", "2026-07-06 10:00", "2026-06-21 23:50"],
}
SCOPES = {
    "xicheng-stats-2023": [{"system": "mail"}],
    "bj-hrss-2021": [{"fault": "software"}],
    "baizhifang-2026": [{"cause": "external"}, {"cause": "carrier"}],
    "stations-it": [{"unit": "chaoyang"}],
    "xicheng-vc-2025": [{"venue": "main-hall"}, {"venue": "bureau"}],
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that people tell `pause_s` after the one before, of a moment `age_s` before that."""

    kind: FactType | Severity
    pause_s: int
    age_s: int
    own: bool
    named: int  # which fact a withdrawal names, which clause an exclusion, counted round


@dataclass(frozen=True, slots=True)
class Story:
    """A device of one contract dies; what people tell follows, and perhaps it comes back by itself."""

    device: Device
    start: datetime
    told: tuple[Told, ...]
    back_after: int | None


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@st.composite
def stories(draw: st.DrawFn) -> Story:
    name = draw(st.sampled_from(sorted(BOOKS)))
    service = draw(st.sampled_from(sorted(BOOKS[name].contract.services)))
    kind = draw(st.sampled_from([Kind.SWITCH, Kind.SERVER, Kind.MCU, Kind.CAMERA]))
    labels: Mapping[str, str] = draw(st.sampled_from([{}, *SCOPES[name]]))
    kinds = [*FactType, FactType.RESOLVED, FactType.WITHDRAWN, FactType.EXCLUDED, *Severity]
    wanted = st.builds(
        Told,
        st.sampled_from([one for one in kinds if one is not FactType.DETECTED]),
        st.sampled_from([1, 7, 120, 600, 2_000, 5_000, 30_000]) | st.integers(1, 9_000),
        st.just(0) | st.integers(0, 9_000),
        st.booleans(),
        st.integers(0, 40),
    )
    told = tuple(draw(st.lists(wanted, max_size=7)))
    start = local(draw(st.sampled_from(BEGINNINGS[name])))
    back_after = draw(st.none() | st.integers(0, len(told)))
    one = replace(device("it", kind=kind, contract=ContractId(name)), service=service, labels=labels)
    return Story(one, start, told, back_after)


def told_of(events: Iterable[ClockChanged]) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    """What was told of each clock, in order, without the moment at which it was told."""
    told: dict[tuple[str, str], list[tuple[object, ...]]] = {}
    for event in events:
        words = (event.before, event.after, event.starts_at, event.due_at, event.strict_due_at, event.met_at)
        told.setdefault((event.clause, event.target), []).append((*words, event.provisional))
    return told


def dead_mcu(venue: str) -> Town:
    """A dead device, its incident just opened."""
    return dead(replace(device("mcu"), labels={"venue": venue}), START)


def dead(one: Device, start: datetime) -> Town:
    town = Town(rules_of([one], BOOKS), start)
    town.dead.add(one.name)
    town.run(20)
    assert town.the_open().device == one.name
    return town


def live_events(town: Town, incident: IncidentId) -> list[ClockChanged]:
    return [event for event in town.journal if isinstance(event, ClockChanged) and event.incident == incident]


@law
@given(LABELS, st.lists(st.tuples(st.sampled_from(TOLD), st.integers(1, 9_000)), max_size=6))
def test_facts_told_when_they_happen_give_the_same_events(venue: str, story: list[tuple[FactType, int]]) -> None:
    town = dead_mcu(venue)
    incident = town.the_open().id
    for kind, pause_s in story:
        town.run(pause_s)
        approved_by = "甲方" if kind is FactType.EXCLUDED else ""
        town.give(AddFact(incident, Fact(kind, town.now, "值班员", "a reason", approved_by=approved_by)))
    town.run(4_000)
    replayed = replay_case(BOOKS[CONTRACT], Case.of(town.world.incidents.by_id[incident]), town.now)
    assert told_of(live_events(town, incident)) == told_of(replayed.events)


def story_of(*told: tuple[FactType, int, int], venue: str = "bureau") -> Story:
    one = replace(device("it", kind=Kind.MCU), labels={"venue": venue})
    return Story(one, START, tuple(Told(*words, own=False, named=0) for words in told), None)


@law
@given(stories())
@example(story_of((FactType.ON_SITE, 1, 0), (FactType.ON_SITE, 1, 2), venue="main-hall"))
@example(story_of((FactType.REMOTE_STARTED, 1, 0), (FactType.RESOLVED, 1, 2)))
def test_facts_told_late_in_any_order_end_the_same(story: Story) -> None:
    town = dead(story.device, story.start)
    incident = town.the_open().id
    for number, told in enumerate(story.told):
        if story.back_after == number:
            town.dead.clear()
        town.run(told.pause_s)
        give(town, town.world.incidents.by_id[incident], told)
    town.run(40_000)
    ended = town.world.incidents.by_id[incident]
    contract = BOOKS[ended.contract or ContractId("")]
    lived = told_of(live_events(town, incident))
    hold_together(lived)
    live = {key: words[-1][1:] for key, words in lived.items()}
    if ended.withdrawn:
        assert {words[0] for words in live.values()} <= {ClockState.CANCELLED}
        return
    opening, findings = opening_of(town, ended)
    replayed = replay_case(contract, opening, town.now, findings)
    hold_together(told_of(replayed.events))
    assert (replayed.case.severity, replayed.case.service) == (ended.severity, ended.service)
    again = {key: words[-1][1:] for key, words in told_of(replayed.events).items()}
    kept = {key_of(clock) for clock in replayed.clocks}
    assert {key: words for key, words in live.items() if key in kept} == {key: again[key] for key in kept}
    # A clock that the facts no longer start was told with the times that it had when they still did.
    gone = {words[0] for ends in (live, again) for key, words in ends.items() if key not in kept}
    assert gone <= {ClockState.CANCELLED}


def opening_of(town: Town, ended: Incident) -> tuple[Case, list[Finding]]:
    """The case as it was opened, with all its facts, and what people found it to be since."""
    judged = [one for one in town.journal if isinstance(one, ScopeJudged) and one.incident == ended.id]
    findings = [Finding(one.at, one.severity, one.service, one.labels, one.by, one.reason) for one in judged]
    (opened,) = [one for one in town.journal if isinstance(one, IncidentOpened) and one.incident == ended.id]
    return (
        replace(Case.of(ended), severity=opened.severity, service=opened.service, labels=opened.labels),
        findings,
    )


def give(town: Town, incident: Incident, told: Told) -> None:
    if isinstance(told.kind, Severity):
        labels = SCOPES[incident.contract or ""][0] if told.own else {}
        town.give(JudgeScope(incident.id, "值班长", "查明", told.kind, labels=labels))
        return
    at = max(town.now - timedelta(seconds=told.age_s), incident.starts_at)
    if told.own and told.kind is FactType.NOTIFIED:
        town.give(RecordNotice(incident.id, "oncall", f"d-{told.named}", at))
        return
    approved_by = "甲方" if told.kind is FactType.EXCLUDED else ""
    fact = Fact(told.kind, at, "值班员", "a reason", approved_by=approved_by)
    if told.kind is FactType.WITHDRAWN:
        fact = replace(fact, at=town.now, withdraws=1 + told.named % len(incident.facts))
    if told.kind in (FactType.EXCLUDED, FactType.INCLUDED) and told.own:
        clauses = BOOKS[incident.contract or ContractId("")].contract.clauses
        fact = replace(fact, clauses=(ClauseId(clauses[told.named % len(clauses)].id),))
    town.give(AddFact(incident.id, fact))


def hold_together(told: Mapping[tuple[str, str], list[tuple[object, ...]]]) -> None:
    """The words of each clock follow one on another, and what is cancelled has no outcome."""
    for words in told.values():
        before: object = None
        for was, after, _, _, _, met_at, _ in words:
            assert was == before
            assert after != ClockState.CANCELLED or met_at is None
            before = after


def test_the_stories_are_of_every_contract_and_site() -> None:
    assert set(BEGINNINGS) == set(SCOPES) == set(BOOKS)
    assert device("it").site == SITE
