"""A timeline replayed gives the clock events that the daemon gave: they run through the same clocks."""

from dataclasses import replace

import pytest

from opsmon.contract.clock.case import Case
from opsmon.contract.clock.replay import replay_case
from opsmon.model.device import Kind
from opsmon.model.event import ClockChanged
from opsmon.model.incident import FactType
from tests.support.engine.scene import CONTRACT, Town, contracts, device, rules_of

HALL = "main-hall"
STORIES = [
    (HALL, []),
    (HALL, [(30, FactType.NOTIFIED), (90, FactType.ACKNOWLEDGED), (150, FactType.ON_SITE)]),
    (HALL, [(30, FactType.NOTIFIED), (400, FactType.ACKNOWLEDGED), (500, FactType.ON_SITE), (600, FactType.REPORTED)]),
    ("bureau", []),
    ("bureau", [(60, FactType.REPORTED), (120, FactType.REMOTE_STARTED), (600, FactType.REMOTE_FAILED)]),
    ("bureau", [(700, FactType.REPORTED), (900, FactType.REMOTE_STARTED), (1000, FactType.EXCLUDED)]),
]


def told(events: tuple[ClockChanged, ...]) -> dict[str, list[tuple[object, ...]]]:
    """What was told of each clause in order; when it was told is the journal's own affair."""
    story: dict[str, list[tuple[object, ...]]] = {}
    for event in events:
        line = (
            event.before, event.after, event.starts_at, event.at_risk_at, event.due_at, event.strict_due_at,
            event.met_at, event.provisional,
        )  # fmt: skip
        story.setdefault(event.clause, []).append(line)
    return story


@pytest.mark.parametrize(("venue", "steps"), STORIES)
def test_a_replay_of_the_incident_tells_what_the_daemon_told(venue: str, steps: list[tuple[float, FactType]]) -> None:
    town = Town(rules_of((replace(device("mcu", kind=Kind.MCU), labels={"venue": venue}),))).run(120)
    town.dead.add("mcu")
    town.run(120)
    opened = town.now
    (incident,) = town.world.incidents.open_incidents()
    for after_s, type_ in steps:
        town.run(after_s - (town.now - opened).total_seconds())
        town.tell(type_, note="because")
    town.run(3000)
    town.dead.clear()
    town.run(7200)

    lived = tuple(event for event in town.journal if isinstance(event, ClockChanged))
    case = Case.of(town.world.incidents.by_id[incident.id])
    replayed = replay_case(contracts()[CONTRACT], case, town.now)
    assert told(lived)
    assert not replayed.refusals
    assert told(replayed.events) == told(lived)
