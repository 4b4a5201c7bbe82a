"""The shape of one penalty in rules/contracts/*.yaml: which breach, which share, of what."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from opsmon.config.rules.clauses import refuse
from opsmon.config.rules.field import TextField, text_of
from opsmon.contract.money.penalty import Basis, PenaltyRule, PenaltyStep, Range, RefusalRule
from opsmon.model.name import ClauseId
from opsmon.spec import Spec, text_schema, wrong
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

_SHARE = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)(?:\.\.(\d{1,3}(?:\.\d{1,4})?))? ?%", re.ASCII)
_MONEY = re.compile(r"(\d{1,12})(?:\.\.(\d{1,12}))?", re.ASCII)


def parse_share(text: object) -> Range:
    """A share such as `0.1 %` or `1..10 %`. Raises a pydantic error."""
    if isinstance(text, Range):
        return text
    found = _SHARE.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise wrong(
            Sentence("not a share", "不是比例"), Sentence("such as `0.1 %` or `1..10 %`", "例如 `0.1 %` 或 `1..10 %`")
        )
    return _range(found, Decimal(100))


def parse_money(text: object) -> Range:
    """An amount in CNY such as `607000` or `9956..417470`. Raises a pydantic error."""
    if isinstance(text, Range):
        return text
    found = _MONEY.fullmatch(str(text)) if isinstance(text, str | int) else None
    if found is None:
        raise wrong(
            Sentence("not an amount in CNY", "不是人民币金额"),
            Sentence("such as `607000` or `9956..417470`", "例如 `607000` 或 `9956..417470`"),
        )
    return _range(found, Decimal(1))


def _range(found: re.Match[str], unit: Decimal) -> Range:
    least = Decimal(found[1]) / unit
    most = Decimal(found[2]) / unit if found[2] else least
    if least > most:
        raise wrong(Sentence("a range that ends before it begins", "范围的结束小于开始"))
    return Range(least, most)


_SHARE_FORM = r"^[0-9]{1,3}(\.[0-9]{1,4})?(\.\.[0-9]{1,3}(\.[0-9]{1,4})?)? ?%$"
_MONEY_FORM = r"^[0-9]{1,12}(\.\.[0-9]{1,12})?$"
ShareField = Annotated[
    Range,
    BeforeValidator(parse_share),
    text_schema(_SHARE_FORM, Sentence("not a share, such as 0.1 % or 1..10 %", "不是比例"), "0.1 %"),
]
MoneyField = Annotated[
    Range,
    BeforeValidator(parse_money),
    WithJsonSchema(
        {"type": ["integer", "string"], "pattern": _MONEY_FORM, "minimum": 0, "examples": [607000, "9956..417470"]}
    ),
]


class StepSpec(Spec):
    """Of the faults beyond `over`: each one costs, or all together once."""

    over: int = Field(ge=0)
    """The number of faults beyond which it costs."""
    each: ShareField | None = None
    """What each fault beyond costs."""
    once: ShareField | None = None
    """What all of them together cost."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "StepSpec":
        if (self.each is None) == (self.once is None):
            raise wrong(Sentence("give `each` or `once`", "请写 `each` 或 `once`"))
        return self


class RefusedSpec(Spec):
    """More than `after_days` late counts as refused."""

    after_days: int = Field(ge=0)
    """So many days late count as refused."""
    share: ShareField
    """What a refusal costs."""


class PenaltySpec(Spec):
    """One sentence on money. `clauses` (breached or late), `budget` (overspent), or neither: then people judge it.

    `of` is what shares are taken of, the amount of the contract when not given; `of_service` where it depends on the
    service.
    """

    source: str
    """Where the paper says so."""
    what: TextField
    """What costs, in words."""
    clauses: list[str] = Field(default=[])
    """Clauses, budgets or obligations whose breach costs."""
    budget: str | None = None
    """The budget whose excess costs, by `steps`."""
    share: ShareField | None = None
    """The share that one breach costs."""
    per_day: ShareField | None = None
    """The share that each day late costs."""
    refused: RefusedSpec | None = None
    """What counts as refused, and costs more."""
    at_most: ShareField | None = None
    """The share that all of it costs at most."""
    steps: list[StepSpec] = Field(default=[])
    """What the faults beyond a budget cost."""
    of: MoneyField | None = None
    """The amount in CNY that shares are taken of; the contract's unless told."""
    of_service: dict[str, MoneyField] = Field(default={})
    """The amount that shares are taken of, by service."""
    disputed: bool = False
    """Whether it applies under one reading only: then the least is nothing."""
    interpretation: TextField | None = None
    """How the paper was read where it is silent or can be read in two ways."""

    @model_validator(mode="after")
    def _must_cost(self) -> "PenaltySpec":
        if self.budget is not None and (self.clauses or not self.steps):
            raise wrong(
                Sentence("a penalty of a budget has `steps` and no `clauses`", "限额的扣罚用 `steps`，不用 `clauses`")
            )
        if self.budget is None and self.steps:
            raise wrong(Sentence("`steps` belong to a `budget`", "`steps` 属于 `budget`"))
        if self.clauses and self.share is None and self.per_day is None:
            raise wrong(
                Sentence("it costs nothing", "没有扣罚金额"),
                Sentence("give `share` (once a breach) or `per_day`", "请写 `share`（每次违约）或 `per_day`"),
            )
        return self

    def resolve(self, amount: Decimal | None, known: list[str], services: list[str], key: str) -> PenaltyRule:
        """The frozen rule. Raises ConfigError at the dotted `key` for a clause, service or amount that is not there."""
        self._check(known, services, key)
        whole = Range(amount or Decimal(0), amount or Decimal(0))
        if amount is None and self.of is None and not self.of_service and (self.clauses or self.budget):
            refuse(key, "a share of nothing: the contract has no amount", "give `amount_cny:` or `of:`")
        return PenaltyRule(
            source=self.source,
            what=text_of(self.what),
            basis=Basis(self.of or whole, self.of_service),
            clauses=tuple(ClauseId(name) for name in self.clauses),
            budget=ClauseId(self.budget) if self.budget is not None else None,
            share=self.share,
            per_day=self.per_day,
            refused=RefusalRule(self.refused.after_days, self.refused.share) if self.refused is not None else None,
            at_most=self.at_most.most if self.at_most is not None else None,
            steps=tuple(PenaltyStep(one.over, one.each, one.once) for one in self.steps),
            disputed=self.disputed,
            interpretation=text_of(self.interpretation) if self.interpretation is not None else None,
        )

    def _check(self, known: list[str], services: list[str], key: str) -> None:
        named = [(name, f"{key}.clauses.{index}") for index, name in enumerate(self.clauses)]
        named += [(self.budget, f"{key}.budget")] if self.budget is not None else []
        for name, where in named:
            if name not in known:
                refuse(where, f"no such clause: {shown(name)}", meant(name, known) or "it has to stand in this file")
        for name in self.of_service:
            if name not in services:
                hint = meant(name, services) or f"the contract has {', '.join(services)}"
                refuse(f"{key}.of_service.{name}", f"no such service: {shown(name)}", hint)
