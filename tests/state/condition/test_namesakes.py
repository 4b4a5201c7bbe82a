"""Interfaces of one name: one link with a left-over, or several; one steady state in either case."""

from collections.abc import Mapping

import pytest

from opsmon.model.sample import SeriesKey
from opsmon.state.condition.rules import Bounds, Comparator, Measure, Rulebook
from tests.support.state.scene import make_device
from tests.support.state.series import Meter, above, key, make_rule

UP, DOWN = 1.0, 2.0
LINK_DOWN = make_rule("LinkDown", "ifOperStatus", Bounds(Comparator.ONE_OF, values=frozenset({DOWN})), important=True)
ERRORS = make_rule("Errors", "ifInErrors", above(10.0))


def wan(index: int, metric: str = "ifOperStatus") -> SeriesKey:
    return key(metric, ifAlias="", ifDescr="wan", ifIndex=str(index), ifName="wan")


def rows(status: Mapping[int, float]) -> dict[SeriesKey, float]:
    return {wan(index): value for index, value in status.items()}


def meter() -> Meter:
    device = make_device("gw", checks=("snmp",), important=("wan",))
    return Meter(device, Rulebook(rules=(LINK_DOWN, ERRORS)))


def test_a_left_over_of_a_living_interface_says_nothing() -> None:
    m = meter()
    for _ in range(5):
        m.poll(rows({23: DOWN, 25: UP}))
    assert m.told() == []


def test_a_link_of_which_no_row_lives_is_down_once_and_up_again() -> None:
    m = meter()
    for status in ({23: DOWN, 25: DOWN}, {23: DOWN, 25: DOWN}, {23: DOWN, 25: UP}):
        m.poll(rows(status))
    assert m.told() == ["+LinkDown ifName=wan", "-LinkDown ifName=wan"]


def test_a_link_that_is_made_anew_goes_on_under_its_name() -> None:
    """Its row was down, another one appears beside it, and the old one goes: one incident, which closes."""
    m = meter().poll(rows({23: DOWN}))
    m.poll(rows({23: DOWN, 25: DOWN})).poll(rows({25: DOWN})).poll(rows({25: UP}))
    assert m.told() == ["+LinkDown ifName=wan", "-LinkDown ifName=wan"]


def test_interfaces_that_were_up_together_are_judged_each_by_itself() -> None:
    m = meter().poll(rows({7: UP, 8: UP}))
    for _ in range(4):
        m.poll(rows({7: DOWN, 8: UP}))
    assert m.told() == ["+LinkDown ifName=wan,ifIndex=7"]
    m.poll(rows({7: UP, 8: UP}))
    assert m.told() == ["+LinkDown ifName=wan,ifIndex=7", "-LinkDown ifName=wan,ifIndex=7"]


def test_two_links_that_were_taken_for_one_close_what_was_said_of_the_one() -> None:
    m = meter().poll(rows({7: DOWN, 8: DOWN})).poll(rows({7: UP, 8: UP}))
    assert m.told() == ["+LinkDown ifName=wan", "-LinkDown ifName=wan"]


@pytest.mark.parametrize("moved", [{4: DOWN, 9: UP}, {104: DOWN, 109: UP}])
def test_numbers_that_move_at_a_restart_open_and_close_nothing(moved: Mapping[int, float]) -> None:
    m = meter().poll(rows({23: DOWN, 25: UP})).poll(rows(moved)).poll(rows(moved))
    assert m.told() == []


def test_rules_for_all_interfaces_tell_living_namesakes_apart() -> None:
    m = meter()
    for errors in (5.0, 50.0, 50.0):
        m.poll({**rows({7: UP, 8: UP}), wan(7, "ifInErrors"): errors, wan(8, "ifInErrors"): 0.0})
    assert m.told() == ["+Errors ifName=wan,ifIndex=7"]


def test_one_of_several_is_marked_by_its_number() -> None:
    device = make_device("gw", checks=("snmp",), important=("ifIndex=8",))
    m = Meter(device, Rulebook(rules=(LINK_DOWN,)))
    m.poll(rows({7: UP, 8: UP})).poll(rows({7: DOWN, 8: UP})).poll(rows({7: DOWN, 8: DOWN}))
    assert [word for word in m.told() if word.startswith("+")] == ["+LinkDown ifName=wan"]


BUSY = make_rule("Busy", "ifHCInOctets", above(0.8), measure=Measure.LINK_UTILISATION, important=True)


def test_a_busy_living_row_is_measured_beside_its_left_over() -> None:
    m = Meter(make_device("gw", checks=("snmp",), important=("wan",)), Rulebook(rules=(BUSY,)))
    for minute in range(4):
        octets = {23: 5.0, 25: minute * 0.9 * 1e8 / 8 * 60}
        series = rows({23: DOWN, 25: UP})
        for index, count in octets.items():
            series |= {wan(index, "ifHCInOctets"): count, wan(index, "ifHCOutOctets"): 0.0}
            series |= {wan(index, "ifHighSpeed"): 100.0}
        m.poll(series)
    assert m.told() == ["+Busy ifName=wan"]
