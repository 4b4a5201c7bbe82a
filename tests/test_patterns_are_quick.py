"""Every pattern that a stranger's text meets is quick at the bound of that text: those of the profiles, and those of
the modules that read devices. New ones are found by themselves."""

import importlib
import re

import pytest

from opsmon.config.root import load_root
from opsmon.pattern.cost import judging_patterns, slow_at
from tests.support.places import REPOSITORY
from tests.support.source_patterns import bound_of, compiled, modules, searching_names


@pytest.mark.parametrize("module", modules())
def test_the_patterns_of_a_module_are_quick(module: str) -> None:
    searched = searching_names()
    for name, value in vars(importlib.import_module(module)).items():
        for where, pattern in compiled(value, name):
            anchored = isinstance(value, re.Pattern) and name not in searched
            bound = bound_of(module, pattern)
            slow = slow_at(pattern.pattern, bound, pattern.flags & ~re.UNICODE, anchored=anchored)
            assert not slow, f"{module}.{where}: {slow}: {pattern.pattern!r}"


def test_the_patterns_of_the_profiles_are_quick() -> None:
    with judging_patterns():
        load_root(REPOSITORY)
