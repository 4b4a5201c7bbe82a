"""Laws of the pace of a neighbourhood: bursts are smoothed, nobody waits long, and one costs no other."""

from hypothesis import given
from hypothesis import strategies as st

from opsmon.protocol.neighbour_pace import BURST, MAX_WAIT_S, RATE_PER_S, WINDOW_S, NeighbourPace, neighbourhood_of

HOSTS = st.integers(0, 255).map(lambda host: f"192.0.2.{host}")
GAPS = st.floats(0, 0.05) | st.just(0.0)


@given(st.lists(st.tuples(HOSTS, GAPS), min_size=1, max_size=150))
def test_no_more_leave_than_a_burst_and_the_rate(sent: list[tuple[str, float]]) -> None:
    pace, now_s = NeighbourPace(), 1_000.0
    leaves: list[float] = []
    for address, gap_s in sent:
        now_s += gap_s
        wait_s = pace.wait_s(address, now_s)
        assert 0.0 <= wait_s <= MAX_WAIT_S
        leaves.append(now_s + wait_s)
    leaves.sort()
    for first in range(len(leaves)):
        for last in range(first, len(leaves)):
            assert last - first + 1 <= BURST + 1 + (leaves[last] - leaves[first]) * RATE_PER_S + 1e-6


@given(st.integers(300, 600))
def test_nobody_waits_longer_than_the_limit_however_many_come(packets: int) -> None:
    pace = NeighbourPace()
    waits = [pace.wait_s("192.0.2.1", 5.0) for _ in range(packets)]
    assert waits == sorted(waits)
    assert waits[-1] == MAX_WAIT_S
    assert pace.wait_s("192.0.2.1", 5.0 + MAX_WAIT_S + BURST / RATE_PER_S + 1.0) == 0.0


@given(st.lists(HOSTS, min_size=1, max_size=300))
def test_whoever_keeps_to_the_rate_never_waits(addresses: list[str]) -> None:
    pace = NeighbourPace()
    assert {pace.wait_s(address, number / RATE_PER_S) for number, address in enumerate(addresses)} == {0.0}


@given(st.integers(2, 20))
def test_what_is_planned_is_not_held_back_however_much_it_is(times: int) -> None:
    """256 devices that are pinged each second are more than the rate, evenly and for ever."""
    pace, rate = NeighbourPace(), RATE_PER_S * times
    moments = [number / rate for number in range(int(3 * WINDOW_S * rate))]
    waits = [pace.wait_s("192.0.2.1", now_s) for now_s in moments]
    assert max(waits) <= MAX_WAIT_S
    assert {wait_s for wait_s, now_s in zip(waits, moments, strict=True) if now_s > WINDOW_S + 0.1} == {0.0}


def test_a_burst_to_one_neighbourhood_costs_no_other() -> None:
    pace = NeighbourPace()
    for _ in range(200):
        pace.wait_s("192.0.2.7", 1.0)
    assert pace.wait_s("192.0.2.250", 1.0) > 1.0
    assert pace.wait_s("192.0.3.7", 1.0) == 0.0
    assert pace.wait_s("2001:db8::7", 1.0) == 0.0


def test_a_neighbourhood_is_256_addresses() -> None:
    assert neighbourhood_of("192.0.2.1") == neighbourhood_of("192.0.2.255") != neighbourhood_of("192.0.3.1")
    assert neighbourhood_of("2001:db8::1") == neighbourhood_of("2001:db8::ff") != neighbourhood_of("2001:db8::100")
    assert neighbourhood_of("fe80::1%eth0") == neighbourhood_of("fe80::2%eth0")


def test_what_is_long_past_is_forgotten() -> None:
    pace = NeighbourPace()
    for number in range(5_000):
        assert pace.wait_s(f"10.{number // 250}.{number % 250}.1", float(number)) == 0.0
    assert len(pace) < 5_000
