"""Devices that behave well and badly, read over SSH: what is kept is what they showed, and nothing else."""

import time
from typing import Any

import asyncssh
import pytest

from opsmon.config.secret import MissingSecret
from opsmon.errors import Problem
from opsmon.model.secret import Secret
from tests.support.backup.far_end import FarEnd, Manners, behave, ios_config, vrp_config
from tests.support.backup.rig import Rig

CONFIG = vrp_config()


def test_a_well_behaved_device(far: FarEnd, rig: Rig) -> None:
    device = rig.device(far.device(Manners(config=CONFIG)))
    result = rig.one(device)
    assert (result.ok, result.first, result.changed) == (True, True, False)
    assert rig.text(device) == CONFIG
    assert (rig.root / "backups" / "hall" / "core-1.cfg").read_text("utf-8") == CONFIG


@pytest.mark.parametrize("make", ["vrp", "comware", "ios", "nxos", "asa", "junos"])
def test_a_pager_that_cannot_be_turned_off_leaves_no_trace(far: FarEnd, rig: Rig, make: str) -> None:
    text = {"vrp": CONFIG, "comware": CONFIG, "ios": ios_config(), "nxos": ios_config().replace("end\n\n", "")}
    text |= {"asa": ios_config().replace("end\n\n", ": end\n"), "junos": JUNOS}
    manners = Manners(make=make, host="core-1", config=text[make], page_lines=7, refuses_setup=True)
    device = rig.device(far.device(manners))
    paged = rig.one(device)
    assert paged.ok, paged.reason
    kept = rig.text(device)
    behave_device = rig.device(far.device(Manners(make=make, host="core-1", config=text[make])), "plain")
    assert rig.one(behave_device).ok
    assert kept == rig.text(behave_device)
    assert not {"\x1b", "\b", "\r"} & set(kept)


JUNOS = (
    "## Last commit: 2026-01-01 10:00:00 CST by ops\nversion 21.4;\nsystem {\n    host-name mx-1;\n"
    + "".join(f"    name-server {{\n        192.0.2.{n};\n    }}\n" for n in range(1, 20))
    + "}\n"
)


def test_fortios_is_read_page_by_page_and_its_new_salts_are_no_change(far: FarEnd, rig: Rig) -> None:
    def config(salt: str, name: str = "port") -> str:
        ports = "".join(f'    edit "{name}{n}"\n        set vdom "root"\n    next\n' for n in range(1, 20))
        head = f"config system admin\n    edit admin\n        set password ENC {salt}==\n    next\nend\n"
        name_it = "config system global\n    set hostname fw-1\nend\n"
        return f"{name_it}{head}config system interface\n{ports}end\n"

    there = far.device(Manners(make="forti", host="fw-1", config=config("Xsalt1secretsecret"), page_lines=9))
    device = rig.device(there, "fw-1")
    assert rig.one(device).ok
    behave(there, config=config("Ysalt2secretsecret"))
    assert not rig.one(device).changed
    behave(there, config=config("Ysalt2secretsecret", "wan"))
    assert rig.one(device).changed
    assert "salt" not in rig.text(device)
    assert "console" not in "".join(there.said)  # paging was not turned off in the configuration


def test_a_question_after_the_login_is_never_answered_yes(far: FarEnd, rig: Rig) -> None:
    warning = "Warning: The password will expire in 3 days. The password needs to be changed. Change now? [Y/N]:"
    banner = "*" * 60 + "\n* <no entry> for strangers #\n" + "*" * 60 + "\n"
    there = far.device(Manners(config=CONFIG, banner=banner, question=warning))
    device = rig.device(there)
    assert rig.one(device).ok
    assert not there.saved
    assert rig.text(device) == CONFIG


@pytest.mark.parametrize(
    "question",
    [
        "Your password will expire in 3 days. Change it now? (yes/no): ",
        "Change the password? [Y/N]:",
        "-- press ENTER --",
    ],
)
def test_any_question_of_any_make_is_declined(far: FarEnd, rig: Rig, question: str) -> None:
    there = far.device(Manners(make="ios", host="edge-1", config=ios_config(), question=question))
    assert rig.one(rig.device(there, "edge-1")).ok
    assert not there.agreed


def test_a_banner_with_lines_that_look_like_prompts(far: FarEnd, rig: Rig) -> None:
    banner = "".join(f"area-{n}#\nrestricted>\n" for n in range(20))
    there = far.device(
        Manners(make="ios", host="edge-1", config=ios_config(), banner=banner, chunk=5, chunk_delay_s=0.005)
    )
    device = rig.device(there, "edge-1", stall_s=10.0)  # a busy machine may hold the slow banner up for a second
    assert rig.one(device).ok
    assert rig.text(device).startswith("!\n!\nversion 15.2")


def test_a_prompt_that_shows_another_view(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=CONFIG, view_prompt="[~core-1-diagnose]"))
    assert rig.one(rig.device(there)).ok


def test_a_line_that_looks_like_another_prompt_does_not_end_the_reading(far: FarEnd, rig: Rig) -> None:
    tricky = vrp_config(extra="<other-9>\ncore-2#\n")
    device = rig.device(far.device(Manners(config=tricky, chunk=1)))
    assert rig.one(device).ok
    assert rig.text(device) == tricky


def test_enable(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(make="ios", host="edge-1", config=ios_config(), needs_enable=True))
    assert rig.one(rig.enabling(there, "edge-1")).ok
    without = rig.one(rig.device(there, "edge-2"))
    assert "`ssh.enable` is not given" in without.reason
    wrong = rig.one(rig.device(there, "edge-3", enable=Secret("not-the-enable-password")))
    assert "`enable` was refused" in wrong.reason


