"""A console that is served, and a client that talks to it over TCP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from opsmon.web.server import make_application
from tests.support.web.scene import Client, WebScene, everything_answers


@pytest.fixture
def scene(tmp_path: Path) -> WebScene:
    made = WebScene(tmp_path)
    everything_answers(made)
    return made


@pytest.fixture
async def client(scene: WebScene) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_application(scene.parts))) as made:
        yield made
