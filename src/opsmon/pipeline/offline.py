"""Commands about obligations while no daemon runs on the root: the engine decides them, and they are journaled, the
same as the daemon does it.

Only what such a command needs is folded, the contracts and their duties. Which tasks came to be late meanwhile is for
the next daemon to find out.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo

from opsmon.contract.contract_rules import ContractRules
from opsmon.engine.decide import decide
from opsmon.engine.duty.obligations import duties_of
from opsmon.engine.input import Excuse, MarkDone, MarkUndone
from opsmon.engine.port import Accepted, CommandRefusal
from opsmon.engine.rules import Rules
from opsmon.engine.world import start_world
from opsmon.model.device import Inventory
from opsmon.model.name import ContractId
from opsmon.state.condition.rules import Rulebook
from opsmon.store.store import Store

ObligationCommand = MarkDone | MarkUndone | Excuse


def issue_offline(
    store: Store,
    contracts: Mapping[ContractId, ContractRules],
    zone: tzinfo,
    command: ObligationCommand,
    now: datetime,
) -> Accepted | CommandRefusal:
    """Decides and journals one command; a refusal is journaled too. The caller sees to it that nobody else writes.

    Raises StoreError.
    """
    rules = Rules(Inventory({}, {}), Rulebook(), contracts, zone)
    duties = duties_of(entry.event for entry in store.read())
    step = decide(replace(start_world(rules, now), duties=duties), command, now)
    store.commit(list(step.events), (), now)
    return CommandRefusal(step.refusal) if step.refusal else Accepted(step.events)
