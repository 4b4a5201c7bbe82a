"""Reads the settings and the contracts of a root, for commands that ask about a contract and no device."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from opsmon.config.loading import Loading
from opsmon.config.rules.load import load_contracts
from opsmon.config.settings import Settings
from opsmon.config.settings_file import NO_ROOT, existing_directory, existing_root, is_root, read_settings
from opsmon.config.stock import root_of
from opsmon.config.yaml.problem import Problems
from opsmon.contract.contract_rules import ContractRules
from opsmon.errors import Problem
from opsmon.model.name import ContractId
from opsmon.text.bilingual import Sentence


@dataclass(frozen=True, slots=True)
class RootContracts:
    """The part of a root that the contract commands need; `doubts` are the warnings about each contract."""

    settings: Settings
    contracts: Mapping[ContractId, ContractRules]
    warnings: tuple[Problem, ...]
    doubts: Mapping[str, Sequence[Problem]]

    @property
    def told_first(self) -> tuple[Problem, ...]:
        """What is to be said of whatever is asked: whose contracts these are."""
        return tuple(problem for problem in self.warnings if problem.message.startswith(NO_ROOT))


def load_rules(path: Path, *, environ: Mapping[str, str] = os.environ, needs_root: bool = False) -> RootContracts:
    """The settings and the contracts. Raises ConfigError with every problem of their files.

    A directory that is no root has the stock contracts, to be read; `needs_root` is for what asks or tells what was
    done under them.
    """
    loading = Loading((existing_root if needs_root else existing_directory)(path), environ, False, Problems())
    if not is_root(loading.root):
        told = Problem(
            str(path),
            0,
            0,
            Sentence(f"{NO_ROOT}: the stock contracts are shown", f"{NO_ROOT.zh}：显示随附的合同"),
            warning=True,
        )
        loading.problems.add(told)
    settings = read_settings(loading)
    contracts = load_contracts(root_of("rules", loading.root), settings.timezone, loading.problems)
    loading.problems.raise_if_any()
    return RootContracts(settings, contracts, tuple(sorted(loading.problems.warnings)), loading.problems.doubts)
