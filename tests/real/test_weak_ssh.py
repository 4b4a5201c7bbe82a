"""A server that offers weak algorithms alone: nobody speaks with it unless `legacy: true` says so, nor on the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from opsmon.clock import WallClock
from opsmon.model.device import JumpHost, SshAccess
from opsmon.model.name import DeviceName
from opsmon.model.sample import Outcome, Sample
from opsmon.probe.context import ProbeContext
from opsmon.probe.kind.ssh import SshSpec
from opsmon.probe.schedule.run_check import run_check
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.protocol.resolver import Resolver
from tests.support.backup.far_end import Manners, far_end, vrp_config
from tests.support.backup.rig import Rig, impatient, stock_recipes
from tests.support.probe.context import NoDriver, device_with
from tests.support.real.openssh import Sshd, sshd

pytestmark = pytest.mark.real


CTR = "Ciphers aes128-ctr"  # which needs a MAC


@pytest.fixture
async def old(tmp_path: Path) -> AsyncIterator[Sshd]:
    """Its only weakness is its MAC."""
    async with sshd(tmp_path / "old", options=("MACs hmac-sha1", CTR)) as server:
        yield server


async def check(access: SshAccess, tmp_path: Path, *, legacy: bool = False) -> Sample:
    clock, pins = WallClock(), HostKeyPins(tmp_path / "known_hosts")
    context = ProbeContext(clock, NoDriver(), NoDriver(), Resolver(clock), host_keys=pins)
    device = replace(device_with("ssh", SshSpec(legacy=legacy), timeout_s=20.0), ssh=access)
    return await run_check(device, device.checks[0], context)


@pytest.mark.parametrize("mac", ["hmac-sha1", "hmac-sha1-etm@openssh.com", "hmac-md5", "hmac-md5-96-etm@openssh.com"])
async def test_a_check_takes_a_weak_mac_only_where_it_or_the_device_says_legacy(mac: str, tmp_path: Path) -> None:
    async with sshd(tmp_path / "weak", options=(f"MACs {mac}", CTR)) as weak:
        access = SshAccess(weak.username, weak.port, key=str(weak.user_key))
        refused = await check(access, tmp_path)
        assert (refused.outcome, "`legacy: true`" in refused.detail) == (Outcome.PROTOCOL, True)
        assert (await check(access, tmp_path, legacy=True)).outcome is Outcome.OK
        assert (await check(replace(access, legacy=True), tmp_path)).outcome is Outcome.OK


async def test_a_jump_host_has_a_legacy_of_its_own(old: Sshd, tmp_path: Path) -> None:
    way = SshAccess(old.username, old.port, key=str(old.user_key))
    async with sshd(tmp_path / "new") as device:
        access = SshAccess(device.username, device.port, key=str(device.user_key))
        over = replace(access, jump=JumpHost(DeviceName("old"), "127.0.0.1", way))
        refused = await check(over, tmp_path, legacy=True)
        assert (refused.outcome, "at the jump host `old`" in refused.detail) == (Outcome.LOCAL_FAULT, True)
        taken = replace(over, jump=JumpHost(DeviceName("old"), "127.0.0.1", replace(way, legacy=True)))
        assert (await check(taken, tmp_path)).outcome is Outcome.OK


async def test_a_backup_takes_no_weak_mac_either(old: Sshd, tmp_path: Path) -> None:
    rig = Rig(tmp_path / "root", impatient(stock_recipes(), 1.5))
    way = SshAccess(old.username, old.port, key=str(old.user_key))
    with far_end() as far:
        there = far.device(Manners(config=vrp_config()))
        for hop, good in ((way, False), (replace(way, legacy=True), True)):
            jump = JumpHost(DeviceName("old"), "127.0.0.1", hop)
            result = await asyncio.to_thread(rig.one, rig.device(there, jump=jump))
            assert result.ok is good, result.reason
            assert good or "no algorithm in common (MAC)" in result.reason
            assert good or "`ssh: {legacy: true}`" in result.reason


async def test_a_jump_host_that_was_renamed_keeps_its_key_behind_another_too(tmp_path: Path) -> None:
    async with sshd(tmp_path / "outer") as outer, sshd(tmp_path / "inner") as inner, sshd(tmp_path / "d") as device:
        pins = tmp_path / "known_hosts"
        pins.write_text(f"[before]:{inner.port} {device.host_key_line}\n", "ascii")  # the key of another machine
        first = SshAccess(outer.username, outer.port, key=str(outer.user_key))
        second = SshAccess(inner.username, inner.port, key=str(inner.user_key))
        second = replace(second, jump=JumpHost(DeviceName("outer"), "127.0.0.1", first))
        hop = JumpHost(DeviceName("now"), "127.0.0.1", second, (DeviceName("before"),))
        sample = await check(SshAccess(device.username, device.port, key=str(device.user_key), jump=hop), tmp_path)
        assert "at the jump host `now`" in sample.detail
        assert "the host key is not the one that is trusted" in sample.detail
