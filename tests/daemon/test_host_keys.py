"""News of host keys on their way to the journal."""

import asyncio
import logging
from pathlib import Path

import pytest

from opsmon.daemon.host_keys import HostKeyNews
from opsmon.engine.input import RecordHostKey
from opsmon.model.device import Device, Kind
from opsmon.model.name import DeviceName, SiteName
from opsmon.protocol.host_keys import HostKeyPins, KeyPlace

SWITCH = Device(DeviceName("sw"), SiteName("hall"), "192.0.2.1", Kind.SWITCH)
KEY, OTHER = "ssh-ed25519 AAAA", "ssh-ed25519 BBBB"


async def test_what_this_process_and_others_find_is_issued_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    issued: asyncio.Queue[RecordHostKey] = asyncio.Queue()
    pins = HostKeyPins(tmp_path / "known_hosts")
    pins.trusts(KeyPlace("elsewhere", 22), OTHER)
    news = HostKeyNews(pins, issued.put, lambda: {SWITCH.name: SWITCH}, dict)
    HostKeyPins(tmp_path / "known_hosts").trusts(KeyPlace("sw", 2222, "192.0.2.1"), KEY)  # as a backup does
    running = asyncio.create_task(news.run())
    async with asyncio.timeout(60):
        by_backup = await issued.get()
        pins.trusts(KeyPlace("sw", 2222, "192.0.2.1"), OTHER)
        changed = await issued.get()
        pins.trusts(KeyPlace("sw", 2222, "192.0.2.1"), KEY)
        again = await issued.get()
    running.cancel()
    assert [(one.device, one.port, one.trusted, one.again) for one in (by_backup, changed, again)] == [
        ("sw", 2222, True, False), ("sw", 2222, False, False), ("sw", 2222, True, True),
    ]  # fmt: skip
    levels = [
        (record.levelname, "is pinned" in record.message, "refused" in record.message) for record in caplog.records
    ]
    assert levels == [("INFO", True, False), ("WARNING", False, True), ("INFO", False, False)]
