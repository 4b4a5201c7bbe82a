"""The ssh check against OpenSSH: greeting, login, a command's output, pinned keys, old algorithms."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.clock import WallClock
from opsmon.model.device import Device, SshAccess
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.ssh import SshSpec
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.protocol.resolver import Resolver
from tests.support.probe.context import NoDriver, device_with
from tests.support.real.openssh import Sshd, sshd

pytestmark = pytest.mark.real


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Sshd]:
    async with sshd(tmp_path / "server") as server:
        yield server


@pytest.fixture
def context(tmp_path: Path) -> ProbeContext:
    clock = WallClock()
    pins = HostKeyPins(tmp_path / "var" / "known_hosts")
    return ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock), host_keys=pins)


def device_of(server: Sshd, spec: SshSpec, key: Path | None = None) -> Device:
    device = device_with("ssh", spec, timeout_s=20.0)
    return replace(device, ssh=SshAccess(server.username, port=server.port, key=str(key or server.user_key)))


async def check(device: Device, context: ProbeContext) -> Sample:
    return await run_check(device, device.checks[0], context)


async def test_a_login_by_key_is_ok_and_tells_who_answered(server: Sshd, context: ProbeContext) -> None:
    sample = await check(device_of(server, SshSpec()), context)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")
    assert sample.facts["banner"].startswith("SSH-2.0-OpenSSH")
    assert sample.facts["host_key"] == server.fingerprint


async def test_the_greeting_alone_needs_no_access(server: Sshd, context: ProbeContext) -> None:
    device = replace(device_with("ssh", SshSpec(port=server.port, expect="^SSH-2.0-OpenSSH")), ssh=None)
    sample = await check(device, context)
    assert sample.outcome is Outcome.OK
    other = replace(device_with("ssh", SshSpec(port=server.port, expect="HUAWEI")), ssh=None)
    assert (await check(other, context)).outcome is Outcome.DEGRADED


async def test_a_commands_output_is_matched_and_its_numbers_become_series(server: Sshd, context: ProbeContext) -> None:
    spec = SshSpec(command="printf 'disk 41\\nload high\\n'", expect=r"^disk (?P<disk>\d+)\nload (?P<load>\w+)")
    sample = await check(device_of(server, spec), context)
    assert sample.outcome is Outcome.OK
    reading = sample.readings[2]
    assert [dict(key.labels)["name"] for key in reading.block.keys] == ["disk", "load"]
    assert reading.values[0] == 41.0
    assert reading.values[1] != reading.values[1]  # "high" is no number: absent


@pytest.mark.parametrize(
    ("command", "words"),
    [("echo other", "does not match"), ("exit 3", "status 3"), ("yes", "does not match")],
    ids=["other output", "bad status", "endless output"],
)
async def test_another_output_or_a_bad_status_is_degraded(
    server: Sshd, context: ProbeContext, command: str, words: str
) -> None:
    sample = await check(device_of(server, SshSpec(command=command, expect="^wanted")), context)
    assert sample.outcome is Outcome.DEGRADED
    assert words in sample.detail


async def test_a_key_that_is_not_known_there_is_refused(server: Sshd, context: ProbeContext, tmp_path: Path) -> None:
    sample = await check(device_of(server, SshSpec(), tmp_path / "server" / "host_key"), context)
    assert sample.outcome is Outcome.AUTH
    assert "refused" in sample.detail


@pytest.mark.parametrize("content", [None, b"no key at all", b""])
async def test_a_key_file_that_is_no_use_is_our_own_fault(
    server: Sshd, context: ProbeContext, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "user.key"
    if content is not None:
        path.write_bytes(content)
    assert (await check(device_of(server, SshSpec(), path), context)).outcome is Outcome.LOCAL_FAULT


async def test_the_first_key_is_pinned_and_another_one_is_refused_until_the_line_is_deleted(
    server: Sshd, context: ProbeContext, tmp_path: Path
) -> None:
    device = device_of(server, SshSpec())
    assert (await check(device, context)).outcome is Outcome.OK
    known_hosts = tmp_path / "var" / "known_hosts"
    assert known_hosts.read_text(encoding="ascii") == (
        f"[{device.name}]:{server.port},[127.0.0.1]:{server.port} {server.host_key_line}\n"
    )
    other = known_hosts.read_text(encoding="ascii").replace("AAAA", "BBBB")
    known_hosts.write_text(other + "# another key was here before\n", encoding="ascii")
    refused = await check(device, context)
    assert refused.outcome is Outcome.AUTH
    assert server.fingerprint in refused.detail
    assert "known_hosts" in refused.detail
    known_hosts.unlink()
    assert (await check(device, context)).outcome is Outcome.OK


async def test_a_fingerprint_in_the_inventory_is_held(server: Sshd, context: ProbeContext, tmp_path: Path) -> None:
    right = await check(device_of(server, SshSpec(host_key=server.fingerprint)), context)
    wrong = await check(device_of(server, SshSpec(host_key="SHA256:" + "A" * 43)), context)
    assert (right.outcome, wrong.outcome) == (Outcome.OK, Outcome.AUTH)
    assert not (tmp_path / "var" / "known_hosts").exists()


async def test_an_old_server_is_only_spoken_to_when_that_is_permitted(context: ProbeContext, tmp_path: Path) -> None:
    options = ("KexAlgorithms diffie-hellman-group14-sha1", "Ciphers aes128-cbc", "HostKeyAlgorithms ssh-rsa")
    async with sshd(tmp_path / "old", key_type="ssh-rsa", options=options) as server:
        modern = await check(device_of(server, SshSpec()), context)
        legacy = await check(device_of(server, SshSpec(legacy=True, command="echo ok", expect="^ok$")), context)
    assert modern.outcome is Outcome.PROTOCOL
    assert "legacy: true" in modern.detail
    assert (legacy.outcome, legacy.detail) == (Outcome.OK, "")
