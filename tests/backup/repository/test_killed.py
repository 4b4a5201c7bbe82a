"""Killed at fifty random moments, the repository stays valid, the last good copies whole, and the next run free."""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from opsmon.backup.repository.repository import Repository
from opsmon.model.device import Device
from tests.support.backup.far_end import FarEnd, Manners, vrp_config
from tests.support.backup.rig import Rig
from tests.support.backup.victim import devices
from tests.support.places import REPOSITORY

KILLS, DEVICES = 50, 4
CONFIG = vrp_config(extra="interface Vlanif1\n description stamp-{shown}-end\n#\n")
MIN_MS = 10


@contextlib.contextmanager
def killer(rig: Rig, port: int) -> Iterator[Callable[[int, str], None]]:
    environ = {**os.environ, "PYTHONPATH": f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY}"}
    words = [sys.executable, "-m", "tests.support.backup.victim", str(rig.root), str(port), str(DEVICES)]
    with subprocess.Popen(words, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "loaded\n"

        def kill(milliseconds: int, whom: str) -> None:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{milliseconds} {whom}\n")
            process.stdin.flush()
            assert process.stdout.readline() == "killed\n"

        yield kill
        process.stdin.close()
        process.wait(10)


def stamp_of(text: str) -> int:
    """The number in a whole copy; fails for one that is not whole."""
    before, after = CONFIG.split("{shown}")
    assert text.startswith(before)
    assert text.endswith(after)
    return int(text.removeprefix(before).removesuffix(after))


def working_copy(path: Path) -> str:
    """What the file says once it is whole: where one process of a run was killed, a git that it began may still be
    writing the file anew. One that stays half is given back as it is."""
    text, end = path.read_text("utf-8"), CONFIG.split("{shown}")[1]
    for _ in range(200):
        if text.endswith(end):
            break
        time.sleep(0.05)
        text = path.read_text("utf-8")
    return text


def check(rig: Rig, fleet: list[Device], least: dict[str, int]) -> None:
    """The repository is sound, and no device has an older copy than before, or none, or half of one."""
    repository = Repository(rig.root / "backups")
    assert repository.faults() == []
    for device in fleet:
        path = f"hall/{device.name}.cfg"
        stamp = stamp_of(repository.read(path) or "")
        assert stamp >= least[device.name]
        least[device.name] = stamp
        assert stamp_of(working_copy(rig.root / "backups" / path)) <= stamp
        commit = rig.standing(device).commit
        assert stamp_of(repository.read(path, commit) or "") <= stamp
    repository.close()


@pytest.mark.slow
@pytest.mark.timeout(300)  # fifty processes begin, and other tests may run beside them
def test_killed_at_fifty_random_moments(far: FarEnd, rig: Rig) -> None:
    chance = random.Random(20261120)
    there = far.device(Manners(config=CONFIG))
    fleet = devices(there.port, DEVICES)
    assert all(result.ok for result in rig.run(*fleet))
    began = time.monotonic()
    assert all(result.changed for result in rig.run(*fleet))
    longest_ms = round(1500 * (time.monotonic() - began))  # half as long again as a run takes on this machine
    least = {str(device.name): 0 for device in fleet}
    check(rig, fleet, least)
    first = dict(least)
    with killer(rig, there.port) as kill:
        for _ in range(KILLS):
            kill(chance.randint(MIN_MS, longest_ms), chance.choice(["one", "all"]))
            check(rig, fleet, least)
    assert all(least[name] > first[name] for name in least)  # the runs that were killed had been at work
    assert all(result.ok and result.changed for result in rig.run(*fleet))
    check(rig, fleet, least)
    repository = Repository(rig.root / "backups")
    assert repository.copies_that_differ() == []
