"""The `backup:` sections of the profiles, resolved to recipes; mistakes placed in the profile's file."""

from collections.abc import Mapping
from types import MappingProxyType

from opsmon.backup.recipe import Recipe, RecipeBook
from opsmon.backup.spec import BackupSectionSpec
from opsmon.config.yaml.document import Document
from opsmon.config.yaml.problem import Problems
from opsmon.errors import Problem
from opsmon.probe.profile.choose import ProfileSet

FALLBACK = "generic"


def resolve_recipes(
    profiles: ProfileSet, problems: Problems, documents: Mapping[str, Document] = MappingProxyType({})
) -> RecipeBook:
    """The recipes of all profiles with a section. A platform goes to the profile that wrote it, not to its heirs.

    `documents` are the files of the profiles by their names.
    """
    by_profile: dict[str, Recipe] = {}
    for name, profile in profiles.profiles.items():
        if profile.backup:
            recipe = _recipe(name, dict(profile.backup), problems, documents.get(name))
            if recipe is not None:
                by_profile[name] = recipe
    by_platform: dict[str, Recipe] = {}
    for name, recipe in by_profile.items():
        for platform in recipe.platforms:
            if platform not in by_platform or name == recipe.name:
                by_platform[platform] = recipe
    return RecipeBook(by_profile, by_platform, by_profile.get(FALLBACK))


def _recipe(name: str, section: dict[str, object], problems: Problems, document: Document | None) -> Recipe | None:
    """What the sections of a profile and of those that it extends come to; each was looked at as it was read."""
    try:
        return BackupSectionSpec.model_validate(section).resolve(name)
    except ValueError as error:
        told = str(error)
    if document is None:
        problems.add(Problem(f"probes/{name}.yaml", 0, 0, told, "", "backup"))
    else:
        problems.add(document.problem(("backup",), told, at_key=True))
    return None
