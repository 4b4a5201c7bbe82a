"""The story of the demo and the inventory of its cast."""

import pytest

from opsmon.demo.cast import CAMERAS_PER_SWITCH, CCTV_SWITCHES, SITES, address_of, cast, inventory_of
from opsmon.demo.story import DEFAULT_SECONDS, SHORTEST_SECONDS, acts


@pytest.mark.parametrize("seconds", [SHORTEST_SECONDS, 60, 120, DEFAULT_SECONDS, 900])
def test_the_acts_come_in_order_and_before_the_end(seconds: float) -> None:
    times = [act.at_s for act in acts(seconds)]
    assert times == sorted(times)
    assert times[-1] < seconds


def test_the_default_evening_is_long_enough_for_the_risk_and_for_the_recovery() -> None:
    faults, arrival, recovery = (acts(DEFAULT_SECONDS)[index] for index in (1, -2, -1))
    declared_s, half_of_three_minutes_s, hold_down_s, poll_s = 17, 90, 30, 10
    assert arrival.at_s - faults.at_s > declared_s + half_of_three_minutes_s
    assert arrival.at_s - faults.at_s < 180
    assert DEFAULT_SECONDS - recovery.at_s > hold_down_s + poll_s


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
