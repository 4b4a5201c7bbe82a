"""Makes and how each is read: its prompt, its way to more rights, its errors, and what proves that it came whole."""

import pytest

from opsmon.backup.proof.sections import IncompleteTextError, join_sections, parse_sections
from opsmon.backup.recipe import Structure
from tests.support.backup.far_end import FarEnd, Manners, ios_config, vrp_config
from tests.support.backup.rig import Rig

JUNOS = (
    "## Last commit: 2026-01-01 10:00:00 CST by ops\nversion 21.4;\nsystem {\n    host-name core-1;\n"
    + "".join(f"    name-server {{\n        192.0.2.{n};\n    }}\n" for n in range(1, 20))
    + "}\n"
)
PANOS = (
    "config {\n  deviceconfig {\n    system {\n      hostname core-1;\n"
    + "".join(f"      dns-{n} 192.0.2.{n};\n" for n in range(1, 20))
    + '    }\n  }\n  shared {\n    public-key "-----BEGIN\nAAAA}\n{\n-----END";\n  }\n}\n'
)
GAIA = "# Configuration of core-1\nset hostname core-1\n" + "".join(f"set dns suffix s{n}\n" for n in range(1, 20))
PROCURVE = 'Running configuration:\n\n; J9773A Configuration Editor; Created on release #YA.16\n\nhostname "core-1"\n'
PROCURVE += "".join(f'vlan {n}\n   name "v{n}"\n   exit\n' for n in range(1, 9))
IOSXR = "Mon Nov 28 10:00:00.123 UTC\nBuilding configuration...\n!! IOS XR Configuration 7.5.2\n" + ios_config("core-1")
CONFIGS = {"junos": JUNOS, "panos": PANOS, "gaia": GAIA, "procurve": PROCURVE, "iosxr": IOSXR}


@pytest.mark.parametrize("make", CONFIGS)
@pytest.mark.parametrize("page_lines", [0, 7])
def test_a_make_is_read_and_proved_by_a_recipe_of_its_own(far: FarEnd, rig: Rig, make: str, page_lines: int) -> None:
    wipe = "\r" + " " * 70 + "\r"
    manners = Manners(make=make, config=CONFIGS[make], page_lines=page_lines, refuses_setup=True, wipe=wipe)
    device = rig.device(far.device(manners))
    result = rig.one(device)
    assert result.ok, result.reason
    assert rig.standing(device).recipe != "generic"
    assert rig.standing(device).hostname == "core-1"
    assert not {"\x1b", "\r"} & set(rig.text(device))


@pytest.mark.parametrize("shell", ["root@core-1%", "root@core-1:~ # ", "root@:RE:0% "])
def test_root_of_junos_gets_from_its_shell_to_the_command_line(far: FarEnd, rig: Rig, shell: str) -> None:
    there = far.device(Manners(make="junos", config=JUNOS, root_shell=shell))
    result = rig.one(rig.device(there))
    assert result.ok, result.reason
    assert there.said.count("cli") == 1


@pytest.mark.parametrize("prompt", ["asa/admin#", "asa/act/pri#", "FW HEAD/ctx-1#"])
def test_contexts_of_an_asa(far: FarEnd, rig: Rig, prompt: str) -> None:
    text = ios_config("asa").replace("end\n\n", ": end\n")
    result = rig.one(rig.device(far.device(Manners(make="asa", config=text, prompt=prompt))))
    assert result.ok, result.reason


@pytest.mark.parametrize(
    "error",
    [
        "% Invalid input detected at '^' marker.",
        "%Error: Bad command",
        "Error: Unrecognized command found at '^' position.",
        "error: syntax error, expecting <command>",
        "Unknown command: display",
        "syntax error: unknown argument",
        "CLINFR0329  Invalid command:'display current-configuration'.",
        "Command not found: show",
        "Invalid syntax.",
        "Unsupported command",
        "You do not have permission to run this command",
        "错误：不可识别的命令",
        "未知命令",
    ],
)
def test_errors_of_every_make_end_the_generic_recipe(far: FarEnd, rig: Rig, error: str) -> None:
    padding = "".join(f"usage line {n}\n" for n in range(12))
    there = far.device(Manners(make="nxos", config=f"{error}\n{padding}"))
    reason = rig.one(rig.device(there, platform="zte_zxros")).reason
    assert reason.startswith("the device answered with an error:"), reason


VDOM_END = "config vdom\nedit root\nconfig system x\n    set a 1\nend\nend\nconfig global\nend\n"
VDOM_NEXT = "config vdom\nedit root\nnext\nedit guest\nconfig system x\nend\nnext\nend\n"
WHOLE = [
    (Structure.EDIT, VDOM_END),
    (Structure.EDIT, VDOM_NEXT),
    (Structure.EDIT, 'config x\n    edit 1\n        set comment "19\\" rack"\n    next\nend\n'),
    (Structure.EDIT, 'config x\n    edit 1\n        set comment 19" rack\n    next\nend\n'),
    (Structure.EDIT, 'config x\n    set path "C:\\\\"\nend\nconfig y\nend\n'),
    (Structure.EDIT, '#comment with one " mark\nconfig x\nend\n'),
    (Structure.EDIT, 'config x\n    set cert "-----BEGIN\nend\nnext\n-----END"\nend\n'),
    (Structure.BRACE, 'chassis {\n    description "19" rack";\n}\n'),
    (Structure.BRACE, 'a {\n    description "brace { in a text";\n    b "} and {";\n}\n'),
    (Structure.BRACE, "a {\n    /* opened { and\n    }\n    never closed */\n    b;\n}\n"),
    (
        Structure.BRACE,
        "a { ## SECRET-DATA {\n    b;\n} ## closed {\n".replace(" {\n    b", "\n    b", 1).replace(" {\n", "\n"),
    ),
    (Structure.BRACE, 'a {\n    key "one\n}\ntwo";\n}\n'),
]
CUT = [
    (Structure.EDIT, "config vdom\nedit root\nconfig system x\nend\n"),
    (Structure.EDIT, "config x\n    edit 1\n    next\n"),
    (Structure.EDIT, "config x\nend\nend\n"),
    (Structure.EDIT, "config x\nnext\nend\n"),
    (Structure.BRACE, "a {\n    b;\n"),
    (Structure.BRACE, "a {\n    b;\n}\n}\n"),
    (Structure.BRACE, "a {\n    /* b\n}\n"),
]


@pytest.mark.parametrize(("structure", "text"), WHOLE)
def test_marks_and_braces_in_texts_do_not_count(structure: Structure, text: str) -> None:
    assert join_sections(parse_sections(text, structure), structure) == text


@pytest.mark.parametrize(("structure", "text"), CUT)
def test_what_was_cut_off_is_not_whole(structure: Structure, text: str) -> None:
    with pytest.raises(IncompleteTextError):
        parse_sections(text, structure)


@pytest.mark.parametrize(("structure", "text"), [case for case in WHOLE if len(parse_sections(case[1], case[0])) == 1])
def test_one_section_is_not_whole_before_its_last_line(structure: Structure, text: str) -> None:
    lines = text.splitlines(keepends=True)
    for count in range(1, len(lines)):
        with pytest.raises(IncompleteTextError):
            parse_sections("".join(lines[:count]), structure)


def test_a_well_behaved_vrp_is_not_asked_to_raise_rights(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=vrp_config()))
    assert rig.one(rig.device(there)).ok
    assert "super" not in there.said
