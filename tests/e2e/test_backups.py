"""Backups and the daemon: a change that nobody announced rings until an order takes it in; a run at its own hour."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opsmon.backup.change.commands import Changes
from opsmon.clock import WallClock
from opsmon.config.root import load_root
from tests.support.backup.far_end import PASSWORD, FarDevice, FarEnd, Manners, behave, vrp_config
from tests.support.backup.rig import Rig
from tests.support.daemon.house import DaemonHouse, command, house_in
from tests.support.places import REPOSITORY

NAME = "ConfigChangedUnannounced"
METRIC = 'opsmon_backup_last_success_timestamp_seconds{device="core-1"}'


@pytest.fixture
async def core() -> AsyncIterator[FarDevice]:
    end = FarEnd()
    yield await asyncio.to_thread(end.device, Manners(config=vrp_config()))
    await asyncio.to_thread(end.close)


@pytest.fixture
async def house(tmp_path: Path, core: FarDevice) -> AsyncIterator[DaemonHouse]:
    async with house_in(tmp_path) as made:
        profile = (REPOSITORY / "probes" / "huawei-vrp.yaml").read_text("utf-8")
        section = profile[profile.index("\nbackup:") + 1 :]
        text = f"name: huawei-vrp\ntitle: a switch\nkind: switch\n{section}"
        (made.root / "probes" / "huawei-vrp.yaml").write_text(text, "utf-8")
        ssh = f"{{username: backup, password: {PASSWORD}, port: {core.port}, platform: huawei_vrp}}"
        check = f"checks: [{{tcp: {{port: {core.port}}}}}], periods: {{tcp: 5s}}"
        made.write_inventory(f"  - {{name: core-1, address: 127.0.0.1, kind: switch, {check}, ssh: {ssh}}}\n")
        yield made


async def test_an_unannounced_change_rings_until_an_order_takes_it_in(house: DaemonHouse, core: FarDevice) -> None:
    root = load_root(house.root)
    rig = Rig(house.root, root.recipes)
    devices = [root.inventory.devices[name] for name in root.inventory.devices if name == "core-1"]
    changes = Changes(rig.room, WallClock())

    async def told(work: Callable[[], object]) -> None:
        await asyncio.to_thread(work)

    daemon = await house.start()
    try:
        await told(lambda: rig.run(*devices))
        behave(core, config=vrp_config(extra="ntp-service enable\n#\n"))
        await told(lambda: rig.run(*devices))
        await house.receiver.until(lambda: house.receiver.story(NAME) == [("core-1", "firing")])
        assert abs(await daemon.metric(METRIC) - datetime.now(UTC).timestamp()) < 60
        (incident,) = await daemon.read("/api/v1/incidents")
        detail = json.dumps(incident, ensure_ascii=False)
        for words in ("without a change order (clause E19)", "liming", "+ntp-service enable"):
            assert words in detail
        await told(lambda: changes.begin("CHG-1", devices, "值班员", "补录", lambda result: None))
        await told(lambda: changes.end("CHG-1", devices, lambda result: None))
        await house.receiver.until(lambda: house.receiver.story(NAME)[-1:] == [("core-1", "resolved")])
        _, journal = await command(house.root, "journal", "show", "--json")
        assert "backup_recorded" in journal
        assert '"order": "CHG-1"' in journal
    finally:
        await daemon.end()


async def test_a_run_at_the_daemon_s_own_hour(house: DaemonHouse, core: FarDevice) -> None:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    began, ends = now - timedelta(minutes=5), now + timedelta(hours=5)
    settings = house.root / "opsmon.yaml"
    own = f'backup: {{schedule: "{began:%H:%M}", until: "{ends:%H:%M}"}}\n'
    settings.write_text(settings.read_text("utf-8") + own, "utf-8")
    daemon = await house.start()
    try:
        await daemon.until_logged("backup: 1 device: 1 good")
        assert core.logins == 1
    finally:
        assert await daemon.end() == 0
