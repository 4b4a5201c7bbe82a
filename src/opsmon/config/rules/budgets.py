"""The shape of one budget in rules/contracts/*.yaml: so many faults a month."""

from typing import Literal

from pydantic import Field

from opsmon.config.rules.clauses import Names, Selectors, resolve_selectors
from opsmon.config.rules.field import TextField, text_of
from opsmon.contract.money.budget import Budget, WiderCount
from opsmon.model.name import ClauseId
from opsmon.spec import Spec


class WiderSpec(Spec):
    """The stricter reading of a budget: what it counts (everything, when `applies` is not given), and its name."""

    what: TextField
    """What the wider count is called."""
    applies: Selectors | None = None
    """The incidents that it counts; all unless told."""


class BudgetSpec(Spec):
    """At most `limit` faults a calendar month; `conditions` are the alert names that count, all when not given.

    `applies` are the incidents that count, by scopes or selectors; `strict` those of the stricter reading, which warns.
    `also_per: device` shows the milder reading, the limit of each device for itself, beside the judged one.
    """

    id: str
    """The budget's id, unique in the file."""
    source: str
    """Where the paper says so."""
    what: TextField
    """What is counted, in words."""
    limit: int = Field(ge=0)
    """How many faults a month are allowed."""
    per: Literal["month"] = "month"
    """The span of one count."""
    conditions: list[str] = Field(default=[])
    """Names of the conditions that count; all unless told."""
    applies: Selectors | None = None
    """The incidents that count: scopes or selectors."""
    strict: WiderSpec | None = None
    """The wider count of the stricter reading, by which people are warned."""
    also_per: Literal["device"] | None = None
    """Shows the limit of each device beside the judged one."""
    interpretation: TextField | None = None
    """How the paper was read where it is silent or can be read in two ways."""

    def resolve(self, names: Names, key: str) -> Budget:
        """The frozen budget. Raises ConfigError at the dotted `key`."""
        wider = None
        if self.strict is not None:
            taken = resolve_selectors(self.strict.applies, names, f"{key}.strict")
            wider = WiderCount(text_of(self.strict.what), taken)
        return Budget(
            id=ClauseId(self.id),
            source=self.source,
            what=text_of(self.what),
            limit=self.limit,
            conditions=frozenset(self.conditions),
            per_device=self.also_per is not None,
            interpretation=text_of(self.interpretation) if self.interpretation is not None else None,
            applies=resolve_selectors(self.applies, names, key),
            wider=wider,
        )