def test_a_wrong_password(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=CONFIG))
    result = rig.one(rig.device(there, password=Secret("not-the-login-password")))
    assert not result.ok
    assert "refused" in result.reason
    assert there.logins == 0


def test_a_host_key_that_changed_is_refused_before_the_password_is_sent(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=CONFIG))
    device = rig.device(there)
    assert rig.one(device).ok
    pins = rig.root / "var" / "known_hosts"
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[:2]
    pins.write_text(f"[127.0.0.1]:{there.port} {' '.join(stranger)}\n", "ascii")
    logins = there.logins
    assert "host key changed" in rig.one(device).reason
    other = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode().split()[:2]
    pins.write_text(f"[127.0.0.1]:{there.port} {' '.join(other)}\n", "ascii")
    assert not rig.one(device).ok
    pins.write_text(f"[127.0.0.1]:{there.port} ssh-ed25519 brokenbrokenbroken\n", "ascii")
    assert "host key changed" in rig.one(device).reason
    assert there.logins == logins
    pins.unlink()
    assert rig.one(device).ok


def test_a_device_that_moved_is_known_by_its_name(far: FarEnd, rig: Rig) -> None:
    there, elsewhere = far.device(Manners(config=CONFIG)), far.device(Manners(config=CONFIG))
    device = rig.device(there)
    assert rig.one(device).ok
    pins = rig.root / "var" / "known_hosts"
    pins.write_text(
        pins.read_text("ascii").replace(f":{there.port}", f":{elsewhere.port}").replace("127.0.0.1", "127.0.0.9")
    )
    assert "host key changed" in rig.one(rig.device(elsewhere)).reason
    assert elsewhere.logins == 0


def test_the_key_is_pinned_before_the_password_is_sent(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=CONFIG))
    assert not rig.one(rig.device(there, password=Secret("not-the-login-password"))).ok
    line = (rig.root / "var" / "known_hosts").read_text("ascii")
    assert line.startswith(f"[core-1]:{there.port},[127.0.0.1]:{there.port} ssh-ed25519 ")


def test_weak_algorithms_are_spoken_only_where_that_is_permitted(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=CONFIG), weak=True)
    refused = rig.one(rig.device(there))
    assert "legacy: true" in refused.reason
    assert there.logins == 0
    assert rig.one(rig.device(there, legacy=True)).ok


def test_a_session_that_is_cut_is_told_at_once_from_one_that_stalls(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=CONFIG, cut_after_chars=500))
    device = rig.device(there)
    began = time.monotonic()
    cut = rig.one(device)
    assert "was cut after" in cut.reason
    assert time.monotonic() - began < 2.0
    assert CONFIG[:400] in rig.quarantine()
    behave(there, cut_after_chars=None, stall_after_chars=500)
    assert "stalled" in rig.one(device).reason
    behave(there, stall_after_chars=None)
    assert rig.one(device).ok


def test_a_device_that_says_nothing_after_the_login(far: FarEnd, rig: Rig) -> None:
    assert "stalled" in rig.one(rig.device(far.device(Manners(stall_at_login=True)))).reason


def test_a_slow_link(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=CONFIG, chunk=100, chunk_delay_s=0.01, delay_s=0.2))
    device = rig.device(there)
    assert rig.one(device).ok
    assert rig.text(device) == CONFIG


def test_five_megabytes(far: FarEnd, rig: Rig) -> None:
    long = vrp_config(interfaces=66_000)
    assert len(long) > 5_000_000
    device = rig.device(far.device(Manners(config=long)))
    assert rig.one(device).ok
    assert rig.text(device) == long


def test_a_configuration_in_gbk(far: FarEnd, rig: Rig) -> None:
    chinese = vrp_config(extra="interface Vlanif1\n description 二龙路主会场\n#\n")
    device = rig.device(far.device(Manners(config=chinese, encoding="gb18030")))
    assert rig.one(device).ok
    assert "二龙路主会场" in rig.text(device)
    assert rig.standing(device).encoding == "gb18030"


def test_nobody_there(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners())
    device = rig.device(there, port=1)
    assert "refused the connection" in rig.one(device).reason


def test_a_platform_that_nobody_knows(far: FarEnd, rig: Rig) -> None:
    device = rig.device(far.device(Manners()), platform="no_such_platform")
    assert "no platform of netmiko" in rig.one(device).reason


def test_any_platform_that_netmiko_knows_by_its_name(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(make="nxos", config=ios_config("core-1").replace("end\n\n", "")))
    device = rig.device(there, platform="zte_zxros")
    result = rig.one(device)
    assert result.ok, result.reason
    assert "hostname core-1" in rig.text(device)
    assert rig.standing(device).recipe == "generic"
    behave(there, cut_after_chars=300)
    assert "was cut" in rig.one(device).reason


def test_a_secret_whose_reference_leads_nowhere(far: FarEnd, rig: Rig) -> None:
    device = rig.device(
        far.device(Manners(config=CONFIG)), password=MissingSecret(Problem("", 0, 0, "BACKUP_PASSWORD is not set"))
    )
    result = rig.one(device)
    assert not result.ok
    assert "BACKUP_PASSWORD is not set" in result.reason


@pytest.mark.parametrize(
    ("access", "reason"),
    [({"platform": "cisco_ios_telnet"}, "only SSH is spoken"), ({"key": "/nonexistent", "password": None}, "key file")],
)
def test_access_that_cannot_be(far: FarEnd, rig: Rig, access: dict[str, Any], reason: str) -> None:
    assert reason in rig.one(rig.device(far.device(Manners()), **access)).reason
