"""A whole root, loaded: every file read, every mistake of every file found, one frozen answer.

`load_root` does all the work that can fail and changes nothing that exists, so a reload is: load, then swap. A root
without a `probes/` or a `rules/` of its own takes the stock one.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from opsmon.backup.recipe import RecipeBook
from opsmon.config.conditions import load_conditions
from opsmon.config.document import check_spec, read_document
from opsmon.config.inventory import load_inventory
from opsmon.config.loading import Loading
from opsmon.config.problem import Problems
from opsmon.config.profiles import read_profiles
from opsmon.config.recipes import resolve_recipes
from opsmon.config.reference import Known
from opsmon.config.rules import load_contracts
from opsmon.config.settings import Settings, SettingsSpec
from opsmon.config.stock import root_of
from opsmon.contract.book import ContractBook
from opsmon.errors import ConfigError, InvariantError, Problem
from opsmon.model.device import Inventory
from opsmon.model.name import ContractId
from opsmon.probe.profile.choose import ProfileSet
from opsmon.state.rulebook import Rulebook

SETTINGS_FILE = "opsmon.yaml"


@dataclass(frozen=True, slots=True)
class Root:
    """Everything that people edit, as the rooms want it. `warnings` are worth a line in the log."""

    path: Path
    settings: Settings
    inventory: Inventory
    conditions: Rulebook
    profiles: ProfileSet
    contracts: Mapping[ContractId, ContractBook]
    warnings: tuple[Problem, ...]
    recipes: RecipeBook = field(default_factory=RecipeBook)


@dataclass(frozen=True, slots=True)
class Rules:
    """The part of a root that the contract commands need."""

    settings: Settings
    contracts: Mapping[ContractId, ContractBook]
    warnings: tuple[Problem, ...]


def load_root(path: Path, *, environ: Mapping[str, str] = os.environ, require_secrets: bool = False) -> Root:
    """Load a root. Raises ConfigError with every problem of every file.

    With `require_secrets` a reference to a secret that is not there is an error; without, a warning, and the secret
    raises ConfigError when it is wanted.
    """
    root = _existing(path)
    loading = Loading(root, environ, require_secrets, Problems())
    settings = _load_settings(loading)
    rules = root_of("rules", root)
    contracts = load_contracts(rules, settings.timezone, loading.problems)
    known_contracts = None if loading.problems.errors else contracts
    conditions = load_conditions(rules, loading.problems)
    profiles = read_profiles(root_of("probes", root) / "probes", root, loading.problems)
    recipes = resolve_recipes(profiles, loading.problems) if profiles else RecipeBook()
    inventory = load_inventory(loading, _known(known_contracts, profiles))
    loading.problems.raise_if_any()
    if profiles is None:
        raise InvariantError("profiles are neither sound nor wrong")
    warnings = tuple(sorted(loading.problems.warnings))
    return Root(root, settings, inventory, conditions, profiles, contracts, warnings, recipes)


def _known(contracts: Mapping[ContractId, ContractBook] | None, profiles: ProfileSet | None) -> Known:
    if profiles is None:
        return Known(contracts, None)
    usual = {name: profile.checks for name, profile in profiles.profiles.items() if profile.checks}
    return Known(contracts, frozenset(profiles.profiles), usual)


def load_settings(path: Path, *, environ: Mapping[str, str] = os.environ) -> Settings:
    """Only `opsmon.yaml` of a root, for commands that ask the daemon: they work whatever the other files look like."""
    loading = Loading(_existing(path), environ, False, Problems())
    settings = _load_settings(loading)
    loading.problems.raise_if_any()
    return settings


def load_rules(path: Path, *, environ: Mapping[str, str] = os.environ) -> Rules:
    """Only the settings and the contracts of a root, for commands that ask about a contract and no device."""
    loading = Loading(_existing(path), environ, False, Problems())
    settings = _load_settings(loading)
    contracts = load_contracts(root_of("rules", loading.root), settings.timezone, loading.problems)
    loading.problems.raise_if_any()
    return Rules(settings, contracts, tuple(sorted(loading.problems.warnings)))


def _existing(path: Path) -> Path:
    root = path.resolve()
    if not root.is_dir():
        raise ConfigError((Problem(str(path), 0, 0, "no such directory", "`opsmon init DIR` writes a new root"),))
    return root


def _load_settings(loading: Loading) -> Settings:
    file = loading.root / SETTINGS_FILE
    document = read_document(file, loading.root, loading.problems) if file.exists() else None
    if document is None:
        return SettingsSpec().resolve(loading.root)
    spec = check_spec(document, SettingsSpec, loading.problems, context=loading.context(document))
    return (spec or SettingsSpec()).resolve(loading.root)
