"""What another inventory does: devices leave, are renamed, move; as a reload and as a start see it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.engine.compaction import compact
from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.engine.fold import restore
from opsmon.engine.input import Reloaded, SetMaintenance
from opsmon.engine.rules import Rules
from opsmon.model.device import Device
from opsmon.model.event import DeviceRenamed, DeviceState, IncidentClosed, MaintenanceSet
from opsmon.model.incident import Ending, FactType
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome
from opsmon.notify.kind.alertmanager import annotations_of, labels_of, payload_of
from opsmon.notify.words.voice import RenderContext
from opsmon.oncall.page import PageState
from opsmon.store.codec import decode_event, encode_event
from tests.support.engine.paged import Hall, broken, paged_rules
from tests.support.engine.scene import HALL, Town, device, rules_of, sample

MCU, CAM, NEW = DeviceName("mcu"), DeviceName("cam-1"), DeviceName("mcu-beijing")
CAMS = [f"cam-{number}" for number in range(1, 6)]
Change = Callable[[Town, Rules], object]


def reload(town: Town, rules: Rules) -> None:
    town.give(Reloaded(rules))


def start(town: Town, rules: Rules) -> None:
    town.restart(rules)


BOTH = pytest.mark.parametrize("change", [reload, start])


def renamed(old: str, new: DeviceName) -> list[Device]:
    """The hall with one device under another name, wherever it is named."""

    def parents(one: Device) -> tuple[DeviceName, ...]:
        return tuple(new if parent == old else parent for parent in one.parents)

    moved = [replace(one, parents=parents(one)) for one in HALL]
    return [replace(one, name=new, formerly=(one.name,)) if one.name == old else one for one in moved]


def dead(name: str) -> Town:
    town = Town(rules_of()).run(120)
    town.dead |= {"mcu": {"mcu", "mcu-beijing"}, "access": {"access", "access-2", *CAMS}}[name]
    return town.run(100)


class TestADeviceThatLeft:
    @BOTH
    def test_ends_its_incident_with_that_reason(self, change: Change) -> None:
        town = dead("mcu")
        incident = town.the_open()
        change(town, rules_of([one for one in HALL if one.name != MCU]))
        closed = town.world.incidents.by_id[incident.id]
        assert (closed.is_open, closed.ended) == (False, Ending.LEFT_INVENTORY)
        assert MCU not in town.world.fleet.machines
        ends = [one for one in town.alerts() if one.status is AlertStatus.RESOLVED]
        assert {one.ended for one in ends} == {Ending.LEFT_INVENTORY}
        assert all(word.alert is None for word in town.world.clock_statuses[incident.id].values())

    @BOTH
    def test_ends_its_window(self, change: Change) -> None:
        town = Town(rules_of()).run(120)
        town.give(SetMaintenance(MCU, town.now + timedelta(hours=9), "李"))
        change(town, rules_of([one for one in HALL if one.name != MCU]))
        windows = [one for one in town.journal if isinstance(one, MaintenanceSet)]
        assert windows[-1].until is None
        change(town, rules_of())
        town.run(120)
        assert town.world.incidents.state_of(MCU) is DeviceState.UP

    @BOTH
    def test_is_told_once(self, change: Change) -> None:
        town = dead("mcu")
        fewer = rules_of([one for one in HALL if one.name != MCU])
        change(town, fewer)
        length = len(town.journal)
        change(town, fewer)
        assert town.journal[length:] == []

    @BOTH
    def test_lets_go_of_what_was_hidden_behind_it(self, change: Change) -> None:
        town = dead("access")
        town.run(100)
        assert town.world.incidents.state_of(CAM) is DeviceState.UNREACHABLE
        without = [replace(one, parents=("core",)) for one in HALL if one.name != "access"]  # type: ignore[arg-type]
        change(town, rules_of(without))
        town.dead.clear()
        town.run(200)
        assert town.world.incidents.state_of(CAM) is DeviceState.UP


class TestARule:
    @BOTH
    def test_that_was_removed_withdraws_what_it_found(self, change: Change) -> None:
        town = Town(rules_of()).run(120)
        hot = rules_of()
        town.give(sample("mcu", Outcome.OK, town.now, celsius=90.0))
        town.run(1)
        incident = town.the_open()
        change(town, replace(hot, rulebook=replace(hot.rulebook, rules=())))
        town.run(120)
        assert town.world.incidents.by_id[incident.id].ended is Ending.WITHDRAWN


class TestARenamedDevice:
    @BOTH
    def test_keeps_its_incident_its_facts_and_its_clocks(self, change: Change) -> None:
        town = dead("mcu")
        town.tell(FactType.ACKNOWLEDGED)
        before, words = town.the_open(), town.world.clock_statuses[town.the_open().id]
        change(town, rules_of(renamed("mcu", NEW)))
        after = town.the_open()
        assert after == replace(before, opening=replace(before.opening, device=NEW))
        assert {key: word.last.due_at for key, word in town.world.clock_statuses[after.id].items()} == {
            key: word.last.due_at for key, word in words.items()
        }
        assert town.world.incidents.state_of(NEW) is DeviceState.DOWN
        town.dead.clear()
        town.run(200)
        assert town.world.incidents.by_id[before.id].ended is Ending.RECOVERED

    @BOTH
    def test_ends_its_alerts_and_goes_on_in_new_ones(self, change: Change) -> None:
        town = dead("mcu")
        town.run(120)
        fired = [one for one in town.alerts() if one.status is AlertStatus.FIRING]
        told = len(town.alerts())
        change(town, rules_of(renamed("mcu", NEW)))
        ends, begins = parted(town.alerts()[told:])
        assert [(labels_of(one)["device"], one.ended) for one in ends] == [("mcu", Ending.RENAMED)] * len(ends)
        assert [labels_of(one)["device"] for one in begins] == ["mcu-beijing"] * len(begins)
        assert {one.alert for one in ends} == {one.alert for one in begins} >= {AlertKind.INCIDENT}
        assert begins[0].starts_at == fired[0].starts_at
        numbers = [one.sequence for one in town.alerts()]
        assert numbers == sorted(set(numbers))
        assert "mcu-beijing" in annotations_of(ends[0], RenderContext())["summary"]
        assert '"endsAt": "0001' not in payload_of(ends[0], "oncall", RenderContext())

    @BOTH
    def test_happens_once(self, change: Change) -> None:
        town = dead("mcu")
        rules = rules_of(renamed("mcu", NEW))
        change(town, rules)
        length = len(town.journal)
        change(town, rules)
        assert [one for one in town.journal[length:] if isinstance(one, DeviceRenamed | IncidentClosed)] == []

    @BOTH
    def test_keeps_its_window(self, change: Change) -> None:
        town = Town(rules_of()).run(120)
        town.give(SetMaintenance(MCU, town.now + timedelta(hours=9), "李"))
        change(town, rules_of(renamed("mcu", NEW)))
        assert town.world.incidents.state_of(NEW) is DeviceState.MAINTENANCE
        assert town.world.fleet.machines[NEW].maintenance_until is not None

    @BOTH
    def test_keeps_its_silence(self, change: Change) -> None:
        hall = Hall()
        name = hall.silence(hours=9, device="mcu")
        hall.silence(hours=9, device="access")
        hall.dead.add(NEW)
        broken(hall)
        change(hall, paged_rules(base=rules_of(renamed("mcu", NEW))))
        hall.run(120)
        assert hall.the_open().device == NEW
        assert (hall.page().state, hall.page().silence) == (PageState.PAUSED, name)
        assert {one.fields["device"] for one in hall.world.paging.silences.values()} == {NEW, "access"}
        assert hall.tells() == []

    @BOTH
    def test_that_hides_others_hides_them_still(self, change: Change) -> None:
        town = dead("access")
        town.run(60)
        hidden = town.the_open().children
        assert hidden
        change(town, rules_of(renamed("access", DeviceName("access-2"))))
        assert town.the_open().children == hidden
        town.run(100)
        assert [one.device for one in town.world.incidents.open_incidents()] == ["access-2"]
        town.dead.clear()
        town.run(300)
        assert town.world.incidents.open_incidents() == ()

    def test_is_the_same_in_every_fold_of_the_journal(self) -> None:
        town = dead("mcu")
        town.give(Reloaded(rules_of(renamed("mcu", NEW))))
        town.run(30)
        town.dead.clear()
        town.run(100)
        stored = [decode_event(*encode_event(event)) for event in town.journal]
        whole = restore(town.world.rules, stored, town.now)
        assert whole.incidents == town.world.incidents
        assert (whole.clock_statuses, whole.alerts_sent) == (town.world.clock_statuses, town.world.alerts_sent)
        told = compact(stored, whole.incidents.by_id)
        short = restore(town.world.rules, told, town.now)
        assert short.incidents == whole.incidents
        assert short.fleet.machines == whole.fleet.machines
        assert compact(told, whole.incidents.by_id) == told

    def test_without_the_word_formerly_is_one_that_left_and_one_that_came(self) -> None:
        town = dead("mcu")
        incident = town.the_open()
        town.give(Reloaded(rules_of([replace(one, formerly=()) for one in renamed("mcu", NEW)])))
        assert town.world.incidents.by_id[incident.id].ended is Ending.LEFT_INVENTORY

    def test_whose_former_name_was_never_heard_of_is_simply_new(self) -> None:
        town = Town(rules_of()).run(120)
        more = [*HALL, replace(device("new", "core"), formerly=(DeviceName("nobody"),))]
        town.give(Reloaded(rules_of(more)))
        assert not [one for one in town.journal if isinstance(one, DeviceRenamed)]


def parted(alerts: list[Notify]) -> tuple[list[Notify], list[Notify]]:
    over = [one for one in alerts if one.status is AlertStatus.RESOLVED]
    return over, [one for one in alerts if one.status is AlertStatus.FIRING]


@BOTH
def test_a_check_that_is_no_longer_asked_withdraws_what_it_found(change: Change) -> None:
    town = Town(rules_of()).run(120)
    town.special["mcu"] = Outcome.AUTH
    town.run(100)
    incident = town.the_open()
    assert incident.condition == "DeviceDegraded"
    other = [
        replace(one, checks=(replace(one.checks[0], name="ping"),)) if one.name == MCU else one  # type: ignore[arg-type]
        for one in HALL
    ]
    change(town, rules_of(other))
    assert town.world.incidents.by_id[incident.id].ended is Ending.WITHDRAWN
