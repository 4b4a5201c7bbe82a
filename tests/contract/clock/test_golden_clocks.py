"""Golden deadlines of the five contracts, worked out by hand from their clauses, each tried at its very edge."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from opsmon.config.yaml.node import parse_yaml
from opsmon.contract.clock.case import Case
from opsmon.contract.clock.sla_clock import SlaClock, state_at
from opsmon.contract.clock.start import NOT_REPORTED
from opsmon.contract.explain.why import why
from opsmon.contract.term import Mode, Target
from opsmon.model.event import ClockState
from opsmon.model.incident import Fact, FactType
from tests.support.contract.rulebook import GOLDEN, book, case, local

SECOND = timedelta(seconds=1)
CONTRACTS = sorted(path.stem for path in GOLDEN.glob("*.yaml") if path.stem != "rows")
MEETS = {
    Target.ACKNOWLEDGE: FactType.ACKNOWLEDGED,
    Target.REMOTE: FactType.REMOTE_STARTED,
    Target.ON_SITE: FactType.ON_SITE,
    Target.RESOLVE: FactType.RESOLVED,
    Target.REPORT: FactType.REPORT_FILED,
    Target.SPARE: FactType.RESOLVED,  # the one clause with this target wants the fault cleared
    Target.FALLBACK: FactType.FALLBACK_AGREED,
}


def golden(name: str) -> Any:
    return parse_yaml((GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")).data


def cases() -> list[Any]:
    return list(_cases())


def _cases() -> Iterator[Any]:
    for contract in CONTRACTS:
        for entry in golden(contract)["cases"]:
            yield pytest.param(contract, entry, id=f"{contract}: {entry['name']}")


def clock_params(*, judged: bool = False) -> list[Any]:
    return list(_clock_params(judged))


def _clock_params(judged: bool) -> Iterator[Any]:
    for contract in CONTRACTS:
        for entry in golden(contract)["cases"]:
            for clause, wanted in entry["clocks"].items():
                if judged and not wanted["due"]:
                    continue
                yield pytest.param(contract, entry, clause, wanted, id=f"{clause}: {entry['name']}")


def case_of(contract: str, entry: Any) -> Case:
    events = [(type_, at) for event in entry["events"] for type_, at in event.items()]
    return case(
        contract,
        *events,
        service=entry.get("service"),
        kind=entry.get("kind"),
        severity=entry.get("severity", "ordinary"),
        labels=entry.get("labels"),
    )


def clocks(contract: str, one: Case) -> dict[str, SlaClock]:
    return {clock.clause: clock for clock in book(contract).clocks(one)}


def test_every_contract_has_golden_deadlines_for_every_clock() -> None:
    for contract in CONTRACTS:
        tried = {clause for entry in golden(contract)["cases"] for clause in entry["clocks"]}
        assert tried == {clause.id for clause in book(contract).contract.clauses}


@pytest.mark.parametrize(("contract", "entry"), cases())
def test_exactly_the_clocks_that_apply_have_started(contract: str, entry: Any) -> None:
    one = case_of(contract, entry)
    last = max(fact.at for fact in one.facts)
    begun = {clock.clause for clock in book(contract).clocks(one) if state_at(clock, last) is not None}
    assert begun == set(entry["clocks"])
    for clause, words in entry.get("why", {}).items():
        assert words in why(book(contract).contract, book(contract).calendar, clocks(contract, one)[clause]).en


@pytest.mark.parametrize(("contract", "entry", "clause", "wanted"), clock_params())
def test_a_clock_has_the_golden_times(contract: str, entry: Any, clause: str, wanted: Any) -> None:
    clock = clocks(contract, case_of(contract, entry))[clause]
    assert clock.target == wanted["target"]
    assert clock.due_at == (local(wanted["due"]) if wanted["due"] else None)
    mode = Mode(wanted.get("mode", "judged"))
    assert clock.mode is mode
    if "strict" in wanted:
        assert clock.strict_due_at == local(wanted["strict"])
    elif mode is Mode.JUDGED:
        assert clock.strict_due_at is None or clock.strict_due_at < local(wanted["due"])
    if "at_risk" in wanted:
        assert clock.at_risk_at == local(wanted["at_risk"])
    if "provisional" in wanted:
        assert clock.provisional is wanted["provisional"]
    if wanted.get("interpretation"):
        variant = next(one for one in book(contract).contract.clauses if one.id == clause).variants[clock.variant]
        assert variant.interpretation


@pytest.mark.parametrize(("contract", "entry", "clause", "wanted"), clock_params(judged=True))
def test_a_clock_is_right_to_the_second(contract: str, entry: Any, clause: str, wanted: Any) -> None:
    one, due = case_of(contract, entry), local(wanted["due"])
    unmet = clocks(contract, one)[clause]
    if unmet.met_at is None and unmet.cancelled_at is None:
        for moment, open_ in ((due - SECOND, True), (due, True), (due + SECOND, False)):
            state = state_at(unmet, moment)
            assert (state in (ClockState.RUNNING, ClockState.AT_RISK)) is open_
            assert (state is ClockState.BREACHED) is not open_
    for moment, state in ((due - SECOND, ClockState.MET), (due, ClockState.MET), (due + SECOND, ClockState.MET_LATE)):
        # A fault that is resolved with no report at all cancels what runs from a detection.
        answer = Fact(MEETS[unmet.target], moment)
        met = clocks(contract, replace(one, facts=(*one.facts, answer)))[clause]
        if NOT_REPORTED in met.doubts and unmet.target is Target.RESOLVE:
            assert state_at(met, moment + SECOND) is ClockState.CANCELLED
        else:
            assert state_at(met, due + timedelta(days=1)) is state


@pytest.mark.parametrize(("contract", "entry", "clause", "wanted"), clock_params())
def test_a_clock_that_only_warns_is_never_breached(contract: str, entry: Any, clause: str, wanted: Any) -> None:
    clock = clocks(contract, case_of(contract, entry))[clause]
    if clock.mode is not Mode.WARNED:
        assert state_at(clock, clock.end_at + timedelta(days=400)) is not ClockState.AT_RISK
        return
    assert clock.strict_due_at is not None
    assert state_at(clock, clock.strict_due_at + timedelta(days=400)) is ClockState.AT_RISK
