"""Budgets and penalties in a rule file: each mistake at its place, with what is said about it."""

from pathlib import Path

import pytest

from opsmon.config.rules.load import load_contracts
from opsmon.config.yaml.problem import Problems
from tests.support.contract.rulebook import SHANGHAI

HEAD = """\
contract: hall
title: a hall
amount_cny: 1000
services: {vc: {title: video}}
clauses:
  - {id: H1, source: '1', what: be there, target: on_site, from: reported, limit: 1 h}
"""


def said(root: Path, body: str, head: str = HEAD) -> list[str]:
    folder = root / "rules" / "contracts"
    folder.mkdir(parents=True)
    (folder / "hall.yaml").write_text(head + body, encoding="utf-8")
    problems = Problems()
    load_contracts(root, SHANGHAI, problems)
    return [str(one) for one in problems.errors]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("penalties: [{source: '2', what: late, clauses: [H2], share: 1 %}]",
         "rules/contracts/hall.yaml:7:49: no such clause: `H2` (it has to stand in this file)"),
        ("penalties: [{source: '2', what: late, clauses: [H1], share: 1}]",
         "rules/contracts/hall.yaml:7:61: not a share (such as `0.1 %` or `1..10 %`)"),
        ("penalties: [{source: '2', what: late, clauses: [H1], share: 10..1 %}]",
         "rules/contracts/hall.yaml:7:61: a range that ends before it begins"),
        ("penalties: [{source: '2', what: late, clauses: [H1]}]",
         "rules/contracts/hall.yaml:7:13: it costs nothing (give `share` (once a breach) or `per_day`)"),
        ("penalties: [{source: '2', what: late, clauses: [H1], share: 1 %, of_service: {net: 5}}]",
         "rules/contracts/hall.yaml:7:84: no such service: `net` (the contract has vc)"),
        ("penalties: [{source: '2', what: many, budget: H1, share: 1 %}]",
         "rules/contracts/hall.yaml:7:13: a penalty of a budget has `steps` and no `clauses`"),
        ("penalties: [{source: '2', what: many, budget: H1, steps: [{over: 5}]}]",
         "rules/contracts/hall.yaml:7:59: give `each` or `once`"),
        ("budgets: [{id: H9, source: '3', what: faults, limit: -1}]",
         "rules/contracts/hall.yaml:7:54: must be at least 0"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_at_its_place(tmp_path: Path, body: str, expected: str) -> None:
    assert said(tmp_path, body) == [expected]


def test_a_share_of_a_contract_without_an_amount_wants_a_base(tmp_path: Path) -> None:
    head = HEAD.replace("amount_cny: 1000\n", "")
    (found,) = said(tmp_path, "penalties: [{source: '2', what: late, clauses: [H1], share: 1 %}]", head)
    assert "a share of nothing" in found


def test_a_penalty_that_only_people_judge_needs_neither_clause_nor_amount(tmp_path: Path) -> None:
    head = HEAD.replace("amount_cny: 1000\n", "")
    assert said(tmp_path, "penalties: [{source: '2', what: confidentiality, share: 20 %}]", head) == []
