"""`opsmon probe`, against an SNMP agent that the test runs on loopback."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli.said import Opsmon
from tests.support.places import GOLDEN
from tests.support.probe.profile.agent import Agent, running_agent

PROFILES = GOLDEN / "profiles"
SHAPE = {
    "target", "outcome", "profile", "kind", "vendor", "model", "serial", "software", "system", "samples", "checks",
}  # fmt: skip


@pytest.fixture
def agent() -> Iterator[Agent]:
    with running_agent((PROFILES / "huawei-vrp.snmprec").read_text("utf-8"), community="planted-secret-17") as agent:
        yield agent


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty root: the stock profiles, no inventory."""
    return tmp_path


def words(agent: Agent, *more: str) -> list[str]:
    return ["probe", agent.address, "--port", str(agent.port), "--community", "planted-secret-17", *more]


def test_a_bare_address_is_identified_and_shown(command: Opsmon, agent: Agent, here: Path) -> None:
    said = command(*words(agent, "--checks", "snmp", "--root", str(here)))
    assert said.code == 0, said.err
    for text in ("huawei-vrp", "S5735-L24T4X-A", "MPU Board 0", "17.0%", "psu 0.2", "GigabitEthernet0/0/1", "to core"):
        assert text in said.out
    assert "planted-secret-17" not in said.out + said.err


def test_json_is_one_document_of_the_fixed_shape(command: Opsmon, agent: Agent, here: Path) -> None:
    said = command(*words(agent, "--checks", "snmp", "--json", "--trace", "--root", str(here)))
    document: dict[str, Any] = said.json
    assert set(document) == SHAPE
    assert (document["profile"], document["kind"], document["vendor"]) == ("huawei-vrp", "switch", "Huawei")
    assert document["system"]["sysObjectID"] == "1.3.6.1.4.1.2011.2.23.700"
    assert document["system"]["sysUpTime_s"] == 86400.0
    cpu = {"metric": "opsmon_device_cpu_ratio", "labels": {"cpu": "MPU Board 0"}, "value": 0.17}
    assert cpu in document["samples"]
    (check,) = document["checks"]
    assert (check["check"], check["outcome"], check["detail"]) == ("snmp", "ok", "")
    assert check["duration_s"] > 0


def test_trace_names_every_request_on_stderr(command: Opsmon, agent: Agent, here: Path) -> None:
    said = command(*words(agent, "--checks", "snmp", "--trace", "--json", "--root", str(here)))
    *lines, summary = said.err.splitlines()
    assert summary == f"{agent.requests} SNMP requests"
    assert len(lines) == agent.requests
    assert all(" names" in line and " ms" in line for line in lines)


def test_a_device_that_does_not_answer_is_bad(command: Opsmon, agent: Agent, here: Path) -> None:
    said = command("probe", "127.0.0.1", "--port", "1", "--checks", "snmp", "--json", "--root", str(here))
    assert said.code == 1
    assert said.json["outcome"] == "refused"
    found = {sample["metric"]: sample["value"] for sample in said.json["samples"]}
    assert found.pop("probe_duration_seconds") == pytest.approx(0, abs=2)
    assert found.pop("probe_dns_lookup_time_seconds") == pytest.approx(0, abs=2)
    # Where it went is told all the same; the hash is that of blackbox_exporter.
    expected = {"probe_success": 0.0, "probe_timeout_seconds": 45.0, "probe_ip_protocol": 4.0}
    assert found == {**expected, "probe_ip_addr_hash": 3668918509.0}


def test_a_profile_can_be_forced(command: Opsmon, agent: Agent, here: Path) -> None:
    said = command(*words(agent, "--checks", "snmp", "--json", "--profile", "if-mib", "--root", str(here)))
    assert said.json["profile"] == "if-mib"
    assert not [sample for sample in said.json["samples"] if sample["metric"] == "opsmon_device_cpu_ratio"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--profile", "if-mid"], "did you mean `if-mib`?"),
        (["--checks", "snpm"], "did you mean `snmp`?"),
        (["--checks", "tcp"], "needs settings"),
    ],
)
def test_wrong_words_are_exit_2(command: Opsmon, agent: Agent, here: Path, more: list[str], message: str) -> None:
    said = command(*words(agent, *more, "--root", str(here)))
    assert said.code == 2
    assert message in " ".join(said.err.replace("│", " ").split())


def test_a_bare_address_is_asked_whatever_mistakes_the_root_has(command: Opsmon, agent: Agent, here: Path) -> None:
    (here / "opsmon.yaml").write_text("languish: zh\n", encoding="utf-8")
    said = command(*words(agent, "--checks", "snmp", "--json", "--root", str(here)))
    assert (said.code, said.json["profile"]) == (0, "huawei-vrp")
    assert "has mistakes" in said.err
    named = command("probe", "core-1", "--root", here)
    assert named.code == 2
    assert "languish" in named.err


