"""The words of a diagnosis, and one of a name that does not resolve."""

import pytest

from opsmon.clock import WallClock
from opsmon.probe.diagnosis import Diagnosis, Diagnostician, Hop, render
from opsmon.protocol.resolver import Resolver

PATH = (Hop(1, "10.0.0.1", 0.41), Hop(2), Hop(3, "10.0.9.1", 2.25))


def test_a_path_that_ends_before_the_device_says_where_to_look() -> None:
    assert render(Diagnosis("192.0.2.11", PATH, sent=10), "en") == (
        "Diagnosis of 192.0.2.11\n"
        "Pings: 10 sent, 0 answered\n"
        "Path:\n"
        "   1  10.0.0.1  0.4 ms\n"
        "   2  no answer\n"
        "   3  10.0.9.1  2.2 ms\n"
        "The last answer on the path comes from 10.0.9.1, hop 3: look there, or right behind it."
    )


def test_chinese_staff_read_it_in_chinese() -> None:
    text = render(Diagnosis("192.0.2.11", PATH, sent=10, rtts_ms=(1.0, 2.0, 6.0)), "zh")
    assert "Ping：发送 10 个，应答 3 个，往返时延 1.0 / 3.0 / 6.0 毫秒（最小 / 平均 / 最大）" in text
    assert text.endswith("路径上最后的应答来自第 3 跳 10.0.9.1：请从该设备或其下一跳查起。")


@pytest.mark.parametrize(
    ("hops", "conclusion"),
    [
        ((Hop(1, "192.0.2.11", 1.0),), "The path reaches the device."),
        ((Hop(1), Hop(2), Hop(3)), "look at our own network first"),
    ],
)
def test_the_conclusion_follows_from_the_path(hops: tuple[Hop, ...], conclusion: str) -> None:
    assert conclusion in render(Diagnosis("192.0.2.11", hops, sent=10), "en")


def test_what_could_not_be_done_is_said() -> None:
    text = render(Diagnosis("192.0.2.11", path_fault="needs root", burst_fault="not permitted"), "en")
    assert text.splitlines()[1:] == ["Pings: not possible (not permitted)", "Path: not traced (needs root)"]


async def test_a_name_that_does_not_resolve_gives_a_text_too() -> None:
    diagnostician = Diagnostician(Resolver(WallClock()))
    try:
        text = await diagnostician.diagnose("no-such-host.invalid", "en")
    finally:
        diagnostician.close()
    assert text.count("the name no-such-host.invalid") == 2
