"""Every word of the programme that people are shown has an English and a Chinese name."""

from enum import StrEnum

import pytest

from opsmon.contract.calendar.calendar import DayKind
from opsmon.contract.calendar.limit import Unit
from opsmon.contract.money.budget import BudgetReading, BudgetState
from opsmon.contract.term import Mode, Target
from opsmon.discovery.links import LinkVerdict
from opsmon.engine.effect import AlertKind, AlertStatus
from opsmon.incident.incident import Phase
from opsmon.model.device import Kind
from opsmon.model.duty import TaskState
from opsmon.model.event import ClockState, DeviceState
from opsmon.model.incident import Ending, FactType, Severity
from opsmon.model.sample import LocalCause, Outcome
from opsmon.probe.registry import KINDS as CHECK_KINDS
from opsmon.text import vocabulary as words

NAMED: tuple[tuple[words.Words, type[StrEnum]], ...] = (
    (words.KINDS, Kind),
    (words.DEVICE_STATES, DeviceState),
    (words.OUTCOMES, Outcome),
    (words.LOCAL_CAUSES, LocalCause),
    (words.SEVERITIES, Severity),
    (words.PHASES, Phase),
    (words.ENDINGS, Ending),
    (words.FACTS, FactType),
    (words.TARGETS, Target),
    (words.CLOCK_STATES, ClockState),
    (words.CLOCK_RESULTS, ClockState),
    (words.CLOCK_MODES, Mode),
    (words.TASK_STATES, TaskState),
    (words.BUDGET_STATES, BudgetState),
    (words.READINGS, BudgetReading),
    (words.DAY_KINDS, DayKind),
    (words.LIMIT_UNITS, Unit),
    (words.ALERTS, AlertKind),
    (words.ALERT_STATUSES, AlertStatus),
    (words.LINKS, LinkVerdict),
)


@pytest.mark.parametrize(("table", "enumeration"), NAMED, ids=lambda one: getattr(one, "__name__", ""))
def test_every_value_has_both_names(table: words.Words, enumeration: type[StrEnum]) -> None:
    assert set(table) == {one.value for one in enumeration}
    assert all(name.en and name.zh and not name.zh.isascii() for name in table.values())


def test_every_check_has_both_names() -> None:
    assert set(words.CHECKS) == set(CHECK_KINDS)
    assert all(name.en and not name.zh.isascii() for name in words.CHECKS.values())


@pytest.mark.parametrize("table", [table for table, _ in NAMED], ids=lambda _: "")
def test_no_two_values_share_a_name(table: words.Words) -> None:
    for language in ("en", "zh"):
        names = [name.in_(language) for name in table.values()]
        assert len(set(names)) == len(names)


def test_a_kind_is_understood_by_each_of_its_names_and_by_no_two() -> None:
    written = [
        word for kind in words.KINDS for word in (kind, words.KINDS[kind].zh, *words.KIND_SYNONYMS.get(kind, ()))
    ]
    assert len(set(written)) == len(written)
    assert words.kind_of_word(" 不间断电源 ") == "ups"
    assert words.kind_of_word("无线AP") == "ap"
    assert words.kind_of_word("锅炉") == "锅炉"


def test_an_unknown_word_is_shown_as_it_is() -> None:
    assert words.named(words.PHASES, "打印机卡纸", "zh") == "打印机卡纸"
    assert words.named(words.PHASES, None, "zh") == ""
