"""The lower bounds of libraries, the versions that are tested, and the list of advisories: three texts, one truth."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.places import REPOSITORY

ROW = re.compile(r"^\| ([a-z0-9, -]+) \| ([0-9., ]+) \|", re.MULTILINE)


def required() -> dict[str, Requirement]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    return {canonicalize_name(one.name): one for one in map(Requirement, lines)}


def pinned() -> dict[str, Version]:
    lines = (REPOSITORY / "constraints.txt").read_text("utf-8").splitlines()
    pairs = [line.split("==") for line in lines if "==" in line and not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def told() -> dict[str, str]:
    page = (REPOSITORY / "docs" / "security.md").read_text("utf-8").partition("## Libraries")[2]
    rows = [(names.split(", "), bounds.split(", ")) for names, bounds in ROW.findall(page)]
    return {name: bound for names, bounds in rows for name, bound in zip(names, bounds, strict=True)}


def test_every_library_has_a_lower_bound_and_a_tested_version_above_it() -> None:
    versions = pinned()
    for name, requirement in required().items():
        assert any(one.operator == ">=" for one in requirement.specifier), f"{name} has no lower bound"
        assert versions[name] in requirement.specifier, f"{name}: constraints.txt has {versions[name]}"


def test_the_bounds_that_the_security_page_promises_are_those_of_the_project() -> None:
    bounds = {name: str(requirement.specifier).removeprefix(">=") for name, requirement in required().items()}
    assert len(told()) >= 16
    assert {name: bounds.get(name) for name in told()} == told()
