"""git and `var/` are two witnesses: whatever a crash, a disk or a person left of either, a run mends it.

Each kind of damage is done to a sound root with two devices that do not change. The next run stores what is missing,
reports no change, and everything is good and readable again.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsmon.backup.repository.commit_stream import Commit
from opsmon.backup.repository.repository import Repository
from opsmon.model.device import Device
from tests.support.backup.far_end import FarDevice, FarEnd, Manners, behave, vrp_config
from tests.support.backup.rig import Rig

ONE, TWO = "core-1", "core-2"
NEW = "ntp-service enable\n#\n"


def git(rig: Rig, *words: str) -> str:
    done = subprocess.run(["git", "-C", rig.root / "backups", *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def inside(rig: Rig) -> Path:
    return rig.root / "backups" / ".git"


def object_file(rig: Rig, name: str) -> Path:
    path = inside(rig) / "objects" / name[:2] / name[2:]
    path.chmod(0o644)
    return path


def empty_text(rig: Rig) -> None:
    object_file(rig, git(rig, "rev-parse", f"main:hall/{ONE}.cfg")).write_bytes(b"")


def empty_text_and_copy(rig: Rig) -> None:
    empty_text(rig)
    (rig.root / "backups" / "hall" / f"{ONE}.cfg").write_bytes(b"")


def scrambled_text(rig: Rig) -> None:
    path = object_file(rig, git(rig, "rev-parse", f"main:hall/{ONE}.cfg"))
    content = path.read_bytes()
    path.write_bytes(content[:30] + bytes(len(content) - 30))


def lost_text(rig: Rig) -> None:
    object_file(rig, git(rig, "rev-parse", f"main:hall/{ONE}.cfg")).unlink()
    (rig.root / "backups" / "hall" / f"{ONE}.cfg").unlink()


def empty_tree(rig: Rig) -> None:
    object_file(rig, git(rig, "rev-parse", "main:hall")).write_bytes(b"")


def scrambled_site(rig: Rig) -> None:
    object_file(rig, git(rig, "rev-parse", "main:hall")).write_bytes(b"xx")


def zeroed_commit(rig: Rig) -> None:
    path = object_file(rig, git(rig, "rev-parse", "main"))
    path.write_bytes(bytes(len(path.read_bytes())))


def text_of_another(rig: Rig) -> None:
    other = object_file(rig, git(rig, "rev-parse", f"main:hall/{TWO}.cfg"))
    object_file(rig, git(rig, "rev-parse", f"main:hall/{ONE}.cfg")).write_bytes(other.read_bytes())


def empty_commit(rig: Rig) -> None:
    object_file(rig, git(rig, "rev-parse", "main")).write_bytes(b"")


def empty_branch(rig: Rig) -> None:
    (inside(rig) / "refs/heads/main").write_bytes(b"")


def zeroed_branch(rig: Rig) -> None:
    (inside(rig) / "refs/heads/main").write_bytes(bytes(41))


def lost_branch(rig: Rig) -> None:
    (inside(rig) / "refs/heads/main").unlink()


def branch_to_nowhere(rig: Rig) -> None:
    (inside(rig) / "refs/heads/main").write_text("1234567890" * 4 + "\n")


def broken_packed_refs(rig: Rig) -> None:
    git(rig, "pack-refs", "--all")
    (inside(rig) / "packed-refs").write_bytes(bytes(60))


def lost_head(rig: Rig) -> None:
    (inside(rig) / "HEAD").unlink()


def zeroed_head(rig: Rig) -> None:
    (inside(rig) / "HEAD").write_bytes(bytes(21))


def detached_head(rig: Rig) -> None:
    git(rig, "checkout", "--quiet", "--detach", "HEAD")


def another_branch(rig: Rig) -> None:
    git(rig, "checkout", "--quiet", "-b", "mine")


def zeroed_configuration(rig: Rig) -> None:
    (inside(rig) / "config").write_bytes(bytes(90))


def no_refs(rig: Rig) -> None:
    shutil.rmtree(inside(rig) / "refs")


def truncated_pack(rig: Rig) -> None:
    git(rig, "repack", "-a", "-d", "--quiet")
    (pack,) = (inside(rig) / "objects" / "pack").glob("*.pack")
    pack.chmod(0o644)
    pack.write_bytes(pack.read_bytes()[:-60])


def lost_index_of_a_pack(rig: Rig) -> None:
    git(rig, "repack", "-a", "-d", "--quiet")
    (index,) = (inside(rig) / "objects" / "pack").glob("*.idx")
    index.unlink()


def lost_repository(rig: Rig) -> None:
    shutil.rmtree(rig.root / "backups")


def lost_insides(rig: Rig) -> None:
    shutil.rmtree(inside(rig))


def older_repository(rig: Rig) -> None:
    git(rig, "update-ref", "refs/heads/main", "main~2")


def foreign_commit(rig: Rig) -> None:
    repository = Repository(rig.root / "backups")
    repository.commit([Commit({f"hall/{ONE}.cfg": b"something else\n"}, datetime.now(UTC), "by a person\n")])
    repository.close()


def foreign_removal(rig: Rig) -> None:
    repository = Repository(rig.root / "backups")
    repository.commit([Commit({f"hall/{ONE}.cfg": None}, datetime.now(UTC), "by a person\n")])
    repository.close()


def foreign_bytes(rig: Rig) -> None:
    repository = Repository(rig.root / "backups")
    text = vrp_config(ONE, extra="interface Vlanif1\n description \xd6\n#\n").encode("latin-1")
    repository.commit([Commit({f"hall/{ONE}.cfg": text}, datetime.now(UTC), "by a person\n")])
    repository.close()


def replaced_files(rig: Rig) -> None:
    (rig.root / "backups" / "hall" / f"{ONE}.cfg").write_text("something else\n")
    (rig.root / "backups" / "hall" / f"{TWO}.cfg").unlink()
    (rig.root / "backups" / "hall" / f"{TWO}.cfg").mkdir()


def locks(rig: Rig) -> None:
    for name in ("index.lock", "HEAD.lock", "refs/heads/main.lock"):
        (inside(rig) / name).touch()


def lost_results(rig: Rig) -> None:
    shutil.rmtree(rig.root / "var" / "backup" / "devices")


def broken_results(rig: Rig) -> None:
    (rig.root / "var" / "backup" / "devices" / f"{ONE}.json").write_bytes(b"\0" * 40)


def broken_order(rig: Rig) -> None:
    repository = Repository(rig.root / "backups")
    repository.commit([Commit({".changes/CHG-1.json": b"{"}, datetime.now(UTC), "half an order\n")])
    repository.close()


def misunderstood_results(rig: Rig) -> None:
    path = rig.root / "var/backup/devices" / f"{ONE}.json"
    told = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(told | {"good_at": told["good_at"][:19], "chars": None}), "utf-8")


def replaced_object(rig: Rig) -> None:
    git(rig, "replace", *(git(rig, "rev-parse", f"main:hall/{name}.cfg") for name in (ONE, TWO)))


DAMAGES = (
    empty_text, empty_text_and_copy, scrambled_text, lost_text, empty_tree, empty_commit, empty_branch, zeroed_branch,
    lost_branch, branch_to_nowhere, broken_packed_refs, lost_head, zeroed_head, detached_head, another_branch,
    zeroed_configuration, no_refs, truncated_pack, lost_index_of_a_pack, lost_repository, lost_insides,
    older_repository, foreign_commit, foreign_removal, foreign_bytes, replaced_files, locks, lost_results,
    broken_results, broken_order, scrambled_site, zeroed_commit, text_of_another,
    misunderstood_results, replaced_object,
)  # fmt: skip


@pytest.fixture
def fleet(far: FarEnd, rig: Rig) -> list[Device]:
    """Two devices with two copies each."""
    there = [far.device(Manners(host=name, config=vrp_config(name))) for name in (ONE, TWO)]
    devices = [rig.device(each, name) for each, name in zip(there, (ONE, TWO), strict=True)]
    assert all(result.ok for result in rig.run(*devices))
    for each, name in zip(there, (ONE, TWO), strict=True):
        behave(each, config=vrp_config(name, extra=NEW))
    assert all(result.changed for result in rig.run(*devices, order="CHG-0"))
    return devices


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_the_next_run_mends_it_and_reports_no_change(
    rig: Rig, fleet: list[Device], damage: Callable[[Rig], None]
) -> None:
    damage(rig)
    results = rig.run(*fleet)
    assert [(result.ok, result.changed, result.unannounced, result.reason) for result in results] == [
        (True, False, False, ""),
        (True, False, False, ""),
    ]
    for device in fleet:
        assert rig.text(device) == vrp_config(device.name, extra=NEW)
        assert rig.standing(device).unannounced is None
    repository = Repository(rig.root / "backups")
    lost_for_ever = damage is truncated_pack  # an older version: nobody has it, and `verify` goes on to say so
    assert lost_for_ever or repository.faults() == []
    assert repository.copies_that_differ() == []
    drills = rig.shelf.drill(fleet, datetime.now(UTC), timedelta(days=1))
    assert [drill.faults for drill in drills] == [(), ()]
    assert git(rig, "status", "--porcelain") == ""
    commits = git(rig, "rev-list", "--count", "main")
    assert not any(result.changed or not result.ok for result in rig.run(*fleet))
    assert git(rig, "rev-list", "--count", "main") == commits  # and then there is nothing left to be done


@pytest.mark.parametrize("damage", [empty_text_and_copy, lost_repository, older_repository, foreign_commit, lost_text])
def test_before_it_is_mended_it_is_said(rig: Rig, fleet: list[Device], damage: Callable[[Rig], None]) -> None:
    damage(rig)
    standing = rig.standing(fleet[0])
    assert ONE in rig.shelf.doubts([standing])
    drill = rig.shelf.drill(fleet, datetime.now(UTC), timedelta(days=1))[0]
    assert drill.faults
    assert ("older than `var/`" in "".join(drill.faults)) is (damage in (lost_repository, older_repository))


@pytest.mark.parametrize("damage", [lost_text, lost_repository, older_repository, foreign_bytes, broken_results])
def test_a_change_in_the_same_night_is_still_one(
    far: FarEnd, rig: Rig, fleet: list[Device], damage: Callable[[Rig], None]
) -> None:
    damage(rig)
    there = far.device(Manners(config=vrp_config(ONE, extra=NEW + "ftp server enable\n#\n")))
    result = rig.one(rig.device(there, ONE))
    assert (result.ok, result.changed, result.unannounced) == (True, True, True)
    told = rig.standing(fleet[0]).unannounced
    assert told is not None
    assert "+ftp server enable" in told.diff or "not in the repository any more" in told.diff


def test_a_run_that_was_killed_before_it_wrote_its_result_still_tells_of_the_change(rig: Rig, far: FarEnd) -> None:
    there = far.device(Manners(config=vrp_config()))
    device = rig.device(there)
    rig.one(device)
    results = rig.root / "var" / "backup" / "devices" / f"{ONE}.json"
    before = results.read_text("utf-8")
    behave(there, config=vrp_config(extra=NEW))
    assert rig.one(device).unannounced
    results.write_text(before, "utf-8")
    again = rig.one(device)
    assert (again.changed, again.unannounced) == (True, True)
    told = rig.standing(device).unannounced
    assert told is not None
    assert "+ntp-service enable" in told.diff


def test_results_of_an_older_version_are_understood(rig: Rig, fleet: list[Device]) -> None:
    """Those have no digest; a text that git lost is then no change, one that git has decides."""
    for name in (ONE, TWO):
        path = rig.root / "var" / "backup" / "devices" / f"{name}.json"
        known = json.loads(path.read_text("utf-8"))
        left = {key: value for key, value in known.items() if key not in ("digest", "blob", "encoding_note", "earlier")}
        path.write_text(json.dumps(left | {"a_field_of_tomorrow": 1}), "utf-8")
    lost_text(rig)
    assert [(result.ok, result.changed) for result in rig.run(*fleet)] == [(True, False), (True, False)]
    assert rig.standing(fleet[0]).digest


def test_one_device_that_cannot_be_stored_hinders_no_other(far: FarEnd, rig: Rig) -> None:
    there = [far.device(Manners(host=name, config=vrp_config(name))) for name in (ONE, TWO)]
    devices = [rig.device(each, name) for each, name in zip(there, (ONE, TWO), strict=True)]
    (rig.root / "var" / "backup" / "devices" / f"{ONE}.json").mkdir(parents=True)
    first, second = sorted(rig.run(*devices), key=lambda result: result.device)
    assert (first.ok, second.ok) == (False, True)
    assert f"{ONE}.json cannot be written" in first.reason
    assert rig.text(devices[1]) == vrp_config(TWO)


@pytest.fixture
def alone(far: FarEnd) -> FarDevice:
    return far.device(Manners(config=vrp_config()))


def test_rules_that_are_new_make_no_change(rig: Rig, alone: FarDevice) -> None:
    """What an older version kept, today's would leave out or hide: it is stored anew, and nobody changed anything."""
    device = rig.device(alone)
    rig.one(device)
    old = vrp_config(extra="!Last configuration was updated at 2026-01-01 by x\n isis password clear leaked-key\n")
    behave(alone, config=old)
    text = old.replace("\nsysname", "\nsysname")
    repository = Repository(rig.root / "backups")
    (commit,) = repository.commit([Commit({f"hall/{ONE}.cfg": text.encode()}, datetime.now(UTC), "by an older one\n")])
    path = rig.root / "var" / "backup" / "devices" / f"{ONE}.json"
    known = json.loads(path.read_text("utf-8")) | {"digest": "", "blob": "", "commit": commit}
    path.write_text(json.dumps(known), "utf-8")
    result = rig.one(device)
    assert (result.ok, result.changed, result.unannounced) == (True, False, False)
    assert "leaked-key" not in rig.text(device)
    assert "Last configuration" not in rig.text(device)
