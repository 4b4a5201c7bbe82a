"""Which device `opsmon probe` asks and how: one of the inventory, or one made up around a bare address.

A bare address needs nothing but the profiles, so it is asked even where the rest of a root has mistakes in it.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import typer
from pydantic import ValidationError

from opsmon.cli.output import warn
from opsmon.config.inventory.address import is_address, is_host_name, never_a_device
from opsmon.config.lookup import unknown
from opsmon.config.profiles import load_profiles
from opsmon.config.root import Root, load_root
from opsmon.config.settings_file import is_root
from opsmon.config.stock import root_of
from opsmon.errors import ConfigError
from opsmon.model.device import Check, Device, Kind, SnmpAccess, SnmpVersion
from opsmon.model.name import CheckName, DeviceName, SiteName
from opsmon.model.secret import Secret
from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.registry import KINDS
from opsmon.protocol.snmp.agent import DEFAULT_COMMUNITY
from opsmon.text.bilingual import Sentence, filled
from opsmon.text.near_miss import meant, nearest

DEFAULT_CHECKS = "icmp,snmp"


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """What the command line says on asking the device; None is what the inventory says."""

    community: str | None
    port: int | None
    version: SnmpVersion | None
    profile: str | None


def choose_target(target: str, root: Path, options: AccessOptions) -> tuple[Device, ProfileSet]:
    """The device to poll. Raises ConfigError, or BadParameter for a word that means nothing here."""
    device, profiles = _found(target, root)
    device = _with_access(device, options)
    if options.profile is None:
        return device, profiles
    if profiles.get(options.profile) is None:
        hint = meant(options.profile, profiles.profiles)
        brackets = filled(" ({})", "（{}）", hint) if hint else ""
        raise typer.BadParameter(filled("no profile is named {}{}", "没有名为 {} 的模板{}", options.profile, brackets))
    return replace(device, profile=options.profile), profiles


def _found(target: str, path: Path) -> tuple[Device, ProfileSet]:
    try:
        root = load_root(path)
    except ConfigError:
        rootless = path.is_dir() and not is_root(path)
        if not is_address(target) and not (rootless and "." in target and is_host_name(target)):
            raise
        if not rootless:
            warn(f"{path} has mistakes (see `opsmon check`): {target} is asked without its inventory")
        return _made_up(target), load_profiles(root_of("probes", path) / "probes", path)
    return _known(target, root) or _made_up(target), root.profiles


def _known(target: str, root: Root) -> Device | None:
    """The device of that name; None when the target is an address or a host name that is like no device's."""
    devices = root.inventory.devices
    device = devices.get(DeviceName(target))
    if device is not None or is_address(target):
        return device
    if not is_host_name(target) or ("." not in target and nearest(target, devices)):
        raise unknown("device", target, devices)
    return None


def _made_up(address: str) -> Device:
    if reason := never_a_device(address):
        raise typer.BadParameter(filled("{} can be no device's address: {}", "{} 不能是设备地址：{}", address, reason))
    access = SnmpAccess(community=Secret(DEFAULT_COMMUNITY))
    return Device(DeviceName(address), SiteName("-"), address, Kind.OTHER, snmp=access)


def _with_access(device: Device, options: AccessOptions) -> Device:
    """The device as the options want it asked. A community is one of version 1 or 2c."""
    access = device.snmp or SnmpAccess(community=Secret(DEFAULT_COMMUNITY))
    version = options.version or access.version
    if options.community is not None:
        fitting = SnmpVersion.V2C if version is SnmpVersion.V3 else version
        access = replace(access, community=Secret(options.community), version=fitting)
        version = options.version or fitting
    return replace(device, snmp=replace(access, port=options.port or access.port, version=version))


def choose_checks(device: Device, names: str | None) -> list[Check]:
    """The checks that are wanted: those named, else the device's own, else ping and SNMP."""
    if names is None and device.checks:
        return list(device.checks)
    own = {str(check.name): check for check in device.checks}
    wanted = [name.strip() for name in (names or DEFAULT_CHECKS).split(",") if name.strip()]
    return [own.get(name) or _plain_check(name) for name in wanted]


def _plain_check(name: str) -> Check:
    kind = KINDS.get(name)
    if kind is None:
        hint = meant(name, KINDS) or Sentence(f"one of {', '.join(KINDS)}", f"可选：{'、'.join(KINDS)}")
        raise typer.BadParameter(filled("there is no check {} ({})", "没有检查 {}（{}）", name, hint))
    try:
        settings = kind.spec.model_validate({}).resolve()
    except ValidationError:
        raise typer.BadParameter(
            Sentence(
                f"the check {name} needs settings: give it to the device in an inventory",
                f"检查 {name} 需要参数：请在清单中为设备设置",
            )
        ) from None
    return Check(CheckName(name), name, kind.default_period_s, kind.default_timeout_s, settings)
