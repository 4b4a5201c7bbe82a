"""How the contract commands show clocks: times in the zone of the contract, JSON as docs and tools expect it."""

from datetime import datetime, timedelta

from opsmon.config.rules.contract_files import RootContracts
from opsmon.config.rules.load import find_book
from opsmon.contract.clock.case import DisbelievedFact
from opsmon.contract.clock.replay import Replayed
from opsmon.contract.clock.sla_clock import SlaClock, overrun_at, state_at
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.explain.why import why
from opsmon.errors import Problem
from opsmon.text.time import iso_time, weekday_time


def book_of(contract: str, rules: RootContracts) -> ContractRules:
    """The contract that a command names. Raises ConfigError (exit code 2)."""
    return find_book(contract, rules.contracts, lambda message, hint: Problem("rules/contracts", 0, 0, message, hint))


def iso(moment: datetime | None, book: ContractRules) -> str | None:
    """ISO 8601 with the offset of the contract's zone."""
    return iso_time(moment, book.calendar.zone)


def short(moment: datetime | None, book: ContractRules, language: str) -> str:
    """A time for a table, with its weekday."""
    return weekday_time(moment, book.calendar.zone, language)


def interpretation_of(clock: SlaClock, book: ContractRules, language: str = "en") -> str | None:
    """The reading that the clock rests on, where one was chosen."""
    clause = next(one for one in book.contract.clauses if one.id == clock.clause)
    text = clause.variants[clock.variant].interpretation
    return None if text is None else text.in_(language)


def deadline_json(clock: SlaClock, book: ContractRules) -> dict[str, object]:
    """One clock of `deadlines --json`."""
    reckoning = why(book.contract, book.calendar, clock)
    return {
        "clause": clock.clause,
        "target": clock.target.value,
        "starts_at": iso(clock.starts_at, book),
        "due_at": iso(clock.due_at, book),
        "strict_due_at": iso(clock.strict_due_at, book),
        "at_risk_at": iso(clock.at_risk_at, book),
        "provisional": clock.provisional,
        "interpretation": interpretation_of(clock, book),
        "why": reckoning.en,
        "why_zh": reckoning.in_("zh"),
        "mode": clock.mode.value,
    }


def replayed_json(replayed: Replayed, book: ContractRules, until: datetime) -> dict[str, object]:
    """One incident of `replay --json`."""
    return {
        "id": replayed.case.incident,
        "clocks": [_state_json(clock, book, until) for clock in replayed.clocks],
        "refused": [refusal_json(one, book) for one in replayed.refusals],
    }


def _state_json(clock: SlaClock, book: ContractRules, until: datetime) -> dict[str, object]:
    state = state_at(clock, until)
    return {
        "clause": clock.clause,
        "target": clock.target.value,
        "state": state.value if state is not None else None,
        "starts_at": iso(clock.starts_at, book),
        "at_risk_at": iso(clock.at_risk_at, book),
        "due_at": iso(clock.due_at, book),
        "strict_due_at": iso(clock.strict_due_at, book),
        "met_at": iso(clock.met_at, book),
        "overrun_s": seconds(overrun_at(clock, until)),
        "provisional": clock.provisional,
        "mode": clock.mode.value,
    }


def refusal_json(refusal: DisbelievedFact, book: ContractRules) -> dict[str, object]:
    """A fact that was not believed."""
    at = refusal.fact.at
    return {
        "type": refusal.fact.type.value,
        "at": iso(at, book) if at.tzinfo else at.isoformat(),
        "reason": refusal.reason,
    }


def seconds(length: timedelta) -> int | float:
    """Whole seconds as a whole number."""
    total = length.total_seconds()
    return int(total) if total.is_integer() else total
