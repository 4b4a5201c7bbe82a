"""What cannot be measured, and whether it is this machine that is blind."""

import pytest

from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome
from opsmon.probe.sight import NEVER_MEASURED_S, NOT_MEASURED_S, SETTLE_S, Sight
from tests.support.probe.sight_samples import NAMES, NETWORK, PERMISSION, fault, sample


def seen(devices: int) -> Sight:
    sight = Sight()
    sight.keep_only(DeviceName(f"d{number}") for number in range(devices))
    for number in range(devices):
        sight.note(sample(f"d{number}"), 0.0)
    return sight


def test_many_faults_and_no_answer_are_blindness_and_answers_end_it() -> None:
    sight = seen(30)
    for number in range(3):
        assert not sight.is_blind
        sight.note(fault(f"d{number}"), 1.0)
    assert sight.is_blind
    assert (sight.faulty, sight.cause) == (3, NETWORK)
    assert sight.excuses(sample("d9", Outcome.TIMEOUT))
    assert sight.excuses(sample("d9", Outcome.REFUSED))
    assert not sight.excuses(sample("d9", Outcome.DEGRADED))
    for number in range(3):
        sight.note(sample(f"d{number}"), 2.0)
    assert not sight.is_blind
    assert not sight.excuses(sample("d9", Outcome.TIMEOUT))


def test_a_few_devices_with_a_lasting_fault_are_no_blindness() -> None:
    sight = seen(30)
    sight.note(fault("d0"), 1.0)
    for number in range(1, 30):
        sight.note(sample(f"d{number}"), 1.0)
    for number in range(1, 10):
        sight.note(fault(f"d{number}"), 2.0)
        assert not sight.is_blind


def test_who_answers_beside_a_tunnel_that_is_gone_is_not_excused() -> None:
    """Twenty of thirty are behind the tunnel: this machine is half blind, and the ten others are seen well."""
    sight = seen(30)
    for number in range(20):
        sight.note(fault(f"d{number}"), 1.0)
    for number in range(20, 30):
        sight.note(sample(f"d{number}"), 2.0)
    assert sight.is_blind
    assert not sight.excuses(sample("d25", Outcome.TIMEOUT))


def test_a_name_service_that_is_silent_excuses_no_device_with_a_known_address() -> None:
    sight = seen(4)
    for number in range(3):
        sight.note(fault(f"d{number}", NAMES), 1.0)
    assert sight.is_blind
    assert not sight.excuses(sample("d3", Outcome.TIMEOUT))


@pytest.mark.parametrize("devices", [1, 2])
def test_a_small_fleet_is_blind_when_all_of_it_is_gone(devices: int) -> None:
    sight = seen(devices)
    for number in range(devices):
        assert not sight.is_blind
        sight.note(fault(f"d{number}"), 1.0)
    assert sight.is_blind


def test_lateness_and_a_right_that_was_never_there_are_no_blindness() -> None:
    sight = Sight()
    for number in range(10):
        sight.note(fault(f"d{number}", None), 1.0)
        sight.note(fault(f"e{number}", PERMISSION), 1.0)
    assert not sight.is_blind


def test_a_check_that_cannot_be_made_is_told_once_within_two_minutes() -> None:
    sight = seen(5)
    sight.note(fault("d0", NAMES, "web"), 10.0)
    assert sight.due(10.0 + NEVER_MEASURED_S - 1) == []
    (told,) = sight.due(10.0 + NEVER_MEASURED_S)
    assert (told.device, told.check, told.detail, told.ever) == ("d0", "web", "words", False)
    assert sight.due(1e6) == []
    assert sight.told() == [told]
    sight.note(sample("d0", check="web"), 1e6)
    assert sight.told() == []


def test_one_that_was_measured_before_is_given_longer() -> None:
    sight = seen(5)
    sight.note(fault("d0"), 10.0)
    assert sight.due(10.0 + NOT_MEASURED_S - 1) == []
    assert len(sight.due(10.0 + NOT_MEASURED_S)) == 1


def test_while_it_is_blind_no_single_check_is_told() -> None:
    sight = seen(3)
    for number in range(3):
        sight.note(fault(f"d{number}"), 1.0)
    assert sight.due(1e6) == []


def test_what_left_the_inventory_is_forgotten() -> None:
    sight = seen(4)
    for number in range(4):
        sight.note(fault(f"d{number}", NAMES), 1.0)
    sight.keep_only([DeviceName("d9")])
    assert (sight.faulty, sight.is_blind, sight.due(1e6)) == (0, False, [])


def test_a_fleet_that_died_while_we_were_blind_is_told_when_it_is_measured_again() -> None:
    sight = seen(6)
    for number in range(6):
        sight.note(fault(f"d{number}"), 10.0)
    assert sight.is_blind
    for number in range(6):
        sight.note(sample(f"d{number}", Outcome.TIMEOUT), 12.0)
        assert sight.excuses(sample(f"d{number}", Outcome.TIMEOUT))  # what lies behind us may still be on its way back
    assert not sight.is_blind
    sight.note(sample("d0", Outcome.TIMEOUT), 14.0 + SETTLE_S)
    assert not sight.excuses(sample("d0", Outcome.TIMEOUT))


def test_who_answers_after_blindness_ends_the_patience_with_the_others() -> None:
    sight = seen(6)
    for number in range(6):
        sight.note(fault(f"d{number}"), 10.0)
    for number in range(5):
        sight.note(sample(f"d{number}"), 12.0)
    sight.note(sample("d5", Outcome.TIMEOUT), 13.0)
    assert not sight.excuses(sample("d5", Outcome.TIMEOUT))


def test_a_fault_of_one_check_stands_while_another_is_silent() -> None:
    sight = seen(3)
    for number in range(3):
        sight.note(fault(f"d{number}"), 10.0)
        sight.note(sample(f"d{number}", Outcome.TIMEOUT, check="snmp"), 11.0)
    assert sight.is_blind


def test_names_that_are_never_resolved_are_told_though_the_name_service_is_silent() -> None:
    sight = seen(2)
    sight.keep_only(DeviceName(f"d{number}") for number in range(5))
    for number in range(2, 5):
        sight.note(fault(f"d{number}", NAMES), 1.0)
    assert sight.is_blind
    assert [one.device for one in sight.due(1.0 + NEVER_MEASURED_S)] == ["d2", "d3", "d4"]
