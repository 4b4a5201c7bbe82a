"""What people are told of a fault after its first message: who has taken it on, and that a window covers it."""

from datetime import timedelta

from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.engine.input import AddFact, Reloaded, SetMaintenance
from opsmon.model.incident import Ending, Fact, FactType
from opsmon.model.name import DeviceName
from tests.support.engine.scene import Town, rules_of

MCU = DeviceName("mcu")
FIRING, RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED


def with_a_fault() -> Town:
    town = Town(rules_of()).run(70)
    town.dead.add("mcu")
    return town.run(100)


def of_the_fault(town: Town) -> list[Notify]:
    return [alert for alert in town.alerts() if alert.alert is AlertKind.INCIDENT]


def told(town: Town) -> list[tuple[AlertStatus, Ending | None]]:
    return [(alert.status, alert.ended) for alert in of_the_fault(town)]


class TestWhoHasTakenItOn:
    def test_is_told_at_once_in_the_same_alert(self) -> None:
        town = with_a_fault()
        town.tell(FactType.ACKNOWLEDGED, "李")
        first, again = of_the_fault(town)
        assert (again.status, again.starts_at, again.is_taken_on) == (FIRING, first.starts_at, True)
        assert again.incident.holder is not None
        assert again.incident.holder.by == "李"
        assert again.sequence > first.sequence

    def test_is_told_once(self) -> None:
        town = with_a_fault()
        town.tell(FactType.ACKNOWLEDGED, "李")
        town.run(5).tell(FactType.ACKNOWLEDGED, "王")
        assert len(town.the_open().facts) == 3
        assert len(of_the_fault(town)) == 2

    def test_is_taken_back_in_a_message_of_its_own(self) -> None:
        town = with_a_fault()
        town.tell(FactType.ACKNOWLEDGED, "李")
        number = len(town.the_open().facts)
        withdrawn = Fact(FactType.WITHDRAWN, town.now, "李", "wrong incident", withdraws=number)
        town.give(AddFact(town.the_open().id, withdrawn))
        last = of_the_fault(town)[-1]
        assert (last.status, last.is_taken_on, last.incident.holder) == (FIRING, False, None)
        assert len(of_the_fault(town)) == 3

    def test_passes_to_the_next_one_where_the_first_takes_it_back(self) -> None:
        town = with_a_fault()
        town.tell(FactType.ACKNOWLEDGED, "李")
        number = len(town.the_open().facts)
        town.run(5).tell(FactType.ACKNOWLEDGED, "王")
        town.give(AddFact(town.the_open().id, Fact(FactType.WITHDRAWN, town.now, "李", "ill", withdraws=number)))
        holder = of_the_fault(town)[-1].incident.holder
        assert holder is not None
        assert holder.by == "王"

    def test_is_not_told_of_what_is_over(self) -> None:
        town = with_a_fault()
        town.dead.clear()
        town.run(200)
        number = len(of_the_fault(town))
        town.give(AddFact(town.incident().id, Fact(FactType.ACKNOWLEDGED, town.now, "李")))
        assert len(of_the_fault(town)) == number

    def test_other_facts_are_no_news_of_that(self) -> None:
        town = with_a_fault()
        town.tell(FactType.REMOTE_STARTED, "李")
        assert len(of_the_fault(town)) == 1


class TestAWindow:
    def test_ends_the_alert_and_not_the_incident(self) -> None:
        town = with_a_fault()
        town.give(SetMaintenance(MCU, town.now + timedelta(hours=1), "李"))
        assert told(town) == [(FIRING, None), (RESOLVED, Ending.MAINTENANCE)]
        town.run(400)
        assert town.the_open().device == MCU
        assert AlertKind.BREACHED in {alert.alert for alert in town.alerts()}  # the contract knows nothing of it

    def test_that_ends_before_the_fault_does_has_it_told_again(self) -> None:
        town = with_a_fault()
        town.give(SetMaintenance(MCU, town.now + timedelta(minutes=10), "李"))
        town.tell(FactType.ACKNOWLEDGED, "李")
        assert len(of_the_fault(town)) == 2
        town.run(700)
        first, _, again = of_the_fault(town)
        assert (again.status, again.starts_at) == (FIRING, first.starts_at)
        assert again.incident.holder is not None

    def test_that_is_made_longer_says_nothing_new(self) -> None:
        town = with_a_fault()
        for minutes in (10, 20):
            town.give(SetMaintenance(MCU, town.now + timedelta(minutes=minutes), "李"))
        town.run(900)
        assert told(town) == [(FIRING, None), (RESOLVED, Ending.MAINTENANCE)]

    def test_in_which_the_device_is_mended_is_followed_by_the_recovery(self) -> None:
        town = with_a_fault()
        town.give(SetMaintenance(MCU, town.now + timedelta(hours=1), "李"))
        town.dead.clear()
        town.run(300)
        assert told(town) == [(FIRING, None), (RESOLVED, Ending.MAINTENANCE), (RESOLVED, Ending.RECOVERED)]
        town.run(4_000)
        assert len(told(town)) == 3

    def test_lets_alerts_of_other_devices_be(self) -> None:
        town = with_a_fault()
        town.give(SetMaintenance(DeviceName("cam-1"), town.now + timedelta(hours=1), "李"))
        assert told(town) == [(FIRING, None)]

    def test_outlasts_a_restart(self) -> None:
        town = with_a_fault()
        town.give(SetMaintenance(MCU, town.now + timedelta(minutes=10), "李"))
        town.restart().run(300)
        assert told(town) == [(FIRING, None), (RESOLVED, Ending.MAINTENANCE)]
        town.run(400)
        assert told(town)[2:] == [(FIRING, None)]
        numbers = [alert.sequence for alert in town.alerts()]
        assert numbers == sorted(set(numbers))

    def test_of_a_device_that_leaves_the_inventory_meanwhile_ends_with_that(self) -> None:
        town = with_a_fault()
        town.give(SetMaintenance(MCU, town.now + timedelta(minutes=10), "李"))
        devices = [one for one in town.world.rules.inventory.devices.values() if one.name != MCU]
        town.give(Reloaded(rules_of(devices)))
        assert FIRING not in [status for status, _ in told(town)[1:]]
