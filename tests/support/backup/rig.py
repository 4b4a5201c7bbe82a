"""A root with devices at the far end, and runs on it without the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from opsmon.backup.archiver import RunContext
from opsmon.backup.inspection import Archive
from opsmon.backup.outcome import Result
from opsmon.backup.recipe import RecipeBook
from opsmon.backup.repository.repository import Repository
from opsmon.backup.run import BackupConfig, RetryRounds, Run
from opsmon.backup.status import BackupStatus, BackupStatuses
from opsmon.backup.text_work import WORK_S
from opsmon.clock import WallClock
from opsmon.config.backup_recipes import resolve_recipes
from opsmon.config.yaml.problem import Problems
from opsmon.model.device import Device, Kind, SshAccess
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from tests.support.backup.far_end import ENABLE, PASSWORD, USER, FarDevice
from tests.support.stock import stock_profiles

PLATFORMS = {
    "vrp": "huawei_vrp", "comware": "hp_comware", "ios": "cisco_ios", "nxos": "cisco_nxos", "asa": "cisco_asa",
    "forti": "fortinet", "junos": "juniper_junos",
    "gaia": "checkpoint_gaia", "panos": "paloalto_panos", "procurve": "hp_procurve", "iosxr": "cisco_xr",
}  # fmt: skip


def stock_recipes() -> RecipeBook:
    problems = Problems()
    book = resolve_recipes(stock_profiles(), problems)
    assert not problems.errors, problems.errors
    return book


@dataclass
class Rig:
    """One root. `stall_s` shortens how long a silent device is waited for."""

    root: Path
    recipes: RecipeBook
    threads: int = 8
    recipients: tuple[str, ...] = ()
    work_s: float = WORK_S

    def device(self, far: FarDevice, name: str = "core-1", **access: Any) -> Device:
        fields: Mapping[str, Any] = {
            "username": USER,
            "port": far.port,
            "password": Secret(PASSWORD),
            "platform": PLATFORMS[far.manners.make],
        }
        ssh = SshAccess(**{**fields, **access})
        return Device(DeviceName(name), SiteName("hall"), "127.0.0.1", Kind.SWITCH, ssh=ssh)

    def enabling(self, far: FarDevice, name: str = "core-1") -> Device:
        return self.device(far, name, enable=Secret(ENABLE))

    def run(
        self, *devices: Device, accept: bool = False, patience: RetryRounds | None = None, **given: Any
    ) -> list[Result]:
        circumstance = RunContext(**given)
        run = Run(self.room, circumstance, WallClock(), accept=accept)
        return run.run(devices, lambda result: None, patience or RetryRounds())

    def one(self, device: Device, **given: Any) -> Result:
        (result,) = self.run(device, **given)
        return result

    @property
    def room(self) -> BackupConfig:
        return BackupConfig(
            self.root, self.root / "backups", self.threads, self.recipes, self.recipients, work_s=self.work_s
        )

    @property
    def shelf(self) -> Archive:
        return Archive(Repository(self.root / "backups"), BackupStatuses(self.root), self.recipes)

    def standing(self, device: Device) -> BackupStatus:
        return BackupStatuses(self.root).load(device.name, device.site)

    def text(self, device: Device) -> str:
        return self.shelf.text(device.name, self.shelf.places(device))[0]

    def quarantine(self, name: str = "core-1") -> str:
        return (self.root / "var" / "backup" / "aside" / f"{name}.txt").read_text("utf-8")


def small(recipes: RecipeBook, most_chars: int) -> RecipeBook:
    """The same recipes, for tests that cannot wait for 32 MiB of a device that never stops."""
    return RecipeBook(
        {name: replace(recipe, most_chars=most_chars) for name, recipe in recipes.by_profile.items()},
        {name: replace(recipe, most_chars=most_chars) for name, recipe in recipes.by_platform.items()},
        recipes.fallback,
    )


def impatient(recipes: RecipeBook, stall_s: float) -> RecipeBook:
    """The same recipes, for tests that cannot wait twenty seconds for a silent device."""
    return RecipeBook(
        {name: replace(recipe, stall_s=stall_s) for name, recipe in recipes.by_profile.items()},
        {name: replace(recipe, stall_s=stall_s) for name, recipe in recipes.by_platform.items()},
        replace(recipes.fallback, stall_s=stall_s) if recipes.fallback else None,
    )
