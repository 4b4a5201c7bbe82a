"""Conditions: ripening, hysteresis, what clears them, what does not, and on which series."""

from dataclasses import replace
from datetime import timedelta
from math import nan

import pytest

from opsmon.model.device import Kind
from opsmon.model.event import ConditionCleared
from opsmon.model.incident import Severity
from opsmon.model.name import ContractId
from opsmon.model.sample import Outcome, SeriesKey
from opsmon.state.api import advance, reload_fleet, report, set_maintenance
from opsmon.state.condition.judge import raised_conditions
from opsmon.state.condition.rules import (
    Bounds,
    Comparator,
    DeviceSelector,
    Grade,
    Measure,
    ReportRule,
    Rulebook,
    Threshold,
)
from opsmon.state.condition.wording import describe
from opsmon.state.restore import restore
from tests.support.state.scene import START, make_device, make_inventory
from tests.support.state.series import WORDS, Meter, above, key, make_rule, meter, moment, switch

CPU = key("device_cpu_ratio", cpu="1")
HOT = make_rule("Hot", "device_cpu_ratio", above(0.9, 0.8), unit="ratio")
SLOW = make_rule("Hot", "device_cpu_ratio", above(0.9, 0.8), for_s=120.0)


def test_a_bad_value_raises_and_a_good_one_clears() -> None:
    m = meter(HOT).poll({CPU: 0.95}).poll({CPU: 0.5})
    assert m.told() == ["+Hot cpu=1", "-Hot cpu=1"]
    raised = m.raised()
    assert (raised.at, raised.value, raised.severity) == (moment(60), 0.95, Severity.ORDINARY)
    assert raised.detail == "sw 1: 95 %, limit 90 %"


def test_the_threshold_itself_is_not_beyond_it() -> None:
    assert meter(HOT).poll({CPU: 0.9}).told() == []


def test_hysteresis_holds_it_between_the_thresholds() -> None:
    m = meter(HOT).poll({CPU: 0.95}).poll({CPU: 0.85}).poll({CPU: 0.95}).poll({CPU: 0.85})
    assert m.told() == ["+Hot cpu=1"]
    assert m.poll({CPU: 0.8}).told() == ["+Hot cpu=1", "-Hot cpu=1"]


def test_it_ripens_until_for_has_passed_and_counts_from_the_first_bad_value() -> None:
    m = meter(SLOW).poll({CPU: 0.95}).poll({CPU: 0.95})
    assert m.told() == []
    m.poll({CPU: 0.95})
    assert m.told() == ["+Hot cpu=1"]
    assert m.raised().since == moment(60) - timedelta(seconds=0.01)


def test_a_good_value_while_it_ripens_starts_over() -> None:
    m = meter(SLOW).poll({CPU: 0.95}).poll({CPU: 0.95}).poll({CPU: 0.89}).poll({CPU: 0.95}).poll({CPU: 0.95})
    assert m.told() == []


def test_a_gap_while_it_ripens_starts_over() -> None:
    m = meter(SLOW).poll({CPU: 0.95}).poll({CPU: 0.95}, after_s=190)
    assert m.told() == []


def test_time_alone_raises_nothing() -> None:
    m = meter(SLOW).poll({CPU: 0.95})
    step = advance(m.fleet, m.now + timedelta(seconds=300))
    assert not [event for event in step.transitions if hasattr(event, "condition")]


def test_a_failed_check_clears_nothing() -> None:
    m = meter(HOT).poll({CPU: 0.95})
    for _ in range(10):
        m.poll({}, outcome=Outcome.TIMEOUT)
    assert m.told() == ["+Hot cpu=1"]


@pytest.mark.parametrize("absent", [{}, {CPU: nan}], ids=["no series", "NaN"])
def test_a_series_that_is_missing_is_unseen_and_not_over(absent: dict[SeriesKey, float]) -> None:
    other = key("device_uptime_seconds")
    m = meter(HOT).poll({CPU: 0.95})
    m.poll({other: 1.0, **absent}).poll({other: 1.0, **absent})
    assert m.told() == ["+Hot cpu=1"], "absent is not 0"
    for _ in range(50):
        m.poll({other: 1.0, **absent})
    assert m.told() == ["+Hot cpu=1", "?Hot cpu=1"], "told once, and it stands"
    m.poll({CPU: 0.95})
    assert m.told()[2:] == ["+Hot cpu=1"]
    m.poll({other: 1.0, **absent}).poll({CPU: 0.2})
    assert m.told()[3:] == ["-Hot cpu=1"]


def test_a_series_that_comes_and_goes_is_told_ever_more_seldom() -> None:
    other = key("device_uptime_seconds")
    m = meter(HOT).poll({CPU: 0.95})
    for _ in range(20):
        m.poll({other: 1.0}).poll({other: 1.0}).poll({other: 1.0}).poll({CPU: 0.95})
    assert m.told() == ["+Hot cpu=1", "?Hot cpu=1", "+Hot cpu=1"]


