"""Which devices a person means: names, patterns of names, sites, kinds, labels."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from opsmon.config.lookup import unknown
from opsmon.errors import ConfigError, Problem
from opsmon.ledger.row_words import kind_named
from opsmon.model.device import Device, Inventory
from opsmon.text.bilingual import Sentence


def select_devices(inventory: Inventory, selectors: Sequence[str], *, may_be_none: bool = False) -> list[Device]:
    """The devices with `ssh.platform` that any selector means, in the inventory's order; without selectors all of them.

    Raises ConfigError for a selector that means nothing, for a device by name that has no `ssh.platform`, and where no
    device has one unless there `may_be_none`.
    """
    reachable = [d for d in inventory.devices.values() if d.ssh is not None and d.ssh.platform]
    if not selectors:
        if not reachable and not may_be_none:
            raise _problem(
                Sentence("no device has `ssh.platform`", "没有设备设置 `ssh.platform`"),
                Sentence(
                    "`ssh: {platform: huawei_vrp, …}` in the inventory", "请在清单中写 `ssh: {platform: huawei_vrp, …}`"
                ),
            )
        return reachable
    wanted: set[str] = set()
    for selector in selectors:
        wanted |= {device.name for device in _meant(inventory, reachable, selector)}
    return [device for device in reachable if device.name in wanted]


def _meant(inventory: Inventory, reachable: list[Device], selector: str) -> list[Device]:
    key, colon, value = selector.partition(":")
    if selector in inventory.devices:
        found = [device for device in reachable if device.name == selector]
        if not found:
            raise _problem(
                Sentence(f"`{selector}` has no `ssh.platform`", f"`{selector}` 未设置 `ssh.platform`"),
                Sentence("without it nobody knows how to talk to it", "没有它就不知道如何与设备对话"),
            )
        return found
    if selector in inventory.sites:
        found = [device for device in reachable if device.site == selector]
    elif colon and key in ("site", "kind", "label", "platform"):
        found = [device for device in reachable if _matches(device, key, value)]
    else:
        found = [device for device in reachable if fnmatchcase(device.name, selector)]
    if not found and not colon and not any(char in selector for char in "*?["):
        raise unknown("device", selector, inventory.devices)
    if not found:
        raise _problem(
            Sentence(
                f"`{selector}` means no device with `ssh.platform`",
                f"`{selector}` 未选中任何设有 `ssh.platform` 的设备",
            ),
            "",
        )
    return found


def _matches(device: Device, key: str, value: str) -> bool:
    if key == "label":
        name, equals, wanted = value.partition("=")
        return name in device.labels and (not equals or device.labels[name] == wanted)
    if key == "platform":
        return device.ssh is not None and device.ssh.platform == value
    return value == device.site if key == "site" else kind_named(value) == device.kind


def _problem(message: str, hint: str) -> ConfigError:
    return ConfigError((Problem("", 0, 0, message, hint),))
