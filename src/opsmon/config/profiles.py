"""The device profiles of a root: each YAML file of `probes/`, read strictly, joined, mistakes placed in their files."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from opsmon.backup.spec import BackupSectionSpec
from opsmon.config.inventory.check_list import check_mistakes
from opsmon.config.inventory.layer_check import SHAPE_ONLY
from opsmon.config.yaml.document import Document, add_mistake, check_spec, read_document
from opsmon.config.yaml.folder import yaml_files
from opsmon.config.yaml.problem import Problems
from opsmon.errors import InvariantError, Problem
from opsmon.probe.profile.choose import GENERIC, ProfileSet
from opsmon.probe.profile.definition.resolve import ProfileError, ProfileProblem, resolve_profiles
from opsmon.probe.profile.definition.spec import ProfileSpec
from opsmon.text.bilingual import Sentence


class ProfileFiles(NamedTuple):
    """What a folder of profiles gives: the profiles, None where one is wrong, and the file of each."""

    profiles: ProfileSet | None
    documents: Mapping[str, Document]


def load_profiles(folder: Path, root: Path | None = None) -> ProfileSet:
    """All profiles of a folder. Raises ConfigError with every mistake of every file."""
    problems = Problems()
    profiles = read_profiles(folder, root or folder.parent, problems).profiles
    problems.raise_if_any()
    if profiles is None:
        raise InvariantError("profiles are neither sound nor wrong")
    return profiles


def read_profiles(folder: Path, root: Path, problems: Problems) -> ProfileFiles:
    """All profiles of a folder, or None of them after adding what is wrong."""
    specs: dict[str, ProfileSpec] = {}
    documents: dict[str, Document] = {}
    sound = True
    for file in yaml_files(folder, root, problems, deep=False):
        document = read_document(file, root, problems)
        spec = check_spec(document, ProfileSpec, problems) if document else None
        if document is None or spec is None or not _are_sound(spec, document, problems):
            sound = False
        elif spec.name in specs:
            sound = False
            other = documents[spec.name].path
            problems.add(
                document.problem(
                    ("name",),
                    Sentence(f"`{spec.name}` is the name of another profile", f"`{spec.name}` 是另一模板的名称"),
                    Sentence(f"see {other}", f"见 {other}"),
                )
            )
        else:
            specs[spec.name], documents[spec.name] = spec, document
    profiles = _joined(specs, documents, problems, folder) if sound else None
    return ProfileFiles(profiles, documents)


def _are_sound(profile: ProfileSpec, document: Document, problems: Problems) -> bool:
    """Whether the sections are right that other rooms read: the checks, the backup's recipe."""
    mistakes = list(check_mistakes(profile.checks, SHAPE_ONLY))
    for mistake in mistakes:
        add_mistake(document, ("checks",), mistake, problems)
    recipe = check_spec(document, BackupSectionSpec, problems, steps=("backup",)) if profile.backup else True
    return not mistakes and recipe is not None


def _joined(
    specs: Mapping[str, ProfileSpec], documents: Mapping[str, Document], problems: Problems, folder: Path
) -> ProfileSet | None:
    if GENERIC not in specs:
        problems.add(
            Problem(
                str(folder),
                0,
                0,
                Sentence(f"no profile is named `{GENERIC}`", f"没有名为 `{GENERIC}` 的模板"),
                Sentence("the last resort for any device", "它是任何设备最后可用的模板"),
            )
        )
        return None
    try:
        return ProfileSet(resolve_profiles(specs))
    except ProfileError as error:
        for problem in error.problems:
            problems.add(_placed(documents[problem.profile], problem))
    return None


def _placed(document: Document, problem: ProfileProblem) -> Problem:
    steps = [int(step) if step.isdecimal() else step for step in problem.key.split(".")]
    return document.problem(steps, problem.message, problem.hint)
