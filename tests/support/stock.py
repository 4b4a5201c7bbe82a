"""The stock profiles, loaded once in a process: frozen, so one is enough for every test."""

from functools import cache

from opsmon.config.profiles import load_profiles
from opsmon.probe.profile.choose import ProfileSet
from tests.support.places import REPOSITORY


@cache
def stock_profiles() -> ProfileSet:
    return load_profiles(REPOSITORY / "probes")
