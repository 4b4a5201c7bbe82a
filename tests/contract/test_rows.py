"""Every row of the five contracts is in the rules, under its id."""

from typing import Any

import pytest

from opsmon.config.yaml.node import parse_yaml
from tests.support.contract.rulebook import GOLDEN, book
from tests.support.places import REPOSITORY

ROWS: Any = parse_yaml((GOLDEN / "rows.yaml").read_text(encoding="utf-8")).data


def ids_in(contract: str, *sections: str) -> set[str]:
    data: Any = parse_yaml((REPOSITORY / "rules" / "contracts" / f"{contract}.yaml").read_text(encoding="utf-8")).data
    return {entry["id"] for section in sections for entry in data[section]}


@pytest.mark.parametrize("contract", ROWS)
def test_every_row_that_is_a_limit_runs_as_a_clock(contract: str) -> None:
    assert {clause.id for clause in book(contract).contract.clauses} == set(ROWS[contract]["clocks"])


@pytest.mark.parametrize("contract", ROWS)
def test_every_other_row_is_a_budget_or_an_obligation(contract: str) -> None:
    held = book(contract)
    found = {one.id for one in held.budgets} | {one.id for one in held.obligations}
    assert found == set(ROWS[contract]["others"])


@pytest.mark.parametrize("contract", ROWS)
def test_every_obligation_says_where_it_comes_from_and_what_it_wants_in_both_languages(contract: str) -> None:
    for row in book(contract).obligations:
        assert row.source
        for text in (row.what, row.occasion, row.standing, row.interpretation):
            assert text is None or (text.en and text.zh)


@pytest.mark.parametrize("contract", ROWS)
def test_every_clause_says_where_it_comes_from_and_what_it_wants_in_both_languages(contract: str) -> None:
    for clause in book(contract).contract.clauses:
        assert clause.source
        assert clause.what.en
        assert clause.what.zh
        for variant in clause.variants:
            assert variant.interpretation is None or (variant.interpretation.en and variant.interpretation.zh)
