"""Laws of conditions that hold for every sequence of numbers, outcomes and pauses, under the stock rules."""

from array import array
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsmon.config.rules.conditions import load_conditions
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import Kind
from opsmon.model.event import ConditionCleared, ConditionRaised, ConditionUnseen, Event
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome, Reading, SeriesBlock, SeriesKey
from opsmon.state.api import apply_sample, start_fleet
from opsmon.state.condition.judge import raised_conditions
from opsmon.state.fleet import FleetState
from opsmon.state.restore import fold_event
from tests.support.places import REPOSITORY
from tests.support.state.scene import START, make_device, make_inventory, make_sample

STOCK = load_conditions(REPOSITORY, Problems())
LINK = (("ifAlias", ""), ("ifDescr", ""), ("ifIndex", "7"), ("ifName", "Gi0/7"))
MOVED = (("ifAlias", ""), ("ifDescr", ""), ("ifIndex", "9"), ("ifName", "Gi0/7"))
METRICS = sorted({metric for rule in STOCK.rules for metric in (*rule.metrics, *rule.needs, *rule.unless)})
LINK_METRICS = [*(name for name in METRICS if name.startswith("if")), "ifHCOutOctets", "ifHighSpeed", "ifSpeed"]
BLOCKS = [
    SeriesBlock(tuple(SeriesKey(metric) for metric in (*METRICS, "wlc_aps", "device_uptime_seconds"))),
    SeriesBlock(tuple(SeriesKey(metric, LINK) for metric in LINK_METRICS)),
    SeriesBlock(tuple(SeriesKey(metric, MOVED) for metric in LINK_METRICS)),
]
DEVICE = make_device("box", checks=("icmp", "snmp"), kind=Kind.UPS, important=("Gi0/7",))
LIMITS = {DeviceName("box"): {"contract_on_site_limit": 1800.0}}

numbers = st.one_of(
    st.sampled_from([0.0, 1.0, 0.95, 2.0, 1000.0, 2.0**32, float("nan"), float("inf")]), st.floats(width=64)
)


@st.composite
def readings(draw: st.DrawFn) -> tuple[Reading, ...]:
    """Some of the blocks, with a few numbers repeated over their series."""
    chosen = draw(st.lists(st.sampled_from(BLOCKS), max_size=3, unique_by=id))
    palette = draw(st.lists(numbers, min_size=1, max_size=6))
    return tuple(Reading(block, array("d", [palette[i % len(palette)] for i in range(len(block))])) for block in chosen)


polls = st.tuples(readings(), st.sampled_from(["icmp", "snmp"]), st.sampled_from(list(Outcome)), st.floats(0.0, 400.0))


def standing(fleet: FleetState) -> set[tuple[str, str]]:
    return {(key.condition, key.subject) for _, key, _ in raised_conditions(fleet)}


@given(st.lists(polls, min_size=3, max_size=25))
def test_raised_and_cleared_alternate_and_the_journal_tells_what_stands(
    played: list[tuple[tuple[Reading, ...], str, Outcome, float]],
) -> None:
    fleet = folded = start_fleet(make_inventory(DEVICE), STOCK, START, limits=LIMITS)
    now, told, unseen = START, set[tuple[str, str]](), set[tuple[str, str]]()
    for read, check, outcome, pause in played:
        now += timedelta(seconds=pause)
        step = apply_sample(fleet, make_sample("box", check, outcome, now, readings=read), now)
        fleet = step.fleet
        for event in step.transitions:
            folded = fold_event(folded, event)
            _keep_turns(event, told, unseen)
        assert standing(fleet) == told == standing(folded)


def _keep_turns(event: Event, told: set[tuple[str, str]], unseen: set[tuple[str, str]]) -> None:
    """Nothing is raised twice but what was lost sight of, and nothing is cleared that was not raised."""
    if not isinstance(event, ConditionRaised | ConditionUnseen | ConditionCleared):
        return
    about = (event.condition, event.subject)
    if isinstance(event, ConditionRaised):
        assert about not in told or about in unseen
        assert event.since <= event.at
        assert event.detail
        told.add(about)
        unseen.discard(about)
    elif isinstance(event, ConditionUnseen):
        assert about in told - unseen
        assert event.since <= event.unseen_since <= event.at
        unseen.add(about)
    else:
        told.remove(about)
        unseen.discard(about)
