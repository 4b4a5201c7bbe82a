"""Pagers of every make: turned, and nothing of them in the text, whether the device wipes them out or not."""

import pytest

from opsmon.backup.device.pager import key_of
from tests.support.backup.far_end import FarEnd, Manners, ios_config
from tests.support.backup.rig import Rig, impatient, stock_recipes

CONFIG = ios_config(interfaces=12)
KNOWN = [
    "--More--",
    " --More-- ",
    "---- More ----",
    "<--- More --->",
    "-- MORE --, next page: Space, next line: Enter, quit: Control-C",
    "--More or (q)uit--",
    "More: <space>,  Quit: q or CTRL+Z, One line: <return> ",
    "----More (q=Quit, space/return=Continue)----",
    "---- More ( Press 'Q' to break ) ----",
    " --More(CTRL+C break)-- ",
    "---(more 12%)---",
    "--More--(23%)",
    "Press any key to continue (Q to quit)",
    "Press <SPACE> to continue or <Q> to quit:",
    "lines 1-24",
    "lines 25-48/90 53%",
    "--更多--",
    "按任意键继续",
]


@pytest.mark.parametrize("pager", KNOWN)
def test_a_known_pager_is_turned(far: FarEnd, rig: Rig, pager: str) -> None:
    wipe = "\r" + " " * 70 + "\r"
    manners = Manners(make="ios", config=CONFIG, page_lines=9, refuses_setup=True, pager=pager, wipe=wipe)
    there = far.device(manners)
    device = rig.device(there)
    result = rig.one(device)
    assert result.ok, result.reason
    assert rig.text(device).count("\ninterface ") == 11
    assert not {"ore", "ress", "lines ", "更多", "按任意键"} & {
        word for word in ("ore", "ress") if word in rig.text(device)
    }
    assert there.keys == {" "}


@pytest.mark.parametrize("wipe", ["", "\n", "\b" * 8 + " " * 8 + "\b" * 8])
def test_a_pager_that_is_not_wiped_out_leaves_no_trace(far: FarEnd, rig: Rig, wipe: str) -> None:
    manners = Manners(make="ios", config=CONFIG, page_lines=9, refuses_setup=True, pager="--More--", wipe=wipe)
    device = rig.device(far.device(manners))
    result = rig.one(device)
    assert result.ok, result.reason
    assert "More" not in rig.text(device)


def test_a_pager_that_nobody_knows_is_tried_when_the_device_is_silent(far: FarEnd, rig: Rig) -> None:
    rig.recipes = impatient(stock_recipes(), 1.0)
    pager = "[[ 3 pages left, hit SPC ]]"
    manners = Manners(make="ios", config=CONFIG, page_lines=18, refuses_setup=True, pager=pager, wipe="\r")
    device = rig.device(far.device(manners))
    result = rig.one(device)
    assert result.ok, result.reason
    assert "SPC" not in rig.text(device)


def test_a_pager_that_is_no_pager_of_anybody_is_shown_and_can_be_taught(far: FarEnd, rig: Rig) -> None:
    manners = Manners(make="ios", config=CONFIG, page_lines=9, refuses_setup=True, pager="~~ etc ~~", wipe="\r")
    there = far.device(manners)
    refused = rig.one(rig.device(there))
    assert "it stands in the line `~~ etc ~~`" in refused.reason
    taught = rig.one(rig.device(there, pager="^~~ etc ~~$"))
    assert taught.ok, taught.reason


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("--More--", " "),
        ("lines 49-90/90 (END)", "q"),
        ("Press Enter to continue...", "\n"),
        ("Press any key to continue, ENTER for one line", " "),
        ("Would you like to display the next 15 entries? (y/n)", "y"),
    ],
)
def test_which_key_turns_the_page(line: str, key: str) -> None:
    assert key_of(line, " ") == key
