"""A port that would be open to a network with nobody who may come in: the process ends before it listens."""

import asyncio
from pathlib import Path

import pytest

from tests.support.daemon.house import Daemon, house_in

pytestmark = pytest.mark.timeout(360)  # four processes, one after the other
PORTS = {
    "0.0.0.0": '{listen: "0.0.0.0:0"}',
    "::": '{listen: "[::]:0"}',
    "monitor.example": '{listen: "monitor.example:0"}',
    "0.0.0.0 behind a proxy": '{listen: "0.0.0.0:0", public_url: "https://monitor.example/opsmon",'
    " trusted_proxies: [127.0.0.1]}",
}


async def refused(folder: Path, port: str) -> list[str]:
    """What the process says when it has ended."""
    async with house_in(folder) as house:
        (house.root / "opsmon.yaml").write_text(f"http: {port}\nlanguage: en\n")
        daemon = Daemon(house)
        await daemon.start(ready=False)
        async with asyncio.timeout(60):
            assert await daemon.process.wait() != 0
        await daemon.end()
        return daemon.log + daemon.said


async def test_the_daemon_ends_with_the_setting_that_is_to_change(tmp_path: Path) -> None:
    for number, (what, port) in enumerate(PORTS.items()):
        lines = await refused(tmp_path / str(number), port)
        told = "\n".join(lines)
        host = what.partition(" ")[0]
        assert f"`http: listen` is {host}, beyond this machine, and nobody may come in" in told, told
        assert "opsmon user add NAME --role admin" in told
        assert "listening on" not in told
        assert "Traceback" not in told
