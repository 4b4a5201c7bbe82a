"""`opsmon backup`: devices at the far end, one line each, exit codes, clean JSON, and no secret anywhere."""

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyrage
import pytest

from opsmon.backup.lock import run_lock
from opsmon.model.event import DiagnosisAttached
from opsmon.model.name import IncidentId
from opsmon.store.store import open_store
from tests.support.backup.far_end import PASSWORD, FarEnd, Manners, behave, far_end, ios_config, vrp_config
from tests.support.backup.planted import PLANTED
from tests.support.backup.secret_grammar import TEMPLATES
from tests.support.cli.said import Opsmon, Said
from tests.support.places import REPOSITORY

NOW = datetime(2026, 11, 20, tzinfo=UTC)
PLATFORMS = {"core-1": "huawei_vrp", "edge-1": "cisco_ios"}


@pytest.fixture(scope="module")
def far() -> Iterator[FarEnd]:
    with far_end() as end:
        yield end


class House:
    """A root with two devices behind SSH and one without."""

    def __init__(self, path: Path, far: FarEnd, command: Opsmon) -> None:
        self.path, self._command = path, command
        self.core = far.device(Manners(config=vrp_config()))
        self.edge = far.device(Manners(make="ios", host="edge-1", config=ios_config()))
        self.write("opsmon.yaml", "language: en\n")
        self.write("rules/conditions.yaml", "{}\n")
        for profile in ("huawei-vrp", "cisco-ios", "generic"):
            text = (REPOSITORY / "probes" / f"{profile}.yaml").read_text("utf-8")
            section = text[text.index("\nbackup:") + 1 :]
            self.write(f"probes/{profile}.yaml", f"name: {profile}\ntitle: a make\nkind: other\n{section}")
        self.inventory()

    def write(self, path: str, text: str) -> None:
        (self.path / path).parent.mkdir(parents=True, exist_ok=True)
        (self.path / path).write_text(text, "utf-8")

    def inventory(self) -> None:
        lines = ["site: hall", "devices:"]
        for name, device in (("core-1", self.core), ("edge-1", self.edge)):
            ssh = f"{{username: backup, password: {PASSWORD}, port: {device.port}, platform: {PLATFORMS[name]}}}"
            lines.append(f"  - {{name: {name}, address: 127.0.0.1, kind: switch, ssh: {ssh}}}")
        lines.append("  - {name: cam-1, address: 192.0.2.1, kind: camera}")
        self.write("inventories/hall.yaml", "\n".join(lines) + "\n")

    def __call__(self, *words: str) -> Said:
        return self._command("backup", *words, "--root", self.path)

    def everything(self) -> str:
        """All that a run left on the disk, packed objects unpacked."""
        objects = subprocess.run(
            ["git", "-C", self.path / "backups", "cat-file", "--batch-all-objects", "--batch"],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        files = [
            path.read_bytes() for path in self.path.rglob("*") if path.is_file() and "inventories" not in path.parts
        ]
        return b"".join((objects, *files)).decode("utf-8", "replace")


@pytest.fixture
def house(tmp_path: Path, far: FarEnd, command: Opsmon) -> House:
    return House(tmp_path / "root", far, command)


def test_a_line_a_device_and_the_sum(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSMON_LANG", "en")
    said = house("run")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert [line.split()[:4] for line in lines[:-1]] == [
        ["core-1", "new", "121", "lines,"],
        ["edge-1", "new", "94", "lines,"],
    ]
    assert lines[-1] == "2 devices: 2 good, 0 changed, 0 failed"
    assert said.err == ""
    monkeypatch.setenv("OPSMON_LANG", "zh")
    told = house("run").out.splitlines()
    assert [line.split()[:4] for line in told[:-1]] == [
        ["core-1", "无变更", "121", "行,"],
        ["edge-1", "无变更", "94", "行,"],
    ]
    assert told[-1] == "设备 2 台：完好 2 台，有变更 0 台，失败 0 台"


def test_the_commits_of_runs_and_orders_name_the_journals_head_with_no_daemon_running(
    house: House, command: Opsmon
) -> None:
    store = open_store("sqlite:///var/opsmon.db", house.path)
    store.commit([DiagnosisAttached(NOW, IncidentId("20261120-1"), "x")], [], NOW)
    head = store.head.words
    store.close()
    assert house("change", "begin", "CR-1", "core-1", "--by", "\u202eLi", "--why", "new\u200b firmware").code == 0
    said = subprocess.run(
        ["git", "-C", house.path / "backups", "log", "--format=%(trailers:key=Journal-Head,key=By,key=Why)"],
        capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    assert said.strip().split("\n\n") == [
        f"By: Li\nWhy: new firmware\nJournal-Head: {head}",
        f"By: Li\nJournal-Head: {head}",
    ]
    against = ("journal", "verify", "--root", house.path, "--against")
    assert command(*against, house.path / "backups").code == 0
    nothing = command(*against, house.path / "inventories")
    assert (nothing.code, "is no repository of backups" in nothing.err) == (2, True)


def test_a_failure_is_told_with_its_reason_and_the_code_is_one(house: House) -> None:
    behave(house.edge, error="% Authorization failed.\n")
    said = house("run", "--json")
    assert said.code == 1
    assert (said.json["good"], said.json["failed"]) == (1, 1)
    edge = next(result for result in said.json["results"] if result["device"] == "edge-1")
    assert edge["reason"] == "the device answered with an error: % Authorization failed."
    listed = {row["device"]: row for row in house("list", "--json").json}
    assert (listed["core-1"]["why_not"], listed["edge-1"]["why_not"]) == ("", edge["reason"])
    verified = house("verify")
    assert verified.code == 1
    assert "edge-1  bad" in verified.out


@pytest.mark.parametrize(
    ("selectors", "devices"),
    [
        (["core-1"], ["core-1"]), (["*-1"], ["core-1", "edge-1"]), (["site:hall"], ["core-1", "edge-1"]),
        (["hall"], ["core-1", "edge-1"]),
        (["platform:cisco_ios", "core-1"], ["core-1", "edge-1"]), (["kind:switch"], ["core-1", "edge-1"]),
    ],
)  # fmt: skip
def test_selectors(house: House, selectors: list[str], devices: list[str]) -> None:
    assert [result["device"] for result in house("run", *selectors, "--json").json["results"]] == devices


@pytest.mark.parametrize(
    ("selector", "told"),
    [
        ("core-2", "did you mean `core-1`?"),
        ("cam-1", "`cam-1` has no `ssh.platform`"),
        ("site:nope", "means no device"),
    ],
)
def test_a_selector_that_means_nothing_is_wrong_input(house: House, selector: str, told: str) -> None:
    said = house("run", selector)
    assert said.code == 2
    assert told in said.err


def test_show_diff_and_times(house: House) -> None:
    house("run")
    before = house("show", "core-1").out
    assert before == vrp_config()
    behave(house.core, config=vrp_config(extra="ntp-service enable\n#\n"))
    assert house("run", "core-1").code == 0
    diff = house("diff", "core-1").out
    assert "+ntp-service enable" in diff.splitlines()
    assert house("diff", "core-1", "--json").json["diff"].startswith("diff --git")
    assert house("show", "core-1", "--at", "2000-01-01").code == 1
    assert house("show", "core-1", "--at", "nonsense").code == 2
    assert house("diff", "edge-1").out == ""


def test_clocks_are_no_change(house: House) -> None:
    house("run", "edge-1")
    behave(house.edge, config=ios_config(clock="23:59:59"))
    assert house("run", "edge-1", "--json").json["changed"] == 0


def test_verify_finds_what_somebody_edited(house: House) -> None:
    house("run")
    assert house("verify").code == 0
    (house.path / "backups" / "hall" / "core-1.cfg").write_text("edited", "utf-8")
    said = house("verify", "--json")
    assert (said.code, said.json["good"]) == (1, False)
    assert "hall/core-1.cfg is not as it was committed" in said.json["repository"][0]


def test_two_runs_do_not_collide_and_a_killed_one_leaves_no_lock(house: House) -> None:
    with run_lock(house.path):
        said = house("run")
        assert said.code == 1
        assert f"another backup is running on this root (process {os.getpid()})" in said.err
    assert house("run").code == 0


def test_a_run_that_is_under_way_is_not_an_interrupted_one(house: House) -> None:
    house.write("var/backup/run.json", json.dumps({"began_at": "2020-01-01T00:00:00+00:00"}))
    with run_lock(house.path):
        said = house("run")
    assert said.err == f"another backup is running on this root (process {os.getpid()})\n"
    assert "the last run was interrupted" in house("run").err


def test_list_says_by_its_exit_code_that_a_copy_is_not_good(house: House) -> None:
    assert house("list").code == 1  # never captured
    house("run")
    assert house("list").code == 0
    behave(house.edge, error="% Authorization failed.\n")
    house("run")
    assert house("list").code == 1
    assert house("list", "core-1").code == 0
    shutil.rmtree(house.path / "backups")
    said = house("list", "core-1")
    assert said.code == 1
    assert "its text is not in the repository" in said.out
    assert house("show", "core-1").code == 1


def test_what_has_left_the_inventory_is_listed_and_can_be_read(house: House) -> None:
    house("run")
    text = (house.path / "inventories/hall.yaml").read_text("utf-8")
    house.write("inventories/hall.yaml", text.replace("name: core-1", "name: hall-core"))
    listed = {row["device"]: row for row in house("list", "--json").json}
    assert (listed["core-1"]["in_inventory"], listed["core-1"]["why_not"]) == (False, "no longer in the inventory")
    assert house("show", "core-1").out == vrp_config()
    assert "hall/core-1.cfg is of core-1, which is no longer in the inventory" in house("verify").out
    house.write(
        "inventories/hall.yaml", text.replace("name: core-1", "name: hall-core, formerly: [core-1]")
    )  # fmt: skip
    assert house("show", "hall-core").out == house("show", "core-1").out == vrp_config()
    assert house("run").code == 0
    assert [row["device"] for row in house("list", "--json").json] == ["hall-core", "edge-1"]
    assert house("verify").out.splitlines()[-1].startswith("repository sound; 2 devices: 2 good")


def test_names_of_a_pair_may_be_a_list(house: House) -> None:
    text = (house.path / "inventories/hall.yaml").read_text("utf-8")
    house.write(
        "inventories/hall.yaml", text.replace("platform: huawei_vrp", "platform: huawei_vrp, hostname: [a, core-1]")
    )
    assert house("run").code == 0
    house.write("inventories/hall.yaml", text.replace("platform: huawei_vrp", "platform: huawei_vrp, hostname: [a, b]"))
    assert "`ssh.hostname` is `a` or `b`" in house("run").out


def test_a_disk_that_takes_nothing_is_named(house: House) -> None:
    house("run")
    (house.path / "var/backup/run.new").mkdir()
    said = house("run")
    assert said.code == 1
    assert said.err == f"{house.path}/var/backup/run.json cannot be written: Is a directory\n"


def test_an_interrupted_run_is_resumed(house: House) -> None:
    house("run", "core-1")
    house.write("var/backup/run.json", json.dumps({"began_at": "2020-01-01T00:00:00+00:00"}))
    said = house("run", "--resume", "--json")
    assert [result["device"] for result in said.json["results"]] == ["edge-1"]
    assert not (house.path / "var" / "backup" / "run.json").exists()


def test_failed_devices_are_tried_again_in_rounds(house: House) -> None:
    behave(house.edge, cut_after_chars=300)
    said = house("run", "--rounds", "3", "--pause", "1s", "--json")
    assert house.edge.logins == 3
    assert house.core.logins == 1
    assert next(r for r in said.json["results"] if r["device"] == "edge-1")["round"] == 3


def test_a_change_binds_both_copies_and_the_difference(house: House) -> None:
    house("run")
    begun = house("change", "begin", "CHG-7", "core-1", "--by", "值班员", "--why", "换 NTP 服务器", "--json")
    assert begun.code == 0, begun.err
    assert begun.json["order"]["state"] == "open"
    behave(house.core, config=vrp_config(extra="ntp-service enable\n#\n"))
    routine = house("run", "--json").json["results"][0]
    assert (routine["changed"], routine["unannounced"], routine["order"]) == (True, False, "CHG-7")
    ended = house("change", "end", "CHG-7", "--json")
    assert ended.code == 0, ended.err
    assert ended.json["order"]["state"] == "ended"
    assert "+ntp-service enable" in ended.json["diff"]
    assert "+ntp-service enable" in (house.path / "backups" / ".changes" / "CHG-7.diff").read_text("utf-8")
    log = subprocess.run(
        ["git", "-C", house.path / "backups", "log"], capture_output=True, text=True, check=True
    ).stdout
    for line in ("Change: CHG-7", "By: 值班员", "Why: 换 NTP 服务器", "Device: core-1", "Reason: routine"):
        assert f"    {line}\n" in log
    assert house("change", "end", "CHG-7").code == 1
    assert house("verify").code == 0


def test_a_change_does_not_begin_without_a_copy(house: House) -> None:
    behave(house.core, stall_at_login=False, error="Error: busy\n")
    said = house("change", "begin", "CHG-8", "core-1", "--by", "wang", "--why", "x")
    assert said.code == 1
    assert "nothing to go back to" in said.err
    assert house("change", "list", "--json").json == []


def test_a_change_stays_open_until_every_device_is_captured(house: House) -> None:
    house("change", "begin", "CHG-9", "core-1", "edge-1", "--by", "wang", "--why", "x")
    behave(house.edge, error="% Authorization failed.\n")
    assert house("change", "end", "CHG-9").code == 1
    behave(house.edge, error="")
    ended = house("change", "end", "CHG-9", "--json")
    assert (ended.code, ended.json["order"]["state"]) == (0, "ended")
    assert [result["device"] for result in ended.json["results"]] == ["edge-1"]


def test_a_change_outside_any_order_is_marked_with_who_was_there(house: House) -> None:
    house("run")
    behave(house.core, config=vrp_config(extra="ntp-service enable\n#\n"))
    said = house("run")
    assert "without a change order" in said.out
    standing = json.loads((house.path / "var/backup/devices/core-1.json").read_text("utf-8"))["unannounced"]
    assert "liming" in standing["who"]
    assert "+ntp-service enable" in standing["diff"]
    behave(house.core, config=vrp_config())
    house("run")
    assert json.loads((house.path / "var/backup/devices/core-1.json").read_text("utf-8"))["unannounced"] is None


def test_no_planted_secret_survives_anywhere(house: House) -> None:
    """In the repository, on the disk, in the output, in the log, good and bad captures alike."""
    planted = "".join(f"{line}\n" for line, _ in PLANTED)
    grammar = [(template, f"Gr{number:03}q8w", f"Gs{number:03}q8w") for number, template in enumerate(TEMPLATES)]
    planted += "".join(f"{template.format(*secrets)}\n" for template, *secrets in grammar)
    behave(house.core, config=vrp_config(extra=planted))
    said = [house("run", "core-1"), house("show", "core-1"), house("run", "core-1", "--json")]
    assert said[0].code == 0, said[0].out
    behave(house.core, config=vrp_config(extra=planted.replace("Hw", "HwX")))
    said += [house("run"), house("diff", "core-1"), house("verify"), house("list")]
    behave(house.core, config="", error=f"Error: {planted}")
    behave(house.edge, config=ios_config(extra=planted), cut_after_chars=2500)
    said += [house("run"), house("list", "--json"), house("verify", "--json")]
    shown = "".join(each.out + each.err for each in said) + house.everything()
    assert [secret for _, secret in PLANTED if secret in shown] == []
    assert [template for template, *secrets in grammar if any(secret in shown for secret in secrets)] == []
    assert PASSWORD not in shown
    assert "<secret-" in shown


def test_the_original_is_sealed_when_somebody_can_open_it(house: House) -> None:
    identity = pyrage.x25519.Identity.generate()
    house.write("opsmon.yaml", f"language: en\nbackup: {{recipients: [{identity.to_public()}]}}\n")
    secret = vrp_config(extra=" local-user ops password cipher SealedSecretText\n#\n")
    behave(house.core, config=secret)
    assert house("run", "core-1").code == 0
    sealed = (house.path / "backups" / "hall" / "core-1.cfg.age").read_bytes()
    assert pyrage.decrypt(sealed, [identity]).decode() == secret
    assert "SealedSecretText" not in house.everything()
    house.write("opsmon.yaml", "language: en\nbackup: {recipients: [AGE-SECRET-KEY-1PLANTED]}\n")
    wrong = house("run", "core-1")
    assert wrong.code == 2
    assert "this is a secret key" in wrong.err
    assert "PLANTED" not in wrong.err


def test_a_bar_and_colours_on_a_terminal(house: House) -> None:
    ours, theirs = pty.openpty()
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src"), "TERM": "xterm-256color", "COLUMNS": "100"}
    words = [sys.executable, "-m", "opsmon", "backup", "run", "--root", str(house.path)]
    with subprocess.Popen(words, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        assert process.wait(30) == 0
    os.close(ours)
    text = shown.decode("utf-8", "replace")
    assert "━" in text
    assert "\x1b[32m" in text or "\x1b[36m" in text
    assert "2 devices: 2 good" in text


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # the other side was closed
        return b""


def test_a_root_without_such_devices(command: Opsmon, root: Path) -> None:
    assert command("backup", "list", "--json", "--root", root).json == []
    assert command("backup", "verify", "--root", root).code == 0
    said = command("backup", "run", "--root", root)
    assert said.code == 2
    assert "no device has `ssh.platform`" in said.err
