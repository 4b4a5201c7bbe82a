"""A console that is served, and a client that talks to it over TCP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from opsmon.web.server import make_application
from tests.web.scene import Scene, everything_answers

Client = TestClient[Request, Application]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    everything_answers(made)
    return made


@pytest.fixture
async def client(scene: Scene) -> AsyncIterator[Client]:
    async with TestClient(TestServer(make_application(scene.parts))) as made:
        yield made
