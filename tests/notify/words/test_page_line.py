"""What people on call read, and that no word of a device calls, links or lays out anything."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.notify.channel import ChannelKind
from opsmon.notify.kind.escape import plain
from opsmon.notify.kind.packing import merge, pack
from opsmon.notify.message import encoded_size
from opsmon.notify.notice import Notice, Urgency, notice_body, read_notice
from opsmon.notify.registry import KINDS
from opsmon.notify.words.page_line import PageVoice, line_of
from opsmon.text.bilingual import Text
from tests.support.notify.people import FAULT, NOW, SHANGHAI, fault, waiting


def link(notice: Notice) -> str:
    return f"https://ops.invalid/i/{notice.incident}"


ZH, EN = PageVoice("zh", SHANGHAI, plain, link), PageVoice("en", SHANGHAI, plain, link)
AT_RISK = replace(FAULT, urgency=Urgency.AT_RISK)


def test_a_line_says_it_all_in_both_languages() -> None:
    assert line_of(AT_RISK, ZH, NOW) == (
        "▲ 将超时 00:02:41｜二龙路主会场 mcu-1 设备未响应（09:41 起，已 24秒）｜E2 到场 ≤ 09:44:05"
        "｜无人接单｜影响 12 台｜#20261128-7 ③ https://ops.invalid/i/20261128-7"
    )
    assert line_of(AT_RISK, EN, NOW) == (
        "▲ AT RISK 00:02:41 | 二龙路主会场 mcu-1 does not answer (since 09:41, for 24s) | E2 on site ≤ 09:44:05 | "
        "nobody has it | 12 devices behind it | #20261128-7 ③ https://ops.invalid/i/20261128-7"
    )


def test_what_is_due_is_no_hand_over_and_far_away_it_is_told_in_days() -> None:
    task = Notice(
        Urgency.HANDOVER,
        True,
        NOW,
        Text("task at risk: C15", "任务将到期：C15"),
        due_at=NOW + timedelta(days=32, hours=8),
    )
    assert line_of(task, EN, NOW).startswith("◷ DUE 32d8h | task at risk: C15")
    assert line_of(task, ZH, NOW).startswith("◷ 到期 32天8小时｜任务将到期：C15")
    assert line_of(replace(task, due_at=NOW + timedelta(hours=47)), EN, NOW).startswith("◷ DUE 47:00:00 |")
    assert line_of(replace(task, due_at=NOW - timedelta(days=3)), EN, NOW).startswith("◷ DUE -3d |")
    assert line_of(replace(task, due_at=None, since=NOW), EN, NOW).startswith("☎ ON CALL |")


def test_what_is_over_says_from_when_until_when_and_calls_nobody() -> None:
    over = replace(FAULT, urgency=Urgency.RESOLVED, firing=False, until=NOW + timedelta(minutes=8), ended="recovered")
    assert line_of(over, ZH, NOW) == (
        "✔ 已恢复｜二龙路主会场 mcu-1 设备未响应（09:41–09:49，已结束）｜#20261128-7 https://ops.invalid/i/20261128-7"
    )
    (merged,) = merge([waiting(7, FAULT), waiting(8, replace(over, sequence=2))])
    assert merged.people == ()
    assert not merged.notice.firing
    assert merged.deliveries == ("20261128-7-1-robot", "20261128-7-2-robot")


def test_the_other_way_and_the_holder_are_told() -> None:
    told = line_of(replace(FAULT, instead_of="vc-robot", why="throttled", holder="甲工", held_since=NOW), ZH, NOW)
    assert "因 vc-robot 受限，改由此发送" in told
    assert "甲工 已于 09:41 接单" in told


def test_the_holder_is_called_as_the_reader_calls_them() -> None:
    held = replace(FAULT, holder="p-1", holder_title=Text("engineer A", "甲工"), held_since=NOW)
    told = read_notice(notice_body(held))
    assert "engineer A has it since 09:41" in line_of(told, EN, NOW)
    assert "甲工 已于 09:41 接单" in line_of(told, ZH, NOW)


def test_why_people_are_called_again_is_told() -> None:
    again = read_notice(notice_body(replace(FAULT, reason="silence_ended")))
    assert "｜静默结束，故障仍在｜" in line_of(again, ZH, NOW)
    assert " | a silence ended, the fault is still there | " in line_of(again, EN, NOW)


def test_what_is_of_no_incident_says_whether_it_is_due() -> None:
    other = Notice(Urgency.HANDOVER, True, NOW, Text("a silence", "静默"))
    assert line_of(replace(other, due_at=NOW + timedelta(minutes=1)), ZH, NOW).startswith("◷ 到期 00:01:00｜")
    assert line_of(other, ZH, NOW).startswith("◷ 提示｜静默｜")
    duty = replace(other, since=NOW, until=NOW + timedelta(hours=1))
    assert line_of(duty, EN, NOW).startswith("☎ ON CALL | a silence (→ 10:41) | ")
    assert line_of(duty, ZH, NOW).startswith("☎ 值班｜静默（→ 10:41）｜")


PLANTED = ["<at id=all></at>", "<@all>", "[x](http://evil.invalid)", "\u202egpj.exe", "a\nb\r\nc", "@all", "*_`#~"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("planted", PLANTED)
def test_planted_words_stay_text(kind: ChannelKind, planted: str) -> None:
    voice = PageVoice("zh", SHANGHAI, KINDS[kind].escape, link)
    line = line_of(
        replace(FAULT, fault=Text(planted, planted), site=planted, holder=planted, instead_of=planted, why=planted),
        voice, NOW,
    )  # fmt: skip
    assert "\n" not in line
    assert "\u202e" not in line
    assert "http://evil" not in line
    if kind in (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.FEISHU):
        assert not set("<>@[]") & set(line)


OUTSIDE = st.text(max_size=10_000)


@pytest.mark.parametrize("kind", KINDS)
@given(words=OUTSIDE, count=st.integers(1, 60), room=st.integers(0, 16_000))
def test_a_text_names_whole_notices_and_keeps_to_its_room(kind: ChannelKind, words: str, count: int, room: int) -> None:
    found = KINDS[kind]
    voice = PageVoice("zh", SHANGHAI, found.escape, link)
    many = [waiting(n, fault(n, fault=Text(words, words), site=words, holder=words)) for n in range(1, count + 1)]
    bytes_allowed = min(found.limits.max_bytes, 4_096 + room)
    packed = pack(
        merge(many), lambda one: line_of(one.notice, voice, NOW), bytes_allowed,
        mentions=" ".join, heading=lambda n: f"共 {n} 条", more=lambda n: f"另有 {n} 条待发",
    )  # fmt: skip
    assert encoded_size(packed.text) <= bytes_allowed
    assert packed.text.encode("utf-8").decode("utf-8") == packed.text
    lines = packed.text.split("\n")
    for delivery in packed.deliveries:
        identity = delivery.rsplit("-", 2)[0]
        assert any(line.endswith(f"https://ops.invalid/i/{identity}") for line in lines)
    assert packed.is_full == (len(packed.deliveries) < count)
    assert packed.is_full == any("待发" in line and "｜" not in line for line in lines)


def test_as_many_are_called_as_have_room_beside_the_first_line() -> None:
    crowd = tuple(f"person-{n}" for n in range(40))
    packed = pack(
        merge([waiting(1, fault(1, people=crowd))]), lambda _one: "#1", 100,
        mentions=" ".join, heading=lambda n: f"共 {n} 条", more=lambda n: f"另有 {n} 条待发",
    )  # fmt: skip
    assert encoded_size(packed.text) <= 100
    assert packed.deliveries == ("20261128-1-1-robot",)
    assert 0 < len(packed.people) < 40


def test_the_most_pressing_goes_first_and_the_latest_state_is_told() -> None:
    rows = [
        waiting(1, fault(1, urgency=Urgency.RESOLVED, firing=False)),
        waiting(2, fault(2, urgency=Urgency.REMINDER)),
        waiting(3, fault(3, urgency=Urgency.EMERGENCY)),
        waiting(4, fault(4, due_at=NOW)),
        waiting(5, fault(5, due_at=NOW + timedelta(hours=1))),
    ]
    assert [one.notice.incident[-1] for one in merge(rows)] == ["3", "4", "5", "2", "1"]


@given(words=st.text())
def test_a_notice_comes_back_from_its_row(words: str) -> None:
    told = replace(FAULT, fault=Text(words, words), until=NOW)
    read = read_notice(notice_body(told))
    clean = words.encode("utf-8", "replace").decode("utf-8")
    assert read == replace(told, fault=Text(clean, clean))


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"urgency": 99}', "null", '{"at": 3}'])
def test_what_is_no_notice_is_told_apart(body: str) -> None:
    with pytest.raises(ValueError, match=r"no notice|Expecting|not a valid|object"):
        read_notice(body)
