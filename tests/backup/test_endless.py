"""Devices that never stop talking, and texts made to cost the most: each ends at its limit, and only that one."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.backup.recipe import RecipeBook
from opsmon.backup.text_work import AT_ONCE_CHARS, TextWork
from opsmon.bounds import COMMAND_CHARS, CONFIGURATION_LINE_CHARS
from opsmon.errors import BackupError
from opsmon.process_pool import BoundedPool
from tests.support.backup.far_end import FarEnd, Manners, behave, vrp_config
from tests.support.backup.rig import Rig, small

GOOD = vrp_config()
SMALL_CHARS = 300_000
SECRET = "planted-in-a-long-text"
# Every line holds words for secrets: the scrubber's dearest text, 4 ms for each KiB.
DEAR = f"password {SECRET}\n" * (3 * AT_ONCE_CHARS // len(f"password {SECRET}\n"))
PATIENCE_S = 60.0


@pytest.fixture
def bounded(tmp_path: Path, recipes: RecipeBook) -> Rig:
    """A root at which no device may say more than a hundredth of what is allowed elsewhere."""
    return Rig(tmp_path, small(recipes, SMALL_CHARS))


def test_a_command_may_say_32_mb_and_no_more(recipes: RecipeBook) -> None:
    assert {recipe.most_chars for recipe in recipes.by_profile.values()} == {COMMAND_CHARS} == {32 * 1_048_576}


@pytest.mark.parametrize(
    "endless", ["interface GigabitEthernet0/0/1\n" * 999, "x" * 9_999, "---- More ----\r" * 99, "\x1b[42D \n" * 999]
)
def test_a_shell_that_never_stops_is_left_and_the_last_good_copy_stays(far: FarEnd, bounded: Rig, endless: str) -> None:
    there, other = far.device(Manners(config=GOOD)), far.device(Manners(config=vrp_config("core-2"), host="core-2"))
    device, second = bounded.device(there), bounded.device(other, "core-2", stall_s=PATIENCE_S)
    assert bounded.one(device).ok
    kept = bounded.text(device)
    behave(there, endless=endless)
    refused, good = sorted(bounded.run(device, second), key=lambda result: result.device)
    assert "does not stop talking to `display current-configuration`" in refused.reason
    assert not refused.ok
    assert good.ok
    assert bounded.text(device) == kept
    assert len(bounded.quarantine()) <= 2 * SMALL_CHARS


@pytest.mark.parametrize("platform", ["huawei_vrp", "allied_telesis_awplus"])
def test_a_banner_that_never_stops_is_left(far: FarEnd, rig: Rig, platform: str) -> None:
    there = far.device(Manners(endless_banner="welcome " * 8_000 + "\n"))
    refused = rig.one(rig.device(there, platform=platform))
    assert "does not stop talking before its first prompt" in refused.reason


def test_a_line_of_a_mib_is_kept_hidden_whole(far: FarEnd, rig: Rig) -> None:
    line = " " * (1_048_576 - 7) + "x:token"
    there = far.device(Manners(config=vrp_config(extra=line + "\n")))
    device = rig.device(there)
    result = rig.one(device)
    assert result.ok, result.reason
    kept = rig.text(device)
    assert re.search(r"^<secret-[0-9a-f]{16}> in place of a line of 1048576 characters$", kept, re.MULTILINE)
    assert max(map(len, kept.split("\n"))) < CONFIGURATION_LINE_CHARS
    again = rig.one(device)
    assert (again.ok, again.changed) == (True, False)


def test_a_long_text_is_kept_without_its_secrets_as_a_short_one_is(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=vrp_config(extra=DEAR.replace("password", "description"))))
    device = rig.device(there)
    assert rig.one(device).ok
    behave(there, config=vrp_config(extra=DEAR))
    changed = rig.one(device)
    assert (changed.ok, changed.changed) == (True, True)
    assert SECRET not in rig.text(device)
    assert len(rig.text(device)) > AT_ONCE_CHARS


def test_a_text_that_costs_too_much_is_given_up_and_shown_to_nobody(far: FarEnd, tmp_path: Path, rig: Rig) -> None:
    there, other = far.device(Manners(config=GOOD)), far.device(Manners(config=vrp_config("core-2"), host="core-2"))
    device, second = rig.device(there), rig.device(other, "core-2")
    assert rig.one(device).ok
    kept = rig.text(device)
    behave(there, config=vrp_config(extra=DEAR))
    refused, good = sorted(replace(rig, work_s=0.3).run(device, second), key=lambda result: result.device)
    assert refused.reason.startswith("what came was not worked through within 0.3 s")
    assert good.ok
    assert rig.text(device) == kept
    left = [path for path in (tmp_path / "var").rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert left == []


def test_the_time_of_a_device_is_one_for_all_that_is_done_to_its_text() -> None:
    pool = BoundedPool(1)
    work = TextWork(pool, 0.3)
    for _ in range(2):
        with pytest.raises(BackupError, match=r"within 0\.3 s"):
            work.do(AT_ONCE_CHARS + 1, re.search, "(a+)+$", "a" * 60 + "b")
    assert work._left_s < 0
    assert work.do(AT_ONCE_CHARS, len, "short texts need no process") == 27
    pool.close()


def test_a_run_whose_interpreter_is_held_is_ended_and_says_where() -> None:
    hog = (
        "import re, threading\n"
        "from opsmon.backup.last_resort import ended_when_held\n"
        "def search_prompt():\n"
        "    re.search('(a+)+$', 'a' * 60 + 'b')\n"
        "with ended_when_held(0.5):\n"
        "    thread = threading.Thread(target=search_prompt)\n"
        "    thread.start()\n"
        "    thread.join()\n"
    )
    ended = subprocess.run([sys.executable, "-c", hog], capture_output=True, timeout=PATIENCE_S, check=False, text=True)
    assert ended.returncode == 1
    assert "in search_prompt" in ended.stderr


def test_a_run_that_goes_on_is_not_ended() -> None:
    calm = (
        "import time\n"
        "from opsmon.backup.last_resort import ended_when_held\n"
        "with ended_when_held(0.5):\n"
        "    time.sleep(1.2)\n"
        "time.sleep(0.6)\n"
    )
    assert subprocess.run([sys.executable, "-c", calm], timeout=PATIENCE_S, check=False).returncode == 0
