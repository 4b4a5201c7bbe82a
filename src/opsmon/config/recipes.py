"""The `backup:` sections of the profiles, resolved to recipes; mistakes placed in the profile's file."""

from pydantic import ValidationError

from opsmon.backup.recipe import Recipe, RecipeBook
from opsmon.backup.spec import BackupSectionSpec
from opsmon.config.problem import Problems
from opsmon.errors import Problem
from opsmon.probe.profile.choose import ProfileSet

FALLBACK = "generic"


def resolve_recipes(profiles: ProfileSet, problems: Problems) -> RecipeBook:
    """The recipes of all profiles with a section. A platform goes to the profile that wrote it, not to its heirs."""
    by_profile: dict[str, Recipe] = {}
    for name, profile in profiles.profiles.items():
        if profile.backup:
            recipe = _recipe(name, dict(profile.backup), problems)
            if recipe is not None:
                by_profile[name] = recipe
    by_platform: dict[str, Recipe] = {}
    for name, recipe in by_profile.items():
        for platform in recipe.platforms:
            if platform not in by_platform or name == recipe.name:
                by_platform[platform] = recipe
    return RecipeBook(by_profile, by_platform, by_profile.get(FALLBACK))


def _recipe(name: str, section: dict[str, object], problems: Problems) -> Recipe | None:
    path = f"probes/{name}.yaml"
    try:
        return BackupSectionSpec.model_validate(section).resolve(name)
    except ValidationError as error:
        for mistake in error.errors(include_url=False, include_input=False):
            key = ".".join(("backup", *(str(step) for step in mistake["loc"])))
            hint = str((mistake.get("ctx") or {}).get("hint", ""))
            problems.add(Problem(path, 1, 1, f"`{key}`: {mistake['msg']}", hint, key))
    except ValueError as error:
        problems.add(Problem(path, 1, 1, f"`backup`: {error}", "", "backup"))
    return None
