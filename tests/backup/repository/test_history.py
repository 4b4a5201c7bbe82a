"""History follows the device: over another site, another name, back again; pairs of nodes are one device."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from opsmon.backup.repository.commit_stream import Commit
from opsmon.backup.repository.repository import Repository
from opsmon.backup.status import BackupStatus, under_present_names
from opsmon.model.device import Device
from opsmon.model.name import DeviceName, SiteName
from tests.support.backup.far_end import FarDevice, FarEnd, Manners, behave, vrp_config
from tests.support.backup.rig import Rig

START = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
NEW = "ntp-service enable\n#\n"


@pytest.fixture
def there(far: FarEnd) -> FarDevice:
    return far.device(Manners(config=vrp_config()))


def texts(rig: Rig, device: Device) -> list[str]:
    """Every version's text, the latest first."""
    shelf = rig.shelf
    return [
        shelf.repository.read(version.path, version.commit) or "" for version in shelf.versions(shelf.places(device))
    ]


def cfg_files(rig: Rig) -> list[str]:
    return sorted(str(path.relative_to(rig.root / "backups")) for path in (rig.root / "backups").rglob("*.cfg"))


def test_another_site(rig: Rig, there: FarDevice) -> None:
    here = rig.device(there)
    rig.one(here)
    moved = replace(here, site=SiteName("annex"))
    result = rig.one(moved)
    assert (result.ok, result.changed, result.unannounced) == (True, False, False)
    assert cfg_files(rig) == ["annex/core-1.cfg"]
    assert rig.shelf.diff("core-1", rig.shelf.places(moved), None, None)[0] == ""  # a move alone is no difference
    behave(there, config=vrp_config(extra=NEW))
    assert rig.one(moved).unannounced
    assert texts(rig, moved) == [vrp_config(extra=NEW), vrp_config(), vrp_config()]
    told = rig.standing(moved).unannounced
    assert told is not None
    assert "+ntp-service enable" in told.diff
    assert "+ntp-service enable" in rig.shelf.diff("core-1", rig.shelf.places(moved), None, None)[0]


def test_a_move_and_a_change_in_one_night(rig: Rig, there: FarDevice) -> None:
    here = rig.device(there)
    rig.one(here)
    behave(there, config=vrp_config(extra=NEW))
    moved = replace(here, site=SiteName("annex"))
    assert rig.one(moved).unannounced
    told = rig.standing(moved).unannounced
    assert told is not None
    assert "+ntp-service enable" in told.diff
    assert "-sysname" not in told.diff


def test_a_former_name(rig: Rig, there: FarDevice) -> None:
    old = rig.device(there)
    rig.one(old)
    renamed = replace(old, name=DeviceName("hall-core"), formerly=(old.name,))
    behave(there, config=vrp_config(extra=NEW))
    result = rig.one(renamed)
    assert (result.ok, result.first, result.changed) == (True, False, True)
    assert texts(rig, renamed) == [vrp_config(extra=NEW), vrp_config()]
    assert cfg_files(rig) == ["hall/hall-core.cfg"]
    assert rig.shelf.gone([renamed.name]) == []
    assert rig.shelf.unowned([renamed]) == []


def test_a_former_name_whose_device_cannot_be_reached_keeps_its_copy(rig: Rig, there: FarDevice) -> None:
    old = rig.device(there)
    rig.one(old)
    renamed = replace(old, name=DeviceName("hall-core"), formerly=(old.name,))
    behave(there, error="Error: busy\n")
    assert not rig.one(renamed).ok
    assert rig.standing(renamed).good_at is not None
    assert rig.text(renamed) == vrp_config()


