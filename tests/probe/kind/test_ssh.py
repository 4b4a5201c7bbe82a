"""The ssh check against servers that OpenSSH is not: passwords, liars, mutes. And what its errors never hold."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from pydantic import ValidationError

from opsmon.model.device import Device, SshAccess
from opsmon.model.sample import Outcome, Sample
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.ssh import MAX_GREETING_BYTES, SshSpec
from opsmon.probe.once import probe_once
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.host_keys import HostKeyPins, KeyPlace, parse_known_hosts
from tests.support.probe.context import device_with
from tests.support.probe.tcp_server import serving

PASSWORD = "correct horse battery staple"


class PasswordServer(asyncssh.SSHServer):
    """Lets in whoever knows the password; runs no command of its own accord."""

    seen: list[str]

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self.seen.append(password)
        return password == PASSWORD


@asynccontextmanager
async def password_server(seen: list[str], host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    def factory() -> PasswordServer:
        server = PasswordServer()
        server.seen = seen
        return server

    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(factory, host, port, server_host_keys=[key])
    async with server:
        yield server.sockets[0].getsockname()[1]


def device_at(port: int, spec: SshSpec | None = None, password: str = PASSWORD, timeout_s: float = 10.0) -> Device:
    device = device_with("ssh", spec or SshSpec(), timeout_s=timeout_s)
    return replace(device, ssh=SshAccess("patrol", port=port, password=Secret(password)))


async def check(device: Device, context: ProbeContext) -> Sample:
    return await run_check(device, device.checks[0], context)


async def test_a_login_by_password_is_ok(context: ProbeContext) -> None:
    async with password_server([]) as port:
        sample = await check(device_at(port), context)
    assert (sample.outcome, sample.detail) == (Outcome.OK, "")


async def test_a_wrong_password_is_auth_and_is_nowhere_to_be_read(
    context: ProbeContext, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with password_server([]) as port:
            sample = await check(device_at(port, password="hunter2-hunter2"), context)
    assert sample.outcome is Outcome.AUTH
    assert "patrol" in sample.detail
    assert "hunter2" not in caplog.text + repr(sample)


async def test_a_server_with_another_key_never_sees_the_password(context: ProbeContext) -> None:
    seen: list[str] = []
    async with password_server(seen) as port:
        assert context.host_keys.trusts(
            KeyPlace("here", port, "127.0.0.1"), "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOther"
        )
        sample = await check(device_at(port), context)
    assert sample.outcome is Outcome.AUTH
    assert seen == []


async def test_a_device_that_moved_is_known_by_its_name_and_an_impostor_there_gets_no_password(
    context: ProbeContext,
) -> None:
    seen: list[str] = []
    async with password_server(seen) as port:
        at_home = device_at(port)
        assert (await check(at_home, context)).outcome is Outcome.OK
    async with password_server(seen, host="127.0.0.2", port=port):
        moved = await check(replace(at_home, address="127.0.0.2"), context)
    assert (moved.outcome, len(seen)) == (Outcome.AUTH, 1)
    assert "host key" in moved.detail


async def test_the_key_of_a_server_that_took_the_password_and_refused_it_is_pinned(context: ProbeContext) -> None:
    """So the device itself, when it answers, shows that somebody else was there first."""
    seen: list[str] = []
    async with password_server(seen) as port:
        refused = await check(device_at(port, password="another one"), context)
    async with password_server(seen, port=port):
        later = await check(device_at(port), context)
    assert (refused.outcome, later.outcome) == (Outcome.AUTH, Outcome.AUTH)
    assert "host key" in later.detail
    assert seen == ["another one"]


async def test_a_probe_by_hand_trusts_whom_the_daemon_trusts(context: ProbeContext, tmp_path: Path) -> None:
    seen: list[str] = []
    pins = HostKeyPins(tmp_path / "known_hosts")
    async with password_server(seen) as port:
        device = device_at(port)
        await check(device, replace(context, host_keys=pins))
    async with password_server(seen, port=port):
        (by_hand,) = await probe_once(device, device.checks, ProfileSet({}), HostKeyPins(tmp_path / "known_hosts"))
    assert (by_hand.outcome, len(seen)) == (Outcome.AUTH, 1)


async def test_a_key_that_cannot_be_written_down_is_not_trusted(context: ProbeContext, tmp_path: Path) -> None:
    (tmp_path / "known_hosts").mkdir()
    seen: list[str] = []
    async with password_server(seen) as port:
        sample = await check(device_at(port), replace(context, host_keys=HostKeyPins(tmp_path / "known_hosts")))
    assert (sample.outcome, seen) == (Outcome.LOCAL_FAULT, [])


async def test_a_server_that_runs_no_command_is_degraded(context: ProbeContext) -> None:
    async with password_server([]) as port:
        sample = await check(device_at(port, SshSpec(command="show version")), context)
    assert sample.outcome is Outcome.DEGRADED


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def saying(*parts: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return talk


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize("login", [True, False])
@pytest.mark.parametrize(
    "talk",
    [
        saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        saying(b""),
        saying(b"\0\xff" * 5000),
        saying(*[b"still not SSH\r\n"] * MAX_GREETING_BYTES),
    ],
    ids=["http", "nothing", "octets", "endless"],
)
async def test_what_does_not_speak_ssh_is_a_protocol_fault(context: ProbeContext, talk: Talk, login: bool) -> None:
    async with serving(talk) as port:
        sample = await check(device_at(port, SshSpec(login=login)), context)
    assert sample.outcome in (Outcome.PROTOCOL, Outcome.REFUSED)


@pytest.mark.parametrize("login", [True, False])
async def test_a_server_that_takes_the_connection_and_says_nothing_is_slow_not_silent(
    context: ProbeContext, login: bool
) -> None:
    async with serving(mute) as port:
        sample = await check(device_at(port, SshSpec(login=login), timeout_s=0.3), context)
    assert sample.outcome is Outcome.DEGRADED
    assert "too slowly" in sample.detail


async def test_lines_before_the_version_are_passed_over(context: ProbeContext) -> None:
    async with serving(saying(b"Authorised use only\r\n", b"SSH-2.0-HUAWEI-1.5\r\n")) as port:
        sample = await check(device_at(port, SshSpec(login=False, expect="HUAWEI")), context)
    assert sample.outcome is Outcome.OK
    assert sample.facts["banner"] == "SSH-2.0-HUAWEI-1.5"


@pytest.mark.parametrize(("expect", "failed"), [("HUAWEI", 0.0), ("OpenSSH", 1.0), (None, 0.0)])
async def test_a_greeting_tells_whether_its_text_is_why_the_check_failed(
    context: ProbeContext, expect: str | None, failed: float
) -> None:
    async with serving(saying(b"SSH-2.0-HUAWEI-1.5\r\n")) as port:
        sample = await check(device_at(port, SshSpec(login=False, expect=expect)), context)
    reading = sample.readings[-1]
    assert [key.metric for key in reading.block.keys] == ["probe_failed_due_to_regex"]
    assert list(reading.values) == [failed]


async def test_a_command_without_access_is_our_own_fault(context: ProbeContext) -> None:
    device = device_with("ssh", SshSpec(command="show version"))
    assert (await check(device, context)).outcome is Outcome.LOCAL_FAULT


async def test_a_broken_connection_is_not_blamed_on_us(context: ProbeContext) -> None:
    async with serving(saying(b"SSH-2.0-liar\r\n", b"\0" * 64)) as port:
        sample = await check(device_at(port), context)
    assert sample.outcome is Outcome.PROTOCOL


@pytest.mark.parametrize("wrong", [{"host_key": "md5"}, {"expect": "["}, {"port": 70000}, {"comand": "x"}])
def test_a_wrong_spec_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SshSpec.model_validate(wrong)


def test_known_hosts_is_read_as_openssh_writes_it() -> None:
    text = (
        "# comment\n\n192.0.2.1,switch ssh-ed25519 AAAA comment here\n[192.0.2.2]:2222 ssh-rsa BBBB\n"
        "|1|hashed= ssh-rsa CCCC\n@revoked 192.0.2.3 ssh-rsa DDDD\nshort\n192.0.2.1 ssh-rsa EEEE\n"
    )
    assert parse_known_hosts(text) == {
        "192.0.2.1": {"ssh-ed25519 AAAA", "ssh-rsa EEEE"},
        "switch": {"ssh-ed25519 AAAA"},
        "[192.0.2.2]:2222": {"ssh-rsa BBBB"},
    }
