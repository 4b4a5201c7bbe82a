"""A whole root, loaded: every file read, every mistake of every file found, one frozen answer.

`load_root` does all the work that can fail and changes nothing that exists, so a reload is: load, then swap. A root
without a `probes/` or a `rules/` of its own takes the stock one.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from opsmon.backup.recipe import RecipeBook
from opsmon.config.backup_recipes import resolve_recipes
from opsmon.config.inventory.load import load_inventory
from opsmon.config.inventory.reference import Known
from opsmon.config.loading import Loading
from opsmon.config.oncall.load import Around, OnCall, load_on_call
from opsmon.config.profiles import read_profiles
from opsmon.config.rules.conditions import load_conditions
from opsmon.config.rules.load import load_contracts
from opsmon.config.secret import FileSecrets, identities_of
from opsmon.config.settings import Settings
from opsmon.config.settings_file import existing_root, read_settings
from opsmon.config.stock import root_of
from opsmon.config.stray import tell_stray_files
from opsmon.config.yaml.document import Document
from opsmon.config.yaml.problem import Problems
from opsmon.contract.contract_rules import ContractRules
from opsmon.errors import InvariantError, Problem
from opsmon.model.device import Inventory
from opsmon.model.name import ContractId
from opsmon.probe.profile.choose import ProfileSet
from opsmon.state.condition.rules import Rulebook


@dataclass(frozen=True, slots=True)
class Root:
    """Everything that people edit, as the rooms want it. `warnings` are worth a line in the log."""

    path: Path
    settings: Settings
    inventory: Inventory
    conditions: Rulebook
    profiles: ProfileSet
    contracts: Mapping[ContractId, ContractRules]
    warnings: tuple[Problem, ...]
    recipes: RecipeBook = field(default_factory=RecipeBook)
    oncall: OnCall = field(default_factory=OnCall)


def load_root(
    path: Path,
    *,
    environ: Mapping[str, str] = os.environ,
    require_secrets: bool = False,
    drafts: Mapping[Path, str] | None = None,
) -> Root:
    """Load a root. Raises ConfigError with every problem of every file.

    With `drafts` (texts by path) as if these inventory files were there, which nobody has to write to try them.

    With `require_secrets` a reference to a secret that is not there is an error; without, a warning, and the secret
    raises ConfigError when it is wanted.
    """
    root = existing_root(path)
    loading = Loading(root, environ, require_secrets, Problems(), drafts or {})
    settings = read_settings(loading)
    tell_stray_files(root, loading.problems)
    rules = root_of("rules", root)
    contracts = load_contracts(rules, settings.timezone, loading.problems)
    known_contracts = None if loading.problems.errors else contracts
    conditions = load_conditions(rules, loading.problems)
    profile_files = read_profiles(root_of("probes", root) / "probes", root, loading.problems)
    profiles = profile_files.profiles
    recipes = resolve_recipes(profiles, loading.problems, profile_files.documents) if profiles else RecipeBook()
    known = _known(known_contracts, profiles, recipes, _owners(profile_files.documents.values(), loading))
    inventory = load_inventory(loading, known)
    oncall = load_on_call(loading, Around(settings, known_contracts, inventory, conditions))
    loading.problems.tell_doubts(sorted({site.contract for site in inventory.sites.values() if site.contract}))
    loading.problems.raise_if_any()
    if profiles is None:
        raise InvariantError("profiles are neither sound nor wrong")
    warnings = tuple(sorted(loading.problems.warnings))
    return Root(root, settings, inventory, conditions, profiles, contracts, warnings, recipes, oncall)


def _known(
    contracts: Mapping[ContractId, ContractRules] | None,
    profiles: ProfileSet | None,
    recipes: RecipeBook,
    owners: Mapping[int, FileSecrets],
) -> Known:
    if profiles is None:
        return Known(contracts, None)
    usual = {name: profile.checks for name, profile in profiles.profiles.items() if profile.checks}
    return Known(contracts, frozenset(profiles.profiles), usual, recipes, owners)


def _owners(documents: Iterable[Document], loading: Loading) -> dict[int, FileSecrets]:
    """Who opens what stands in the `checks:` of a profile, which its devices take over."""
    written = ((document, document.data) for document in documents)
    checks = ((document, data.get("checks")) for document, data in written if isinstance(data, dict))
    readers = ((loading.secrets(document), part) for document, part in checks if part)
    return {identity: secrets for secrets, part in readers for identity in identities_of(part)}
