"""Devices behind jump hosts: OpenSSH on the way, backups and ssh checks at its end, every host key pinned."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.clock import WallClock
from opsmon.model.device import Device, JumpHost, SshAccess
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome, Sample
from opsmon.model.secret import Secret
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.ssh import SshSpec
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.protocol.resolver import Resolver
from tests.support.backup.far_end import PASSWORD, USER, FarDevice, FarEnd, Manners, far_end, vrp_config
from tests.support.backup.rig import Rig, impatient, stock_recipes
from tests.support.port import free_port
from tests.support.probe.context import NoDriver, device_with
from tests.support.real.openssh import Sshd, sshd

pytestmark = pytest.mark.real
CONFIG = vrp_config()


@pytest.fixture
async def bastion(tmp_path: Path) -> AsyncIterator[Sshd]:
    async with sshd(tmp_path / "bastion") as server:
        yield server


@pytest.fixture(scope="module")
def far() -> Iterator[FarEnd]:
    with far_end() as end:
        yield end


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "root", impatient(stock_recipes(), 1.5))


def hop(server: Sshd, name: str = "bastion", *, key: Path | None = None, jump: JumpHost | None = None) -> JumpHost:
    access = SshAccess(server.username, server.port, key=str(key or server.user_key), jump=jump)
    return JumpHost(DeviceName(name), "127.0.0.1", access)


async def test_a_backup_over_a_jump_host_and_over_two(bastion: Sshd, rig: Rig, far: FarEnd, tmp_path: Path) -> None:
    there = far.device(Manners(config=CONFIG))
    result = await asyncio.to_thread(rig.one, rig.device(there, jump=hop(bastion)))
    assert result.ok, result.reason
    async with sshd(tmp_path / "inner") as inner:
        chain = hop(inner, "inner", jump=hop(bastion))
        result = await asyncio.to_thread(rig.one, rig.device(there, "core-2", jump=chain))
        assert result.ok, result.reason
        pinned = (rig.root / "var" / "known_hosts").read_text("ascii")
    assert f"[bastion]:{bastion.port},[127.0.0.1]:{bastion.port} {bastion.host_key_line}\n" in pinned
    assert f"\n[inner]:{inner.port} {inner.host_key_line}\n" in pinned  # its address may be another host elsewhere
    assert f"\n[core-1]:{there.port} " in pinned
    assert f"\n[core-2]:{there.port} " in pinned


async def test_a_failure_says_which_host_of_the_way_it_was(
    bastion: Sshd, rig: Rig, far: FarEnd, tmp_path: Path
) -> None:
    there = far.device(Manners(config=CONFIG))

    async def reason(jump: JumpHost, name: str, device: FarDevice = there, **access: object) -> str:
        return (await asyncio.to_thread(rig.one, rig.device(device, name, jump=jump, **access))).reason

    wrong = tmp_path / "bastion" / "host_key"
    assert "at the jump host `bastion` (127.0.0.1): the login" in await reason(hop(bastion, key=wrong), "a")
    nobody = replace(bastion, port=free_port())
    assert "at the jump host `bastion` (127.0.0.1): the SSH port refused" in await reason(hop(nobody), "b")
    silent = f"the jump host `bastion` (127.0.0.1) could not reach 127.0.0.1 port {nobody.port}"
    assert silent in await reason(hop(bastion), "c", port=nobody.port)
    refused = await reason(hop(bastion), "d", password=Secret("not-the-login-password"))
    assert refused.startswith(f"the login of `{USER}` was refused")
    async with sshd(tmp_path / "strict", options=("AllowTcpForwarding no",)) as strict:
        assert "does not let us go on" in await reason(hop(strict, "strict"), "e")


async def test_another_key_of_a_jump_host_ends_it_before_the_device_is_dialled(
    bastion: Sshd, rig: Rig, far: FarEnd
) -> None:
    there = far.device(Manners(config=CONFIG))
    known_hosts = rig.root / "var" / "known_hosts"
    known_hosts.parent.mkdir(parents=True)
    line = f"[127.0.0.1]:{bastion.port} {bastion.host_key_line}\n"
    known_hosts.write_text(line.replace("AAAAC3", "BBBBC3"), "ascii")
    result = await asyncio.to_thread(rig.one, rig.device(there, jump=hop(bastion)))
    assert result.reason.startswith("at the jump host `bastion` (127.0.0.1): the host key changed")
    assert there.logins == 0


async def check(device: Device, tmp_path: Path) -> Sample:
    clock = WallClock()
    pins = HostKeyPins(tmp_path / "var" / "known_hosts")
    context = ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock), host_keys=pins)
    return await run_check(device, device.checks[0], context)


def checked(spec: SshSpec, port: int, jump: JumpHost, password: str = PASSWORD) -> Device:
    access = SshAccess(USER, port, Secret(password), jump=jump)
    return replace(device_with("ssh", spec, timeout_s=20.0), ssh=access)


async def test_an_ssh_check_over_jump_hosts(bastion: Sshd, far: FarEnd, tmp_path: Path) -> None:
    there = far.device(Manners(config=CONFIG))
    async with sshd(tmp_path / "inner") as inner:
        for jump in (hop(bastion), hop(inner, "inner", jump=hop(bastion))):
            sample = await check(checked(SshSpec(), there.port, jump), tmp_path)
            assert (sample.outcome, sample.detail) == (Outcome.OK, "")
            assert sample.facts["host_key"].startswith("SHA256:")
    greeting = await check(checked(SshSpec(login=False, expect="AsyncSSH"), there.port, hop(bastion)), tmp_path)
    assert greeting.outcome is Outcome.OK
    pinned = (tmp_path / "var" / "known_hosts").read_text("ascii")
    assert f"[bastion]:{bastion.port},[127.0.0.1]:{bastion.port} {bastion.host_key_line}\n" in pinned
    assert f":{there.port} ssh-ed25519 " in pinned


@pytest.mark.parametrize("login", [True, False])
async def test_what_is_wrong_on_the_way_is_not_the_devices_fault(
    bastion: Sshd, far: FarEnd, tmp_path: Path, login: bool
) -> None:
    port, nobody = far.device(Manners(config=CONFIG)).port, free_port()
    spec = SshSpec(login=login)
    gone = await check(checked(spec, port, hop(replace(bastion, port=nobody))), tmp_path)
    assert (gone.outcome, "at the jump host `bastion` (127.0.0.1)" in gone.detail) == (Outcome.LOCAL_FAULT, True)
    key = tmp_path / "bastion" / "host_key"
    refused = await check(checked(spec, port, hop(bastion, key=key)), tmp_path)
    assert (refused.outcome, "is refused" in refused.detail) == (Outcome.LOCAL_FAULT, True)
    dead = await check(checked(spec, nobody, hop(bastion)), tmp_path)
    assert dead.outcome is Outcome.REFUSED
    assert f"the jump host could not reach 127.0.0.1 port {nobody}" in dead.detail


async def test_a_device_behind_a_jump_host_that_refuses_the_login_is_to_blame(
    bastion: Sshd, far: FarEnd, tmp_path: Path
) -> None:
    there = far.device(Manners(config=CONFIG))
    sample = await check(checked(SshSpec(), there.port, hop(bastion), "not-the-login-password"), tmp_path)
    assert sample.outcome is Outcome.AUTH