def test_a_former_name_that_is_told_late(rig: Rig, there: FarDevice) -> None:
    """The device had a file under its new name before anybody said that it is the same."""
    old = rig.device(there)
    rig.one(old)
    new = replace(old, name=DeviceName("hall-core"))
    behave(there, config=vrp_config(extra=NEW))
    assert rig.one(new).first
    assert [standing.device for standing in rig.shelf.gone([new.name])] == ["core-1"]
    (told,) = rig.shelf.unowned([new])
    assert told == (
        "hall/core-1.cfg is of core-1, which is no longer in the inventory; "
        "if it is named hall-core now, give that `formerly: [core-1]`"
    )
    known = replace(new, formerly=(old.name,))
    rig.one(known)
    assert texts(rig, known) == [vrp_config(extra=NEW), vrp_config()]
    assert "+ntp-service enable" in rig.shelf.diff("hall-core", rig.shelf.places(known), None, None)[0]
    assert rig.shelf.unowned([known]) == []
    rig.one(known)
    assert len(texts(rig, known)) == 2


def test_there_and_back_and_a_stranger_at_the_old_place(tmp_path: Path) -> None:
    """A path has the history of whoever has it now, and not that of the one who had it before."""
    repository = Repository(tmp_path / "backups")
    repository.prepare()

    def commit(minutes: int, message: str, **files: str | None) -> None:
        named = {f"{name.replace('__', '/')}.cfg": text.encode() if text else None for name, text in files.items()}
        repository.commit([Commit(dict(named), START + timedelta(minutes=minutes), f"{message}\n")])

    commit(0, "made", hall__a="one")
    commit(1, "moved", annex__a="one", hall__a=None)
    commit(2, "another device", hall__a="stranger")
    commit(3, "changed", annex__a="two")
    commit(4, "the stranger is gone", hall__a=None)
    commit(5, "moved back", hall__a="two", annex__a=None)
    found = repository.versions("hall/a.cfg")
    assert [(v.path, v.subject) for v in found] == [
        ("hall/a.cfg", "moved back"),
        ("annex/a.cfg", "changed"),
        ("annex/a.cfg", "moved"),
        ("hall/a.cfg", "made"),
    ]
    (then,) = repository.versions("hall/a.cfg", until=START + timedelta(seconds=70), most=1)
    assert repository.read(then.path, then.commit) == "one"


def test_a_device_that_was_given_another_name_on_purpose_is_accepted_once(rig: Rig, there: FarDevice) -> None:
    device = rig.device(there)
    rig.one(device)
    behave(there, host="core-9", config=vrp_config("core-9"))
    assert "run it again with --accept" in rig.one(device).reason
    assert rig.one(device, accept=True).ok
    assert rig.one(device).ok
    assert rig.standing(device).hostname == "core-9"


def test_a_pair_of_nodes_is_one_device(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(host="fw-a", config=vrp_config("fw-a")))
    pair = rig.device(there, "fw", hostnames=("fw-a", "fw-b"))
    assert rig.one(pair).ok
    other = far.device(Manners(host="fw-b", config=vrp_config("fw-b")))
    taken_over = rig.device(other, "fw", hostnames=("fw-a", "fw-b"))
    result = rig.one(taken_over)
    assert (result.ok, result.changed) == (True, False)
    drill = rig.shelf.drill([pair], datetime.now(UTC), timedelta(days=1))[0]
    assert drill.faults == ()
    changed = far.device(Manners(host="fw-b", config=vrp_config("fw-b", extra=NEW)))
    assert rig.one(rig.device(changed, "fw", hostnames=("fw-a", "fw-b"))).changed
    stranger = far.device(Manners(host="fw-c", config=vrp_config("fw-c")))
    reason = rig.one(rig.device(stranger, "fw", hostnames=("fw-a", "fw-b"))).reason
    assert reason == "this is another device: it calls itself `fw-c`, and `ssh.hostname` is `fw-a` or `fw-b`"


def test_what_is_known_under_a_former_name() -> None:
    old, new, other = DeviceName("old"), DeviceName("new"), DeviceName("other")
    known = {name: BackupStatus(name, SiteName("hall"), chars=place) for place, name in enumerate((old, other))}
    assert {name: standing.chars for name, standing in under_present_names(known, {old: new}).items()} == {
        new: 0,
        other: 1,
    }
    known[new] = BackupStatus(new, SiteName("hall"), chars=9)
    assert under_present_names(known, {old: new})[new].chars == 9
