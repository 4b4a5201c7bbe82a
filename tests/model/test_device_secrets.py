"""No secret of a device is forgotten: who hides, checks or compares them asks the device, and it asks its fields."""

from dataclasses import dataclass, fields
from typing import Any, get_type_hints

import pytest

from opsmon.model.device import Check, Device, JumpHost, Kind, SnmpAccess, SnmpV3Key, SshAccess
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.secret import Secret


def device(snmp: SnmpAccess | None = None, ssh: SshAccess | None = None, checks: tuple[Check, ...] = ()) -> Device:
    return Device(
        DeviceName("sw-1"), SiteName("hall"), "192.0.2.1", Kind.SWITCH, snmp=snmp, ssh=ssh, checks=checks
    )  # fmt: skip


def secret_fields(access: type[SnmpAccess] | type[SshAccess]) -> list[str]:
    hints = get_type_hints(access)
    return [one.name for one in fields(access) if hints[one.name] == Secret | None]


@pytest.mark.parametrize("name", secret_fields(SnmpAccess))
def test_every_secret_of_the_snmp_access_is_among_them(name: str) -> None:
    own: dict[str, Any] = {name: Secret("x")}
    access = SnmpAccess(**own)
    assert device(snmp=access).secrets() == ((f"snmp.{name}", Secret("x")),)


@pytest.mark.parametrize("name", secret_fields(SshAccess))
def test_every_secret_of_the_ssh_access_and_of_that_of_a_jump_host_is_among_them(name: str) -> None:
    near: dict[str, Any] = {name: Secret("near")}
    far: dict[str, Any] = {name: Secret("far")}
    gate = JumpHost(DeviceName("gate"), "192.0.2.9", SshAccess("op", **far))
    access = SshAccess("op", jump=gate, **near)
    assert dict(device(ssh=access).secrets()) == {
        f"ssh.{name}": Secret("near"), f"ssh.jump.{name} of gate": Secret("far"),
    }  # fmt: skip


def test_the_way_through_several_jump_hosts_is_walked() -> None:
    first = JumpHost(DeviceName("first"), "192.0.2.8", SshAccess("op", password=Secret("1")))
    second = JumpHost(DeviceName("second"), "192.0.2.9", SshAccess("op", password=Secret("2"), jump=first))
    found = dict(device(ssh=SshAccess("op", jump=second)).secrets())
    assert found == {"ssh.jump.password of first": Secret("1"), "ssh.jump.password of second": Secret("2")}


def test_the_keys_of_version_3_are_among_them() -> None:
    access = SnmpAccess(auth=SnmpV3Key("SHA", Secret("a")), priv=SnmpV3Key("AES", Secret("p")))
    assert dict(device(snmp=access).secrets()) == {"snmp.auth.key": Secret("a"), "snmp.priv.key": Secret("p")}


@dataclass(frozen=True, slots=True)
class WiderAccess(SnmpAccess):
    token: Secret | None = None


@dataclass(frozen=True, slots=True)
class WiderLogin(SshAccess):
    passphrase: Secret | None = None


def test_a_field_that_is_new_is_among_them_by_itself() -> None:
    found = device(WiderAccess(token=Secret("t")), WiderLogin("op", passphrase=Secret("p"))).secrets()
    assert dict(found) == {"snmp.token": Secret("t"), "ssh.passphrase": Secret("p")}


@dataclass(frozen=True, slots=True)
class Settings:
    path: str
    login: tuple[Secret, ...]


def test_the_secrets_of_its_checks_are_among_them() -> None:
    check = Check(CheckName("web"), "http", 60.0, 10.0, Settings("/", (Secret("x"),)))
    assert device(checks=(check,)).secrets() == (("checks.web.login.0", Secret("x")),)
