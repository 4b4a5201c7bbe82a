"""What one decision takes over from the rooms: each event is folded once, and each alert judged once."""

from datetime import timedelta

from opsmon.engine.alerts.notify import AlertEvent, alerts_of
from opsmon.engine.decision import Decision
from opsmon.engine.effect import Notify
from opsmon.engine.fold import fold_decided
from opsmon.incident.draft import Draft
from opsmon.incident.grouping import observe_all
from opsmon.model.event import DeviceState, DeviceStateChanged
from opsmon.model.name import DeviceName
from tests.support.engine.scene import START, Town, rules_of


def test_the_incidents_of_a_draft_are_taken_over_and_not_folded_again() -> None:
    drafts: list[Draft] = []
    decision = Decision(Town(rules_of()).run(120).world, START + timedelta(minutes=3))
    down = DeviceStateChanged(
        decision.now, DeviceName("mcu"), DeviceState.UP, DeviceState.DOWN, decision.now, "no answer", None
    )

    def work(draft: Draft) -> None:
        observe_all(draft, [down])
        drafts.append(draft)

    decision.draft(work)
    assert [one.event for one in drafts[0].drafted] == decision.events[: len(drafts[0].drafted)]
    assert len(decision.world.incidents.open_incidents()) == 1
    assert decision.world.incidents is drafts[0].incidents


def test_the_journal_counts_the_alerts_that_people_were_told_of() -> None:
    town = Town(rules_of()).run(120)
    town.dead.add("mcu")
    town.run(9 * 3600)
    town.dead.clear()
    town.run(300)
    told: list[Notify] = []
    world = Town(rules_of()).world
    for event in town.journal:
        before, (world, changes) = world, fold_decided(world, event)
        if changes:
            assert isinstance(event, AlertEvent)
            told += alerts_of(before, world, event, changes)
    (incident,) = world.incidents.by_id.values()
    assert [alert.sequence for alert in told] == list(range(1, len(told) + 1))
    assert world.alerts_sent[incident.id] == len(told) > 4
    sent = {effect.sequence for effect in town.effects if isinstance(effect, Notify)}
    assert sent <= {alert.sequence for alert in told}