def test_what_only_ripens_begins_anew_when_it_is_missing() -> None:
    slow = replace(HOT, for_s=600.0)
    other = key("device_uptime_seconds")
    m = meter(slow).poll({CPU: 0.95})
    for _ in range(3):
        m.poll({other: 1.0}, after_s=200.0)
    m.poll({CPU: 0.95}, after_s=60.0)
    assert m.told() == []


@pytest.mark.parametrize(("contract", "told"), [(None, "xHot cpu=1"), (ContractId("a-contract"), "?Hot cpu=1")])
def test_a_part_that_is_gone_for_good_ends_by_itself_where_no_contract_counts(
    contract: ContractId | None, told: str
) -> None:
    device = replace(make_device("box", checks=("snmp",)), contract=contract)
    m = meter(HOT, device=device).poll({CPU: 0.95})
    for _ in range(8 * 24 * 12):
        m.poll({key("device_uptime_seconds"): 1.0}, after_s=300.0)
    assert m.told()[-1] == told


def test_an_interface_that_is_no_longer_marked_is_given_up_and_has_not_recovered() -> None:
    down = make_rule("LinkDown", "ifOperStatus", Bounds(Comparator.ONE_OF, values=frozenset({2.0})), important=True)
    status = key("ifOperStatus", ifAlias="", ifDescr="", ifIndex="1", ifName="wan")
    m = meter(down, device=make_device("box", checks=("snmp",), important=("wan",))).poll({status: 2.0})
    unmarked = make_device("box", checks=("snmp",), important=("lan",))
    m.fleet = reload_fleet(m.fleet, make_inventory(unmarked), Rulebook(rules=(down,)), m.now).fleet
    for _ in range(3):
        m.poll({status: 2.0})
    assert m.told() == ["+LinkDown ifName=wan", "xLinkDown ifName=wan"]


def test_a_check_that_is_taken_away_gives_up_what_it_found() -> None:
    m = meter(HOT, device=make_device("box", checks=("icmp", "snmp"))).poll({CPU: 0.95})
    step = reload_fleet(m.fleet, make_inventory(make_device("box", checks=("icmp",))), Rulebook(rules=(HOT,)), m.now)
    assert [(event.detail, event.recovered) for event in step.transitions if isinstance(event, ConditionCleared)] == [
        ("its check was removed", False)
    ]


def test_polls_of_another_check_do_not_make_it_absent() -> None:
    m = meter(HOT).poll({CPU: 0.95})
    for _ in range(10):
        m.poll({}, check="icmp")
    assert m.told() == ["+Hot cpu=1"]


def test_a_value_that_comes_back_resets_the_count() -> None:
    m = meter(HOT).poll({CPU: 0.95})
    for _ in range(3):
        m.poll({CPU: nan}).poll({CPU: nan}).poll({CPU: 0.95})
    assert m.told() == ["+Hot cpu=1"]


def test_every_series_is_a_condition_of_its_own() -> None:
    other = key("device_cpu_ratio", cpu="2")
    m = meter(HOT).poll({CPU: 0.95, other: 0.1}).poll({CPU: 0.95, other: 0.95}).poll({CPU: 0.1, other: 0.95})
    assert m.told() == ["+Hot cpu=1", "+Hot cpu=2", "-Hot cpu=1"]


def test_in_maintenance_nothing_ripens_and_what_stands_may_clear() -> None:
    m = meter(HOT).poll({CPU: 0.95})
    m.fleet = set_maintenance(m.fleet, m.device.name, m.now + timedelta(hours=1), m.now).fleet
    m.poll({CPU: 0.1}).poll({CPU: 0.95}).poll({CPU: 0.95})
    assert m.told() == ["+Hot cpu=1", "-Hot cpu=1"]
    m.fleet = set_maintenance(m.fleet, m.device.name, None, m.now).fleet
    m.poll({CPU: 0.95})
    assert m.told()[-1] == "+Hot cpu=1"
    assert m.raised().since > moment(200), "what was bad in the planned time is not counted"


@pytest.mark.parametrize(
    ("bounds", "bad", "still_bad", "good"),
    [
        (above(10, 8), 11, 9, 8),
        (Bounds(Comparator.BELOW, Threshold(10), Threshold(12)), 9, 11, 12),
        (Bounds(Comparator.OUTSIDE, low=0.2, high=0.8, clear_low=0.25, clear_high=0.75), 0.9, 0.78, 0.75),
        (Bounds(Comparator.OUTSIDE, low=0.2, high=0.8, clear_low=0.25, clear_high=0.75), 0.1, 0.22, 0.25),
        (Bounds(Comparator.ONE_OF, values=frozenset({2.0, 7.0})), 7, 2, 1),
    ],
)
def test_comparisons(bounds: Bounds, bad: float, still_bad: float, good: float) -> None:
    rule = make_rule("C", "device_cpu_ratio", bounds)
    assert meter(rule).poll({CPU: good}).told() == []
    m = meter(rule).poll({CPU: bad}).poll({CPU: still_bad})
    assert m.told() == ["+C cpu=1"]
    assert m.poll({CPU: good}).told() == ["+C cpu=1", "-C cpu=1"]


