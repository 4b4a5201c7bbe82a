"""Backups against programs that others wrote: OpenSSH with files and a shell, and fakenos playing makes of devices."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from fakenos import FakeNOS

from opsmon.backup.recipe import RecipeBook
from opsmon.model.device import Device, Kind, SshAccess
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from tests.support.backup.rig import Rig, impatient, stock_recipes
from tests.support.port import free_port
from tests.support.programs import require_root
from tests.support.real.openssh import Sshd, sshd

pytestmark = pytest.mark.real

SECRET_LINE = "rocommunity planted-community 192.0.2.0/24"
FAKE_USER, FAKE_PASSWORD = "fake-user", "fake-password"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Sshd]:
    require_root()  # an sshd of an ordinary user cannot give the terminal that a dialogue needs
    async with sshd(tmp_path / "server", options=("Subsystem sftp internal-sftp",)) as server:
        yield server


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "root", impatient(stock_recipes(), 1.5))


def host(server: Sshd, platform: str = "linux", **access: Any) -> Device:
    ssh = SshAccess(server.username, server.port, key=str(server.user_key), platform=platform, **access)
    return Device(DeviceName("nas-1"), SiteName("hall"), "127.0.0.1", Kind.SERVER, ssh=ssh)


def with_files(book: RecipeBook, folder: Path) -> RecipeBook:
    """The stock recipe of Linux, for files in a folder of the test."""
    recipe = replace(book.by_platform["linux"], files=(f"{folder}/*.conf", f"{folder}/hostname", f"{folder}/missing"))
    recipe = replace(recipe, hostname=None, least_lines=1)
    return RecipeBook({}, {"linux": recipe}, None)


async def test_files_of_a_host_by_sftp(server: Sshd, rig: Rig, tmp_path: Path) -> None:
    files = tmp_path / "etc"
    files.mkdir()
    (files / "snmpd.conf").write_text(f"syslocation hall\n{SECRET_LINE}\n\n\n")
    (files / "ntp.conf").write_text("server 192.0.2.3\n")
    (files / "hostname").write_text("nas-1\n")
    (files / "Wired connection 1.conf").write_bytes("[ipv4]\n# 主会场\n".encode("gb18030"))
    rig.recipes = with_files(rig.recipes, files)
    device = host(server)
    result = await asyncio.to_thread(rig.one, device)
    assert result.ok, result.reason
    text = rig.text(device)
    assert [line for line in text.splitlines() if line.startswith("### file ")] == [
        f"### file {files}/Wired connection 1.conf lines 2",
        f"### file {files}/ntp.conf lines 1",
        f"### file {files}/snmpd.conf lines 2",
        f"### file {files}/hostname lines 1",
    ]
    assert "rocommunity <secret-" in text
    assert "planted-community" not in text
    assert "# 主会场" in text
    (files / "ntp.conf").write_text("server 192.0.2.4\n")
    assert (await asyncio.to_thread(rig.one, device)).changed


async def test_a_file_that_may_not_be_read_and_none_at_all(server: Sshd, rig: Rig, tmp_path: Path) -> None:
    rig.recipes = with_files(rig.recipes, tmp_path / "nothing")
    assert "none of the files is there" in (await asyncio.to_thread(rig.one, host(server))).reason


async def test_a_shell_that_is_no_device_is_refused(server: Sshd, rig: Rig) -> None:
    """A real shell that prints `command not found` must never count as a configuration."""
    prompt = re.compile(r"(?P<host>[^\n]+)[$#]\s?")
    recipe = replace(rig.recipes.by_platform["cisco_ios"], prompt=prompt, enable=None)
    rig.recipes = RecipeBook({}, {"cisco_ios": recipe})
    result = await asyncio.to_thread(rig.one, host(server, "cisco_ios"))
    assert "not found" in result.reason
    assert "answered with an error" in result.reason


async def test_a_key_that_is_not_let_in(server: Sshd, rig: Rig, tmp_path: Path) -> None:
    other = tmp_path / "other_key"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(other))
    device = host(server)
    assert device.ssh is not None
    refused = await asyncio.to_thread(rig.one, replace(device, ssh=replace(device.ssh, key=str(other))))
    assert "was refused" in refused.reason


@contextlib.contextmanager
def fake(platform: str) -> Iterator[int]:
    """One device of fakenos."""
    port = free_port()
    logging.getLogger("fakenos").setLevel(logging.CRITICAL)
    hosts = {"sw": {"username": FAKE_USER, "password": FAKE_PASSWORD, "port": port, "platform": platform}}
    network = FakeNOS(inventory={"hosts": hosts})
    network.start()
    try:
        yield port
    finally:
        network.stop()


def fake_device(platform: str, port: int) -> Device:
    ssh = SshAccess(FAKE_USER, port, Secret(FAKE_PASSWORD), platform=platform, enable=Secret(FAKE_PASSWORD))
    return Device(DeviceName("sw"), SiteName("hall"), "127.0.0.1", Kind.SWITCH, ssh=ssh)


def test_a_fake_ios_is_read_and_proved(rig: Rig) -> None:
    with fake("cisco_ios") as port:
        device = fake_device("cisco_ios", port)
        result = rig.one(device)
    assert result.ok, result.reason
    assert rig.text(device).rstrip().endswith("end")


def test_a_fake_vrp_that_knows_no_such_command_is_refused(rig: Rig) -> None:
    """fakenos's VRP shows neither VRP's prompt nor a configuration."""
    with fake("huawei_vrp") as port:
        refused = rig.one(fake_device("huawei_vrp", port))
    assert refused.reason.startswith("no prompt of `huawei-vrp` was seen, but `sw>`")
    assert "`ssh.platform` is wrong" in refused.reason


def test_a_platform_of_netmiko_without_a_recipe_of_its_own(rig: Rig) -> None:
    """netmiko's driver logs in; rights are raised where `ssh.enable` is given, and not where it is not."""
    with fake("arista_eos") as port:
        device = fake_device("arista_eos", port)
        assert device.ssh is not None
        refused = rig.one(replace(device, ssh=replace(device.ssh, enable=None)))
        raised = rig.one(device)
    assert refused.reason.startswith("the device answered with an error:")
    assert raised.ok, raised.reason
    assert "logging host 1.1.1.1" in rig.text(device)
