"""The shape of one budget in rules/contracts/*.yaml: so many faults a month."""

from typing import Literal

from pydantic import Field

from opsmon.config.span import TextField, text_of
from opsmon.contract.budget import Budget
from opsmon.model.name import ClauseId
from opsmon.spec import Spec


class BudgetSpec(Spec):
    """At most `limit` faults a calendar month; `conditions` are the alert names that count, all when not given.

    `also_per: device` shows the milder reading, the limit of each device for itself, beside the judged one.
    """

    id: str
    source: str
    what: TextField
    limit: int = Field(ge=0)
    per: Literal["month"] = "month"
    conditions: list[str] = Field(default=[])
    also_per: Literal["device"] | None = None
    interpretation: TextField | None = None

    def resolve(self) -> Budget:
        return Budget(
            id=ClauseId(self.id),
            source=self.source,
            what=text_of(self.what),
            limit=self.limit,
            conditions=frozenset(self.conditions),
            per_device=self.also_per is not None,
            interpretation=text_of(self.interpretation) if self.interpretation is not None else None,
        )
