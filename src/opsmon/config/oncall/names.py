"""What the two files name and refer to: people, channels, rotas; a word that leads nowhere is told with the nearest."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AfterValidator

from opsmon.contract.contract_rules import ContractRules
from opsmon.errors import Problem
from opsmon.model.device import Inventory
from opsmon.model.name import ContractId
from opsmon.spec import text_schema, wrong
from opsmon.state.condition.rules import Rulebook
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_FORM = Sentence(
    "up to 60 ASCII letters, digits, `.`, `_` and `-`, a letter or digit first",
    "最多 60 个 ASCII 字母、数字、`.`、`_`、`-`，以字母或数字开头",
)


def _check_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise wrong(Sentence(f"{shown(text)} is no name", f"{shown(text)} 不能作名称"), _FORM)
    return text


NameKey = Annotated[
    str, AfterValidator(_check_name), text_schema(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$", f"not a name: {_FORM}")
]


@dataclass(frozen=True, slots=True)
class OnCallNames:
    """What may be referred to; of `channels` the `machines` are no way to people. `problems` grows: every word that
    leads nowhere, by the dotted key where it stands."""

    people: Collection[str]
    channels: Collection[str]
    rotas: Collection[str]
    contracts: Mapping[ContractId, ContractRules]
    inventory: Inventory
    rulebook: Rulebook
    machines: Collection[str] = ()
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, key: str, message: str, hint: str = "") -> None:
        """Keeps a mistake at a dotted key of the file."""
        self.problems.append(Problem("", 0, 0, message, hint, key=key))

    def check_person(self, name: str, key: str) -> None:
        self._check(name, self.people, key, "person", "people stand in people.yaml")

    def check_channel(self, name: str, key: str) -> None:
        self._check(name, self.channels, key, "channel", "channels stand under `channels:`")
        if name in self.machines:
            hint = "it hears of every alert anyway; people are told by a robot, mail or json"
            self.refuse(key, f"{shown(name)} is an Alertmanager: no person is called by it", hint)

    def check_rota(self, name: str, key: str) -> None:
        self._check(name, self.rotas, key, "rota", "rotas stand under `rotas:`")

    def check_condition(self, name: str, key: str) -> None:
        parts = (self.rulebook.rules, self.rulebook.states, self.rulebook.reports)
        known = [rule.name for part in parts for rule in part]
        self._check(name, known, key, "condition", "rules/conditions.yaml names them")

    def check_site(self, name: str, key: str) -> None:
        self._check(name, self.inventory.sites, key, "site", "the files of inventories/ name them")

    def find_contract(self, name: str, key: str) -> ContractRules | None:
        self._check(name, self.contracts, key, "contract", "contracts are the files of rules/contracts/")
        return self.contracts.get(ContractId(name))

    def _check(self, name: str, known: Collection[str], key: str, what: str, where: str) -> None:
        if name not in known:
            self.refuse(key, f"no such {what}: {shown(name)}", meant(name, known) or where)
