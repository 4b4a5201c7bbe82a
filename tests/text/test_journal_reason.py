"""Reasons of device states: what is written in the journal is read again in Chinese."""

import re

import pytest

from opsmon.text.bilingual import Text
from opsmon.text.citation import cited
from opsmon.text.journal_reason import PATTERNS, counts_written, reason_words, written


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: one.en)
def test_every_reason_that_is_written_is_read_in_chinese(pattern: Text) -> None:
    values = ["core-1"] * pattern.en.count("{}")
    reason = written(pattern, *values)
    assert reason_words(reason, "zh") == pattern.zh.format(*values)
    assert reason_words(reason, "en") == reason
    assert pattern.zh.count("{}") == pattern.en.count("{}")


def test_counts_are_read_by_the_names_of_checks_and_outcomes() -> None:
    reason = counts_written([("icmp", "timeout", 4), ("web", "auth", 2)], "")
    assert reason == "icmp timeout ×4, web auth ×2"
    assert reason_words(reason, "zh") == "Ping 检测 超时无应答 ×4，web 认证失败 ×2"


def test_what_the_device_said_stays_as_it_is() -> None:
    reason = counts_written([("ssh", "refused", 1)], "Connection refused: go away")
    assert reason_words(reason, "zh") == "SSH 登录 被拒绝 ×1：Connection refused: go away"
    assert reason_words("something of an older version", "zh") == "something of an older version"


def test_several_reasons_are_read_one_by_one() -> None:
    reason = (
        f"{counts_written([('icmp', 'timeout', 4)], '')}; first seen at 2026-11-20T10:00:00+08:00, under maintenance"
    )
    told = reason_words(reason, "zh")
    assert told == "Ping 检测 超时无应答 ×4；首次发现于 2026-11-20T10:00:00+08:00（维护期间）"


def test_the_place_of_a_clause_is_cited_in_chinese() -> None:
    assert cited("annex 4 no. 9; art. 1 3.1(2)", "zh") == "附件 4 序号 9; 条款 1 3.1(2)"
    assert cited("annex 2, 3 part two", "zh") == "附件 2, 3 第二部分"
    assert cited("annex 2, 3 part two", "en") == "annex 2, 3 part two"
    assert not re.search("[a-z]", cited("penalty clauses; annex 6, 4(1)", "zh"))
