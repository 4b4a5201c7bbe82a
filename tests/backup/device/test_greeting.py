"""From the login to the first prompt: a prompt is what comes again, whatever its alphabet, pieces and pauses."""

from typing import Any

import pytest

from opsmon.model.secret import Secret
from tests.support.backup.far_end import FarEnd, Manners, ios_config, vrp_config
from tests.support.backup.rig import Rig

VRP, IOS = vrp_config(), ios_config()


@pytest.mark.parametrize(
    ("make", "prompt"),
    [
        ("ios", "FW HEAD OFFICE#"),
        ("ios", "RP/0/RSP0/CPU0:core[1]#"),
        ("ios", "[local]edge-1#"),
        ("ios", "(Cisco Controller) #"),
        ("ios", "edge_1.lab:~$ "),
        ("ios", "主楼-核心#"),
        ("vrp", "<core 1>"),
        ("vrp", "<core[1]>"),
        ("vrp", "HRP_M<FW~1>"),
        ("comware", "RBM_P<core-1>"),
    ],
)
def test_names_of_every_alphabet(far: FarEnd, rig: Rig, make: str, prompt: str) -> None:
    there = far.device(Manners(make=make, config=VRP if make != "ios" else IOS, prompt=prompt))
    result = rig.one(rig.device(there))
    assert result.ok, result.reason


@pytest.mark.parametrize("pause_s", [0.02, 0.15, 0.3])
@pytest.mark.parametrize("cut", [1, 7, 14])
def test_a_prompt_in_two_pieces_with_any_pause(far: FarEnd, rig: Rig, cut: int, pause_s: float) -> None:
    prompt = "[local]edge-1# "
    there = far.device(Manners(make="ios", config=IOS, prompt_pieces=(prompt[:cut], pause_s, prompt[cut:])))
    result = rig.one(rig.device(there))
    assert result.ok, result.reason


@pytest.mark.parametrize(
    "pieces",
    [
        ("welcome\n", 0.3, "area-1#", 0.3, "\nrestricted>", 0.25, "\nno entry\n"),
        ("line one\nedge-1#", 0.2, "\nedge-1#", 0.05, " is the name of this device\n"),
        ("line one\nedge-1#", 0.2, "\nedge-1#", 0.2, " is the name of this device\n"),
        ("line one\nedge-1#", 0.2, "\nedge-1#", 0.5, " is the name of this device\n"),
        ("***** no strangers ####", 0.4, "\n"),
    ],
)
def test_a_banner_in_pieces_that_looks_like_prompts(far: FarEnd, rig: Rig, pieces: tuple[str | float, ...]) -> None:
    there = far.device(Manners(make="ios", host="edge-1", config=IOS, banner_pieces=pieces))
    device = rig.device(there)
    result = rig.one(device)
    assert result.ok, result.reason
    assert rig.text(device).endswith("end\n\n") or rig.text(device).endswith("end\n")


def test_a_prompt_that_comes_late_and_a_device_that_loses_the_first_line(far: FarEnd, rig: Rig) -> None:
    late = rig.one(rig.device(far.device(Manners(config=VRP, banner_pieces=(0.5,))), "late"))
    assert late.ok, late.reason
    lost = rig.one(rig.device(far.device(Manners(config=VRP, swallows=1)), "lost"))
    assert lost.ok, lost.reason


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Your password has expired.\nEnter old password: ", "demands a new password"),
        ("You must change your password before you go on.\nNew Password:", "demands a new password"),
        ("密码已过期，请修改密码\n请输入旧密码：", "demands a new password"),
        ("Token: ", "second factor"),
        ("Enter your verification code: ", "second factor"),
        ("请输入动态口令：", "second factor"),
        ("Site password: ", "nobody can answer"),
    ],
)
def test_what_nobody_can_answer_is_told_in_words(far: FarEnd, rig: Rig, question: str, reason: str) -> None:
    result = rig.one(rig.device(far.device(Manners(config=VRP, question=question))))
    assert reason in result.reason
    assert question.rsplit("\n", maxsplit=1)[-1].strip() in result.reason


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("\nAll user interfaces are used, please try later!\n", "All user interfaces are used, please try later!"),
        ("% No free VTY lines.\n", "No free VTY lines."),
        ("Password expired: change it on the console.\n", "demands a new password"),
        ("", "without a word"),
    ],
)
def test_the_last_words_of_a_device_that_hangs_up(far: FarEnd, rig: Rig, words: str, reason: str) -> None:
    result = rig.one(rig.device(far.device(Manners(config=VRP, farewell=words or "\n"))))
    assert reason in result.reason


@pytest.mark.parametrize(
    ("manners", "access", "cure"),
    [
        ({"prompt": "== core-1 =="}, {"prompt": r"== (?P<host>\S+) =="}, "core-1 =="),
        ({"prompt": "core-1 §"}, {"prompt": r"(?P<host>\S+) §"}, "core-1 §"),
    ],
)
def test_a_prompt_that_is_not_known_is_shown_and_can_be_taught(
    far: FarEnd, rig: Rig, manners: dict[str, Any], access: dict[str, Any], cure: str
) -> None:
    there = far.device(Manners(make="ios", config=IOS, **manners))
    refused = rig.one(rig.device(there))
    assert "no prompt of `cisco-ios` was seen, but" in refused.reason
    assert cure in refused.reason
    taught = rig.one(rig.device(there, **access))
    assert taught.ok, taught.reason


def test_a_device_that_thinks_is_waited_for_as_the_inventory_says(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=VRP, thinks_s=1.2))
    refused = rig.one(rig.device(there))
    assert "stalled" in refused.reason
    assert "`ssh: {stall: 60s}`" in refused.reason
    patient = rig.one(rig.device(there, stall_s=3.0))
    assert patient.ok, patient.reason


@pytest.mark.parametrize("make", ["vrp", "comware"])
def test_super_is_typed_where_its_password_is_given(far: FarEnd, rig: Rig, make: str) -> None:
    there = far.device(Manners(make=make, config=VRP, supers=True))
    raised = rig.one(rig.enabling(there))
    assert raised.ok, raised.reason
    wrong = rig.one(rig.device(there, "wrong", enable=Secret("not-the-password-of-super")))
    assert "`super` was refused" in wrong.reason
    assert "Failed to authenticate" in wrong.reason