def test_a_rule_is_for_the_devices_it_selects() -> None:
    rule = make_rule("C", "device_cpu_ratio", above(1), selector=DeviceSelector(kinds=frozenset({Kind.UPS})))
    assert meter(rule).poll({CPU: 2}).told() == []
    assert meter(rule, device=switch(kind=Kind.UPS)).poll({CPU: 2}).told() == ["+C cpu=1"]


def test_the_severity_is_the_rules_unless_an_override_selects_the_device() -> None:
    core = DeviceSelector(labels={"role": "core"})
    grade = Grade(Severity.ORDINARY, ((core, Severity.MAJOR), (DeviceSelector(), Severity.EMERGENCY)))
    rule = make_rule("C", "device_cpu_ratio", above(1))
    graded = type(rule)(rule.name, rule.metrics, rule.bounds, grade, rule.wording)
    assert meter(graded, device=switch(labels={"role": "core"})).poll({CPU: 2}).raised().severity is Severity.MAJOR
    assert meter(graded).poll({CPU: 2}).raised().severity is Severity.EMERGENCY


def test_a_dynamic_limit_is_the_devices_own() -> None:
    runtime = key("ups_runtime_remaining_seconds")
    bounds = Bounds(Comparator.BELOW, Threshold(limit="on_site"), Threshold(limit="on_site", times=1.2))
    rule = make_rule("Short", "ups_runtime_remaining_seconds", bounds, unit="seconds")
    device = switch()
    m = meter(rule, device=device, limits={device.name: {"on_site": 1800.0}})
    m.poll({runtime: 1900}).poll({runtime: 1700}).poll({runtime: 2000}).poll({runtime: 2160})
    assert m.told() == ["+Short", "-Short"]
    assert m.raised().detail == "sw : 28.3 min, limit 30 min"
    assert meter(rule).poll({runtime: 1}).told() == [], "a device without a contract has no such limit"


def test_another_metric_can_be_the_threshold() -> None:
    up, known = key("wlc_aps_up"), key("wlc_aps")
    bounds = Bounds(Comparator.BELOW, Threshold(metric="wlc_aps"), Threshold(metric="wlc_aps"))
    m = meter(make_rule("ApDown", "wlc_aps_up", bounds))
    m.poll({up: 40, known: 40}).poll({up: 39, known: 40}).poll({up: 39, known: nan})
    assert m.told() == ["+ApDown"], "nothing to compare with is no good news"
    assert m.poll({up: 40, known: 40}).told() == ["+ApDown", "-ApDown"]


def test_needs_and_unless_look_at_the_same_subject() -> None:
    labels = {"ifIndex": "3", "ifName": "Gi0/3", "ifDescr": "", "ifAlias": ""}
    oper, admin = key("ifOperStatus", **labels), key("ifAdminStatus", **labels)
    rule = make_rule(
        "LinkDown",
        "ifOperStatus",
        Bounds(Comparator.ONE_OF, values=frozenset({2.0})),
        needs={"ifAdminStatus": frozenset({1.0})},
        important=True,
    )
    device = switch(important=("Gi0/3",))
    m = meter(rule, device=device).poll({oper: 2, admin: 1}).poll({oper: 2, admin: 2})
    assert m.told() == ["+LinkDown ifName=Gi0/3", "-LinkDown ifName=Gi0/3"], "shut by hand is no fault"
    assert meter(rule, device=device).poll({oper: 2}).told() == [], "unknown whether it should be up"
    assert meter(rule, device=switch(important=("Gi0/4",))).poll({oper: 2, admin: 1}).told() == []


def test_an_uplink_that_lldp_found_is_important_without_a_mark() -> None:
    labels = {"ifIndex": "3", "ifName": "Gi0/3", "ifDescr": "", "ifAlias": ""}
    oper, uplink = key("ifOperStatus", **labels), key("interface_uplink", **labels)
    other = key("ifOperStatus", **(labels | {"ifIndex": "4", "ifName": "Gi0/4"}))
    rule = make_rule("LinkDown", "ifOperStatus", Bounds(Comparator.ONE_OF, values=frozenset({2.0})), important=True)
    m = meter(rule, device=switch()).poll({oper: 2, other: 2, uplink: 1})
    assert m.told() == ["+LinkDown ifName=Gi0/3"]


