"""The stock contracts, loaded once, and small words for the tests that use them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from opsmon.config.rules.load import load_contracts
from opsmon.config.yaml.problem import Problems
from opsmon.contract.clock.case import Case
from opsmon.contract.contract_rules import ContractRules
from opsmon.model.device import Kind
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import ContractId, IncidentId
from tests.support.places import REPOSITORY

GOLDEN = REPOSITORY / "tests" / "golden" / "contracts"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@cache
def stock_books() -> Mapping[ContractId, ContractRules]:
    problems = Problems()
    books = load_contracts(REPOSITORY, SHANGHAI, problems)
    problems.raise_if_any()
    return books


def book(contract: str) -> ContractRules:
    return stock_books()[ContractId(contract)]


def local(text: str) -> datetime:
    """`2026-11-20 10:00:00` in Beijing, as aware UTC."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def facts(*events: tuple[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(FactType(type_), local(text), note="because") for type_, text in events)


def case(
    contract: str,
    *events: tuple[str, str],
    service: str | None = None,
    kind: str | None = None,
    severity: str = "ordinary",
    labels: Mapping[str, str] | None = None,
) -> Case:
    services = tuple(book(contract).contract.services)
    return Case(
        incident=IncidentId("i1"),
        contract=ContractId(contract),
        service=service or (services[0] if len(services) == 1 else None),
        kind=Kind(kind) if kind else None,
        severity=Severity(severity),
        labels=labels or {},
        facts=facts(*events),
    )
