"""Debian's Chromium, how it is started, and how a test opens a page in it."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from tests.support.web.scene import TOKEN

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SIGNED_IN = {"Authorization": f"Bearer {TOKEN}"}
OpenPage = Callable[..., Coroutine[Any, Any, Page]]
