"""The manual page: what stands in `man/` is what the commands say now, and what reads such pages bears it."""

import subprocess
from pathlib import Path

import pytest

from opsmon.cli.main import COMMANDS
from opsmon.cli.manual.__main__ import PLACES
from opsmon.cli.manual.page import manual_page
from tests.support.places import REPOSITORY
from tests.support.programs import require

PAGES = {language: REPOSITORY / "man" / place for language, place in PLACES.items()}


@pytest.mark.parametrize("language", PAGES)
def test_the_page_is_of_the_commands_as_they_are(language: str) -> None:
    assert PAGES[language].read_text(encoding="utf-8") == manual_page(language), "make man"


def rendered(page: Path) -> str:
    """As `man` shows it, in wide lines, without what overprints."""
    words = (
        require("groff", "groff-base"),
        "-ww",
        "-man",
        "-mzh",
        "-rLL=300n",
        "-Tutf8",
        "-Kutf8",
        "-P-c",
        "-P-b",
        "-P-u",
        page,
    )
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stderr == ""
    return done.stdout


def test_every_command_stands_in_it_in_chinese_too() -> None:
    english, chinese = rendered(PAGES["en"]), rendered(PAGES["zh"])
    for command in (*COMMANDS, "store migrate", "oncall override add"):
        assert f"opsmon {command} " in english
        assert f"opsmon {command} " in chinese
    assert "Start although the journal was written at a later time." in english
    assert "即使日志中有晚于当前时间的记录也启动。" in chinese
    assert "--trust-clock" in chinese


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_mandoc_has_nothing_against_it(page: Path) -> None:
    """But for the lengths of lines, which are a matter of style: a Chinese paragraph is one line."""
    words = (require("mandoc"), "-T", "lint", "-W", "warning", page)
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