def test_a_name_that_no_device_has_is_exit_2_with_a_hint(command: Opsmon, root: Path) -> None:
    said = command("probe", "core-l", "--root", root)
    assert said.code == 2
    assert "did you mean `core-1`?" in " ".join(said.err.replace("│", " ").split())


def test_a_device_of_the_inventory_is_asked_as_the_inventory_says(command: Opsmon, agent: Agent, here: Path) -> None:
    inventory = here / "inventories" / "hall.yaml"
    inventory.parent.mkdir()
    access = f"{{community: planted-secret-17, port: {agent.port}}}"
    device = f"{{name: sw-1, address: {agent.address}, kind: router, checks: [snmp], snmp: {access}}}"
    inventory.write_text(f"site: hall\ndevices:\n  - {device}\n", encoding="utf-8")
    said = command("probe", "sw-1", "--json", "--root", here)
    assert said.code == 0, said.err
    assert (said.json["target"], said.json["kind"], said.json["serial"]) == ("sw-1", "router", "SN0000000001")


def test_a_recording_is_scrubbed_and_gives_the_same_picture(command: Opsmon, agent: Agent, here: Path) -> None:
    file = here / "mine.snmprec"
    before = command(*words(agent, "--checks", "snmp", "--json", "--record", str(file), "--root", str(here)))
    text = file.read_text("utf-8")
    assert [word for word in ("planted-secret-17", "golden", "SN0000000001", "to core") if word in text] == []
    with running_agent(text, community="planted-secret-17") as again:
        after = command(*words(again, "--checks", "snmp", "--json", "--root", str(here)))
    kept = ("profile", "kind", "vendor", "model", "software")
    assert {key: after.json[key] for key in kept} == {key: before.json[key] for key in kept}
    assert _health(after.json) == _health(before.json)


def _health(document: dict[str, Any]) -> list[str]:
    samples = [sample for sample in document["samples"] if sample["metric"].startswith("opsmon_device_")]
    return [json.dumps(sample) for sample in samples]


def test_a_secret_that_is_not_there_is_told_before_anything_is_sent(command: Opsmon, agent: Agent, here: Path) -> None:
    (here / "inventories").mkdir(exist_ok=True)
    access = f"{{version: 2c, port: {agent.port}, community: {{env: OPSMON_TEST_NOWHERE}}}}"
    text = f"site: s\ndevices:\n  - {{name: known, address: {agent.address}, kind: switch, snmp: {access}}}\n"
    (here / "inventories" / "s.yaml").write_text(text)
    said = command("probe", "known", "--checks", "snmp", "--root", here)
    assert (said.code, said.out) == (2, "")
    assert said.err.strip().endswith("the environment variable OPSMON_TEST_NOWHERE is not set")
    assert "warning" not in said.err
    assert agent.requests == 0
    assert command("probe", "known", "--checks", "snmp", "--community", "planted-secret-17", "--root", here).code == 0


@pytest.mark.parametrize("address", ["0.0.0.0", "255.255.255.255", "224.0.0.5", "ff02::1", "::", "240.1.1.1"])
def test_an_address_that_can_be_no_device_is_refused(command: Opsmon, here: Path, address: str) -> None:
    said = command("probe", address, "--root", here)
    assert said.code == 2
    assert "can be no device's address" in said.err


def test_a_check_that_this_machine_cannot_make_is_exit_1_beside_one_that_is_well(
    command: Opsmon, agent: Agent, here: Path
) -> None:
    (here / "inventories").mkdir()
    (here / "inventories" / "a.yaml").write_text(f"""\
site: a
devices:
  - name: core
    address: {agent.address}
    kind: switch
    snmp: {{community: planted-secret-17, port: {agent.port}}}
    ssh: {{username: u, key: gone}}
    checks: [snmp, ssh]
""")
    with contextlib.closing(socket.create_server((agent.address, 0))) as server:
        file = here / "inventories" / "a.yaml"
        file.write_text(file.read_text().replace("key: gone", f"key: gone, port: {server.getsockname()[1]}"))
        said = command("probe", "core", "--json", "--root", here)
    assert said.code == 1
    assert {check["check"]: check["outcome"] for check in said.json["checks"]} == {"snmp": "ok", "ssh": "local_fault"}
    assert said.json["outcome"] == "local_fault"
    assert "ssh: not measured; a fault of this machine, which says nothing of core" in said.err