def test_an_interface_is_known_by_its_name_when_its_index_moves() -> None:
    def oper(index: str) -> SeriesKey:
        return key("ifOperStatus", ifIndex=index, ifName="Gi0/3", ifDescr="", ifAlias="uplink")

    rule = make_rule("LinkDown", "ifOperStatus", Bounds(Comparator.ONE_OF, values=frozenset({2.0})), important=True)
    m = meter(rule, device=switch(important=("uplink",)))
    m.poll({oper("3"): 2}).poll({oper("7"): 2}).poll({oper("7"): 1})
    assert m.told() == ["+LinkDown ifName=Gi0/3", "-LinkDown ifName=Gi0/3"]


def test_seconds_left_counts_down_to_a_time() -> None:
    expiry = key("probe_ssl_earliest_cert_expiry")
    bounds = Bounds(Comparator.BELOW, Threshold(86400.0 * 21), Threshold(86400.0 * 30))
    rule = make_rule("Expiring", "probe_ssl_earliest_cert_expiry", bounds, measure=Measure.SECONDS_LEFT, unit="seconds")
    m = meter(rule).poll({expiry: START.timestamp() + 86400 * 22}).poll({expiry: START.timestamp() + 86400 * 20})
    assert m.told() == ["+Expiring check=snmp"]
    assert m.poll({expiry: START.timestamp() + 86400 * 400}).told()[-1] == "-Expiring check=snmp"


def test_raised_conditions_survive_a_restart_and_clear_on_good_values() -> None:
    m = meter(HOT).poll({CPU: 0.95})
    m.fleet = restore(meter(HOT).fleet, m.events, m.now)
    assert [(device, *k) for device, k, _ in raised_conditions(m.fleet)] == [("sw", "Hot", "cpu=1")]
    m.poll({CPU: 0.95})
    assert m.told() == ["+Hot cpu=1"], "not raised twice"
    m.poll({CPU: 0.1})
    assert m.told() == ["+Hot cpu=1", "-Hot cpu=1"]


def test_a_series_that_vanished_during_a_restart_is_unseen_when_every_check_came_home_without_it() -> None:
    m = meter(HOT).poll({CPU: 0.95})
    m.fleet = restore(meter(HOT).fleet, m.events, m.now)
    for _ in range(5):
        m.poll({}, check="icmp")
    assert m.told() == ["+Hot cpu=1"], "the SNMP check has not been heard yet"
    other = key("device_uptime_seconds")
    m.poll({other: 1}).poll({other: 1}).poll({other: 1})
    assert m.told() == ["+Hot cpu=1", "?Hot cpu=1"]
    m.fleet = restore(meter(HOT).fleet, m.events, m.now)
    m.poll({other: 1}).poll({other: 1}).poll({other: 1}).poll({CPU: 0.1})
    assert m.told() == ["+Hot cpu=1", "?Hot cpu=1", "-Hot cpu=1"], "told once, over a restart too"


def test_a_reload_clears_what_no_rule_is_behind() -> None:
    m = meter(HOT).poll({CPU: 0.95})
    step = reload_fleet(m.fleet, make_inventory(m.device), Rulebook(), m.now)
    assert [event.detail for event in step.transitions if isinstance(event, ConditionCleared)] == [
        "its rule was removed"
    ]
    step = reload_fleet(m.fleet, make_inventory(), Rulebook((HOT,)), m.now)
    assert any(isinstance(event, ConditionCleared) for event in step.transitions)
    assert list(raised_conditions(step.fleet)) == []


def test_another_room_reports_a_condition() -> None:
    book = Rulebook(reports=(ReportRule("Changed", Grade(Severity.ORDINARY), WORDS),))
    m = Meter(switch(), book)
    step = report(m.fleet, m.device.name, "Changed", m.now, holds=True, detail="3 lines")
    assert len(step.transitions) == 1
    again = report(step.fleet, m.device.name, "Changed", m.now, holds=True)
    assert again.transitions == ()
    restored = restore(m.fleet, step.transitions, m.now)
    m.fleet = restored
    for _ in range(5):
        m.poll({CPU: 0.1}).poll({}, check="icmp")
    assert m.told() == [], "no poll can say that it is over"
    restored = m.fleet
    over = report(restored, m.device.name, "Changed", m.now, holds=False)
    assert isinstance(over.transitions[0], ConditionCleared)
    off = report(m.fleet, m.device.name, "Unheard", m.now, holds=True)
    assert off.transitions == ()


def test_people_read_it_in_their_language() -> None:
    m = meter(HOT).poll({CPU: 0.95})
    assert describe(Rulebook((HOT,)), m.raised(), {}, "zh") == "sw 1 95 % 超过 90 %"
    assert describe(Rulebook(), m.raised(), {}, "zh") == m.raised().detail
