"""The story of the demo and the inventory of its cast."""

from datetime import date

import pytest

from opsmon.demo.cast import CAMERAS_PER_SWITCH, CCTV_SWITCHES, SITES, address_of, cast, inventory_of
from opsmon.demo.root import in_force
from opsmon.demo.story import DEFAULT_SECONDS, LIMIT, MIN_SECONDS, acts


@pytest.mark.parametrize("seconds", [MIN_SECONDS, 60, 120, DEFAULT_SECONDS, 900])
def test_the_acts_come_in_order_and_before_the_end(seconds: float) -> None:
    times = [act.at_s for act in acts(seconds)]
    assert times == sorted(times)
    assert times[-1] < seconds


@pytest.mark.parametrize("seconds", [MIN_SECONDS, 60, 120, DEFAULT_SECONDS, 900])
def test_every_evening_has_a_breach_before_the_arrival_and_time_for_the_recovery(seconds: float) -> None:
    evening = acts(seconds)
    (call,) = [act for act in evening if act.invites]
    (bill,) = [act for act in evening if act.counts_up]
    arrival, recovery = evening[-2:]
    due_s = call.at_s - call.facts[0].ago_s + LIMIT.total_seconds()
    assert call.at_s < due_s < bill.at_s < arrival.at_s < recovery.at_s
    assert call.facts[0].ago_s > 0
    hold_down_s, poll_s = 30, 10
    assert seconds < 90 or seconds - recovery.at_s > hold_down_s + poll_s


def test_in_the_default_evening_there_is_time_to_acknowledge() -> None:
    (call,) = [act for act in acts(DEFAULT_SECONDS) if act.invites]
    assert LIMIT.total_seconds() - call.facts[0].ago_s > 60


def test_every_order_names_somebody_of_the_cast() -> None:
    names = {part.name for part in cast()}
    assert {order.split()[1] for act in acts(DEFAULT_SECONDS) for order in act.orders} <= names


def test_everything_that_goes_wrong_is_put_right() -> None:
    orders = [order for act in acts(DEFAULT_SECONDS) for order in act.orders]
    broken = {order.split()[1] for order in orders if order.split()[0] in ("die", "battery")}
    mended = {order.split()[1] for order in orders if order.split()[0] in ("revive", "mains")}
    assert broken == mended


def test_names_and_addresses_are_unique_and_parents_come_first() -> None:
    parts = cast()
    assert len({part.name for part in parts}) == len(parts)
    assert len({address_of(part, "127.77") for part in parts}) == len(parts)
    seen: set[str] = set()
    for part in parts:
        assert part.behind is None or part.behind in seen
        seen.add(part.name)


def test_forty_cameras_hang_behind_each_access_switch() -> None:
    for number in range(1, CCTV_SWITCHES + 1):
        behind = [part for part in cast() if part.behind == f"access-{number}" and part.kind == "camera"]
        assert len(behind) == CAMERAS_PER_SWITCH


@pytest.mark.parametrize("pings", [True, False])
def test_the_inventory_names_every_device_once(pings: bool) -> None:
    texts = [inventory_of(site, "127.77", pings=pings, period_s=10) for site in SITES]
    named = [line.removeprefix("  - name: ") for text in texts for line in text.splitlines() if "- name:" in line]
    assert sorted(named) == sorted(part.name for part in cast())
    assert all(("icmp" in text) == pings for text in texts)


def test_a_contract_whose_term_is_over_is_played_as_if_it_went_on() -> None:
    text = 'id: a\nterm: {from: "2025-10-24", to: "2027-03-24", note: 17 months}\n'
    assert in_force(text, date(2026, 11, 28)) == text
    assert 'to: "2031-03-24", note' in in_force(text, date(2030, 5, 1))
