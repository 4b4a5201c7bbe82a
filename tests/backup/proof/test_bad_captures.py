"""Twenty kinds of bad capture, each refused with its reason in words, the last good copy untouched, the rest put aside."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.backup.far_end import FarEnd, Manners, behave, ios_config, vrp_config
from tests.support.backup.rig import Rig

GOOD = vrp_config()
IOS = ios_config("core-1")
JUNOS = "system {\n    host-name core-1;\n" + "".join(f"    x {{\n        y {n};\n    }}\n" for n in range(9)) + "}\n"
FORTI = "config system global\n    set hostname core-1\nend\n" + "".join(
    f"config firewall address\n    edit a{n}\n        set subnet 192.0.2.{n}\n    next\nend\n" for n in range(9)
)


@dataclass(frozen=True)
class Bad:
    """What is wrong, how the device then behaves, what the reason must say."""

    name: str
    manners: dict[str, Any]
    reason: str
    good: dict[str, Any] = field(default_factory=lambda: {"config": GOOD})


KINDS = (
    Bad("empty", {"config": ""}, "the capture is empty"),
    Bad("blank lines", {"config": "\n" * 50}, "the capture is empty"),
    Bad("no rights", {"error": "Error: You do not have permission to run the command.\n"}, "answered with an error: Error:"),
    Bad("unknown command", {"error": "    ^\nError: Unrecognized command found at '^' position.\n"}, "answered with an error"),
    Bad("command not found", {"error": "display: command not found\n"}, "command not found"),
    Bad("error after the text", {"config": GOOD + "Error: The system is busy.\n"}, "answered with an error: Error: The system"),
    Bad("error between the lines", {"config": GOOD.replace("return", "#" * 3) + "#\n" * 30 + "Error: read failed\n" + "#\n" * 30 + "return\n"}, "Error: read failed"),
    Bad("cut off by the device", {"config": GOOD[: GOOD.index("interface GigabitEthernet0/0/25")]}, "end of the configuration was not seen"),
    Bad("only the beginning", {"config": GOOD[:100]}, "only 5 lines"),
    Bad("only the end", {"config": "#\nreturn\n"}, "only 2 lines"),
    Bad("session cut", {"cut_after_chars": 900}, "the session was cut after"),
    Bad("stalled", {"stall_after_chars": 900}, "the device stalled"),
    Bad("another device", {"config": vrp_config("core-2")}, "it calls itself `core-2`, and `core-1` in the last good copy"),
    Bad("much shorter", {"config": vrp_config(interfaces=10)}, "% as long as the last good copy"),
    Bad("end in the middle only", {"config": GOOD + "#\n" * 8}, "end of the configuration was not seen"),
    Bad("error of IOS", {"error": "% Authorization failed.\n"}, "Authorization failed", {"make": "ios", "config": IOS}),
    Bad("IOS without end", {"config": IOS.replace("end\n\n", "")}, "end of the configuration", {"make": "ios", "config": IOS}),
    Bad("rights lost", {"needs_enable": True}, "`ssh.enable` is not given", {"make": "ios", "config": IOS}),
    Bad("brace left open", {"config": JUNOS.removesuffix("}\n")}, "`system {` is not closed", {"make": "junos", "config": JUNOS}),
    Bad("section left open", {"config": FORTI.removesuffix("end\n")}, "is not closed", {"make": "forti", "config": FORTI}),
    Bad("error of FortiOS", {"error": "Unknown action 0\nCommand fail. Return code -1\n"}, "answered with an error", {"make": "forti", "config": FORTI}),
    Bad("login refused", {"password": "another-password"}, "was refused"),
    Bad("no shell", {"stall_at_login": True}, "the device stalled"),
)  # fmt: skip


def test_there_are_twenty() -> None:
    assert len({bad.name for bad in KINDS}) >= 20


@pytest.mark.parametrize("bad", KINDS, ids=lambda bad: str(bad.name))
def test_a_bad_capture_is_refused_and_the_last_good_copy_stays(far: FarEnd, rig: Rig, bad: Bad) -> None:
    there = far.device(Manners(**bad.good))
    device = rig.device(there)
    first = rig.one(device)
    assert first.ok, first.reason
    kept, commit = rig.text(device), rig.standing(device).commit

    behave(there, **bad.manners)
    refused = rig.one(device)
    assert not refused.ok
    assert bad.reason in refused.reason

    standing = rig.standing(device)
    assert (rig.text(device), standing.commit, standing.good_at) == (kept, commit, first.at)
    assert (standing.reason, standing.failures) == (refused.reason, 1)
    assert (rig.root / "backups" / "hall" / "core-1.cfg").read_text("utf-8") == kept

    behave(there, **{**vars_of(Manners()), **bad.good})
    again = rig.one(device)
    assert (again.ok, again.changed, rig.standing(device).failures) == (True, False, 0)


def vars_of(manners: Manners) -> dict[str, Any]:
    return {name: getattr(manners, name) for name in manners.__dataclass_fields__}


def test_two_readings_that_differ_are_refused_where_no_end_is_known(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(make="nxos", config=IOS.replace("end\n\n", "")))
    device = rig.device(there)
    assert rig.one(device).ok
    assert there.said.count("show running-config") == 2


def test_a_shorter_copy_is_believed_when_it_is_accepted(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=GOOD))
    device = rig.device(there)
    rig.one(device)
    behave(there, config=vrp_config(interfaces=10))
    assert not rig.one(device).ok
    assert rig.one(device, accept=True).changed
    assert rig.text(device) == vrp_config(interfaces=10)


def test_the_name_of_the_inventory_is_the_one_that_counts(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=GOOD))
    refused = rig.one(rig.device(there, hostnames=("core-9",)))
    assert refused.reason == "this is another device: it calls itself `core-1`, and `ssh.hostname` is `core-9`"
    assert rig.one(rig.device(there, hostnames=("core-1",))).ok


def test_what_came_is_put_aside_scrubbed_even_when_it_was_cut_in_a_secret(far: FarEnd, rig: Rig) -> None:
    secret = vrp_config(extra=" local-user ops password cipher %^%#PlantedCipherText1234567890%^%#\n#\n")
    there = far.device(Manners(config=secret, cut_after_chars=secret.index("1234567890")))
    assert not rig.one(rig.device(there)).ok
    quarantine = rig.quarantine()
    assert "local-user ops password cipher <secret-" in quarantine
    assert "Planted" not in quarantine
