"""Sums of the five contracts, reckoned by hand from the papers: what each breach costs at the least and at the most.

Of E (4,075,000 CNY) 0.1 % is 4,075, 0.5 % 20,375, 1 % 40,750, 3 % 122,250, 5 % 203,750, 10 % 407,500, 15 % 611,250; of
A (938,000 CNY) 0.1 % is 938 and 20 % 187,600; of C's parts 1 % is 3,072 for the office and 4,174.70 for the cameras.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from opsmon.contract.clock.replay import replay_case
from opsmon.contract.money.penalty import Delay, estimate_delays
from opsmon.contract.money.statement import IncidentClocks, MonthlyStatement, account_of
from opsmon.model.device import Kind
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId, IncidentId
from tests.support.contract.rulebook import book, case, local

E, A, B, C, D = "xicheng-vc-2025", "xicheng-stats-2023", "bj-hrss-2021", "baizhifang-2026", "stations-it"
LATER = "2027-03-01 00:00:00"
Steps = tuple[tuple[str, str], ...]


def account(contract: str, steps: Steps, words: dict[str, object]) -> MonthlyStatement:
    replayed = replay_case(book(contract), case(contract, *steps, **words), local(LATER))  # type: ignore[arg-type]
    return account_of(book(contract), [IncidentClocks(replayed.case, replayed.clocks, "mcu-1")], local(LATER))


BUREAU = {"labels": {"venue": "bureau"}, "kind": "mcu"}
HALL = {"labels": {"venue": "main-hall"}, "kind": "mcu"}
EMERGENCY = {"severity": "emergency", **BUREAU}
OFFICE = {"service": "office", "kind": "printer"}
CAMERA = {"service": "cctv", "kind": "camera"}
N20, N21, N22 = "2026-11-20", "2026-11-21", "2026-11-22"

AMOUNTS = [
    # E1, due 3 minutes after the call: the day of the limit is left out, a first 24-hour day has begun
    (E, (("reported", f"{N20} 10:00:00"), ("acknowledged", f"{N20} 10:03:00")), BUREAU, "E1", None),
    (E, (("reported", f"{N20} 10:00:00"), ("acknowledged", f"{N20} 10:03:01")), BUREAU, "E1", (0, 20375)),
    (E, (("reported", f"{N20} 10:00:00"), ("acknowledged", f"{N21} 10:03:00")), BUREAU, "E1", (150, 20375)),
    (E, (("reported", f"{N20} 10:00:00"), ("acknowledged", f"{N21} 10:03:01")), BUREAU, "E1", (150, 40750)),
    # E2, due 10:03: the next morning is one date late and less than 24 hours
    (E, (("reported", f"{N20} 10:00:00"), ("on_site", f"{N20} 10:30:00")), HALL, "E2", (0, 20375)),
    (E, (("reported", f"{N20} 10:00:00"), ("on_site", f"{N21} 09:00:00")), HALL, "E2", (150, 20375)),
    # E8, due 12:00: 25 hours later is one date and two 24-hour days
    (E, (("reported", f"{N20} 10:00:00"), ("on_site", f"{N21} 13:00:00")), EMERGENCY, "E8", (150, 40750)),
    # E8 31 days later: 0.5 % a day stops at 15 %, of the smallest item and of the whole
    (E, (("reported", f"{N20} 10:00:00"), ("on_site", "2026-12-21 13:00:00")), EMERGENCY, "E8", (4500, 611250)),
    # E6 on a holiday, due 10:30
    (E, (("reported", "2026-10-02 10:00:00"), ("on_site", "2026-10-02 10:30:01")), BUREAU, "E6", (0, 20375)),
    # E4 and E5 count from the same moment: an hour and two
    (E, (("reported", f"{N20} 10:00:00"), ("remote_failed", f"{N20} 10:05:00"), ("on_site", f"{N20} 11:05:01"),
         ("resolved", f"{N20} 12:05:00")), BUREAU, "E4", (0, 20375)),
    (E, (("reported", f"{N20} 10:00:00"), ("remote_failed", f"{N20} 10:05:00"), ("on_site", f"{N20} 11:05:00"),
         ("resolved", f"{N20} 12:05:01")), BUREAU, "E5", (40750, 407500)),
    # E9 before National Day is due on Thursday 8 October, after the make-up Saturday 10 October on Monday the 12th
    (E, (("reported", "2026-09-30 09:00:00"), ("resolved", "2026-09-30 09:05:00"),
         ("report_filed", "2026-10-08 18:00:00")), BUREAU, "E9", None),
    (E, (("reported", "2026-09-30 09:00:00"), ("resolved", "2026-09-30 09:05:00"),
         ("report_filed", "2026-10-09 10:00:00")), BUREAU, "E9", (4075, 4075)),
    (E, (("reported", "2026-10-10 09:00:00"), ("resolved", "2026-10-10 09:05:00"),
         ("report_filed", "2026-10-14 09:00:00")), BUREAU, "E9", (8150, 8150)),
    # The penalty days of E9 do not roll: a report due on Wednesday 30 September filed on Thursday 8 October is 8 late
    (E, (("reported", "2026-09-29 09:00:00"), ("resolved", "2026-09-29 09:05:00"),
         ("report_filed", "2026-10-08 09:00:00")), BUREAU, "E9", (32600, 32600)),
    # A1 in 5 minutes, A3 in a workday to 24:00 (Thursday to Friday), over 30 days late 20 %; all under one reading
    (A, (("detected", "2023-06-01 10:00:00"), ("remote_started", "2023-06-01 10:05:01")), {"severity": "emergency"},
     "A1", (0, 938)),
    (A, (("detected", "2023-06-01 10:00:00"), ("resolved", "2023-06-03 00:00:00")), {"severity": "emergency"},
     "A3", None),
    (A, (("detected", "2023-06-01 10:00:00"), ("resolved", "2023-06-03 09:00:00")), {"severity": "emergency"},
     "A3", (0, 938)),
    (A, (("detected", "2023-06-01 10:00:00"), ("resolved", "2023-07-02 10:00:00")), {"severity": "emergency"},
     "A3", (0, 28140)),  # 30 days late by both counts
    (A, (("detected", "2023-06-01 10:00:00"), ("resolved", "2023-07-03 09:00:00")), {"severity": "emergency"},
     "A3", (0, 187600)),
    (A, (("detected", "2023-06-01 10:00:00"), ("resolved", "2023-07-01 10:00:00")), {"severity": "emergency"},
     "A3", (0, 29 * 938)),
    # A4: the spare in place alone does not meet it; two workdays after Thursday end on Monday 5 June
    (A, (("detected", "2023-06-01 10:00:00"), ("spare_needed", "2023-06-01 11:00:00"),
         ("spare_installed", "2023-06-02 10:00:00"), ("resolved", "2023-06-06 09:00:00")), {"severity": "emergency"},
     "A4", (0, 938)),
    # B has no sum for a single late fault
    (B, (("reported", "2021-11-01 10:00:00"), ("resolved", "2021-11-10 10:00:00")), {"service": "net"}, "B2", None),
    # C2 on a Friday, due at noon; from 16:30 half an hour is left, the rest runs on Monday from 09:00
    (C, (("reported", f"{N20} 10:00:00"), ("resolved", f"{N20} 12:00:00")), OFFICE, "C2", None),
    (C, (("reported", f"{N20} 10:00:00"), ("resolved", f"{N20} 12:00:01")), OFFICE, "C2", (0, 3072)),
    (C, (("reported", f"{N20} 16:30:00"), ("resolved", "2026-11-23 10:30:00")), OFFICE, "C2", None),
    (C, (("reported", f"{N20} 16:30:00"), ("resolved", "2026-11-23 10:30:01")), OFFICE, "C2", (0, 3072)),
    # C5: two hours around the clock; two days and an hour later a third 24-hour day has begun
    (C, (("reported", f"{N20} 10:00:00"), ("acknowledged", f"{N20} 12:00:01")), CAMERA, "C5", (0, "4174.70")),
    (C, (("reported", f"{N20} 10:00:00"), ("acknowledged", f"{N22} 13:00:00")), CAMERA, "C5", (0, "12524.10")),
    # C6: outside force, half an hour
    (C, (("reported", f"{N20} 10:00:00"), ("on_site", f"{N20} 10:31:00")),
     {**CAMERA, "labels": {"cause": "external"}}, "C6", (0, "4174.70")),
    # A fault of a carrier is force majeure: C2 and C3 do not judge it
    (C, (("reported", f"{N20} 10:00:00"), ("resolved", f"{N20} 15:00:00")),
     {"service": "office", "kind": "switch", "labels": {"cause": "carrier"}}, "C3", None),
    (D, (("detected", f"{N20} 10:00:00"),), {"severity": "emergency"}, "D2", None),
]  # fmt: skip


@pytest.mark.parametrize(("contract", "steps", "words", "clause", "expected"), AMOUNTS)
def test_what_a_breach_costs(
    contract: str, steps: Steps, words: dict[str, object], clause: str, expected: tuple[int | str, int | str] | None
) -> None:
    found = [(one.cny.least, one.cny.most) for one in account(contract, steps, words).estimates if one.clause == clause]
    assert found == ([] if expected is None else [(Decimal(expected[0]), Decimal(expected[1]))])


TASKS = [
    # E12 of Friday 6 November, 24:00: once 0.1 %, from the third day on it counts as refused
    (E, "E12", "2026-11-07 00:00:00", "2026-11-07 10:00:00", (4075, 4075)),
    (E, "E12", "2026-11-07 00:00:00", "2026-11-08 23:59:00", (4075, 4075)),
    (E, "E12", "2026-11-07 00:00:00", "2026-11-09 10:00:00", (20375, 20375)),
    # E16 and E15: 2 to 5 %, under one reading (only where it was the backup that was missed)
    (E, "E16", "2026-11-01 00:00:00", "2026-11-02 10:00:00", (0, 203750)),
    (E, "E15", "2026-10-01 00:00:00", "2026-10-09 10:00:00", (0, 203750)),
    # E32 of Wednesday 29 October 2025, 18:00
    (E, "E32", "2025-10-29 18:00:00", "2025-10-31 10:00:00", (8150, 8150)),
    (E, "E32", "2025-10-29 18:00:00", "2025-10-31 18:00:01", (8150, 12225)),
    # E27, E28 and E29, where somebody has dated them
    (E, "E27", "2026-11-07 00:00:00", "2026-11-10 10:00:00", (16300, 16300)),
    (E, "E28", "2026-11-07 00:00:00", "2026-11-08 10:00:00", (4075, 4075)),
    (E, "E28", "2026-11-07 00:00:00", "2026-11-09 10:00:00", (20375, 20375)),
    (E, "E29", "2026-11-07 00:00:00", "2026-11-08 10:00:00", (40750, 203750)),
    # No sentence prices these
    (E, "E11", "2026-11-06 18:00:00", "2026-11-20 10:00:00", None),
    (E, "E13", "2026-11-07 00:00:00", "2026-11-08 10:00:00", None),
    (B, "B14", "2021-12-06 10:00:00", "2021-12-20 10:00:00", None),
    (C, "C15", "2026-11-07 00:00:00", "2026-11-20 10:00:00", None),
]


@pytest.mark.parametrize(("contract", "row", "due", "done", "expected"), TASKS)
def test_what_a_late_task_costs(contract: str, row: str, due: str, done: str, expected: tuple[int, int] | None) -> None:
    held = book(contract)
    late = Delay(ClauseId(row), "task", local(due), local(done))
    found = [
        (one.cny.least, one.cny.most) for one in estimate_delays(held.penalties, [late], local(LATER), held.calendar)
    ]
    assert found == ([] if expected is None else [(Decimal(expected[0]), Decimal(expected[1]))])


def faults(*kinds: Kind, month: int = 11) -> list[IncidentClocks]:
    """A short fault of each kind on the first days of the month, with nothing late."""
    found = []
    for number, kind in enumerate(kinds):
        begun = local(f"2026-{month:02}-01 09:00:00") + timedelta(hours=number)
        facts = (Fact(FactType.DETECTED, begun), Fact(FactType.RESOLVED, begun + timedelta(minutes=2)),
                 Fact(FactType.REPORT_FILED, begun + timedelta(minutes=3)))  # fmt: skip
        told = replace(
            case(E, kind=kind.value, labels={"venue": "bureau"}), incident=IncidentId(f"i{number}"), facts=facts
        )
        found.append(IncidentClocks(told, replay_case(book(E), told, local(LATER)).clocks, f"d{number}"))
    return found


@pytest.mark.parametrize(
    ("kinds", "used", "wider", "cny"),
    [
        ([Kind.SERVER] * 5, 5, None, None),
        ([Kind.SERVER] * 3 + [Kind.MCU] * 2 + [Kind.STORAGE], 6, None, 4075),
        ([Kind.SERVER] * 5 + [Kind.SWITCH] * 9, 5, 14, None),  # every kind is over 5: it warns and costs nothing
        ([Kind.MCU] * 7 + [Kind.CAMERA] * 4, 7, 11, 2 * 4075),
        ([Kind.VC_TERMINAL] * 8, 0, 8, None),
    ],
)
def test_faults_of_servers_and_platforms_are_counted_and_priced(
    kinds: list[Kind], used: int, wider: int | None, cny: int | None
) -> None:
    found = account_of(book(E), faults(*kinds), local("2026-12-01 00:00:00"), date(2026, 11, 1))
    assert [use.used for use in found.uses if use.is_judged] == [used]
    assert [use.used for use in found.uses if use.reading == "strict"] == ([] if wider is None else [wider])
    assert [one.cny.most for one in found.estimates if one.clause == "E10"] == ([] if cny is None else [Decimal(cny)])
