"""One engine: a timeline replayed gives what the daemon gave when the same things happened to it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from opsmon.contract.replay import replay_case
from opsmon.engine.input import AddFact
from opsmon.engine.turn import case_of
from opsmon.model.event import ClockChanged
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import DeviceName
from tests.engine.scene import CONTRACT, Town, contracts, device, rules_of

BOOKS = contracts()
TOLD = [one for one in FactType if one is not FactType.DETECTED]
LABELS = st.sampled_from(["main-hall", "bureau", "sub-district"])
law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def told_of(events: Iterable[ClockChanged]) -> dict[tuple[str, str], list[tuple[object, ...]]]:
    """What was told of each clock, in order, without the moment at which it was told."""
    told: dict[tuple[str, str], list[tuple[object, ...]]] = {}
    for event in events:
        words = (event.before, event.after, event.starts_at, event.due_at, event.strict_due_at, event.met_at)
        told.setdefault((event.clause, event.target), []).append(words)
    return told


def dead_mcu(venue: str) -> Town:
    """A dead device, its incident just opened."""
    town = Town(rules_of([replace(device("mcu"), labels={"venue": venue})], BOOKS))
    town.dead.add("mcu")
    town.run(20)
    assert town.the_open().device == DeviceName("mcu")
    return town


def live_events(town: Town) -> list[ClockChanged]:
    return [event for event in town.journal if isinstance(event, ClockChanged)]


@law
@given(LABELS, st.lists(st.tuples(st.sampled_from(TOLD), st.integers(1, 9_000)), max_size=6))
def test_facts_told_when_they_happen_give_the_same_events(venue: str, story: list[tuple[FactType, int]]) -> None:
    town = dead_mcu(venue)
    for kind, pause_s in story:
        town.run(pause_s)
        town.tell(kind, note="a reason")
    town.run(4_000)
    replayed = replay_case(BOOKS[CONTRACT], case_of(town.the_open()), town.now)
    assert told_of(live_events(town)) == told_of(replayed.events)


@law
@given(LABELS, st.lists(st.tuples(st.sampled_from(TOLD), st.integers(1, 9_000), st.integers(0, 5_000)), max_size=6))
@example("main-hall", [(FactType.ON_SITE, 1, 0), (FactType.ON_SITE, 1, 2)])
def test_facts_told_late_end_the_same(venue: str, story: list[tuple[FactType, int, int]]) -> None:
    town = dead_mcu(venue)
    for kind, pause_s, age_s in story:
        town.run(pause_s)
        incident = town.the_open()
        at = max(town.now - timedelta(seconds=age_s), incident.starts_at)
        town.give(AddFact(incident.id, Fact(kind, at, "值班员", "a reason")))
    town.run(4_000)
    replayed = replay_case(BOOKS[CONTRACT], case_of(town.the_open()), town.now)
    live = {key: words[-1][1:] for key, words in told_of(live_events(town)).items()}
    again = {key: words[-1][1:] for key, words in told_of(replayed.events).items()}
    cancelled = {key for key in live.keys() - again.keys() if live[key][0] == "cancelled"}
    assert {key: words for key, words in live.items() if key not in cancelled} == again
