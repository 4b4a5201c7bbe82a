"""What Prometheus asks of a daemon: the list of sites once, then each site's page and the daemon's own, once a period.

Pages are asked for as Prometheus does: over a kept connection, compressed, spread evenly over the period. What the
scraper uses itself counts for nobody.
"""

import http.client
import json
import re
import threading
import time
import zlib
from typing import Any

HEADERS = {
    "Accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
    "Accept-Encoding": "gzip",
    "X-Prometheus-Scrape-Timeout-Seconds": "10",
}
PATIENCE_S = 10.0  # Prometheus gives up then


class Scraper:
    """Of one daemon on loopback."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self.longest_s = 0.0
        self.failed = 0
        self.bytes_of: dict[str, int] = {}  # by path, as they travelled
        self._ending = threading.Event()

    def read(self, path: str) -> str:
        """A page, as text."""
        raw, coding = self._fetch(path)
        return (zlib.decompress(raw, 31) if coding == "gzip" else raw).decode("utf-8")

    def _fetch(self, path: str) -> tuple[bytes, str]:
        try:
            answer = self._ask(path)
        except http.client.RemoteDisconnected:  # it was idle for too long
            answer = self._ask(path)
        body = answer.read()
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status} {body[:300]!r}")
        return body, answer.getheader("Content-Encoding", "")

    def _ask(self, path: str) -> http.client.HTTPResponse:
        self._connection.request("GET", path, headers=HEADERS)
        return self._connection.getresponse()

    def sites(self) -> list[str]:
        """The paths of the pages of all sites, as service discovery tells them."""
        found: list[dict[str, Any]] = json.loads(self.read("/sd/sites"))
        return [target["labels"]["__metrics_path__"] for target in found]

    def value(self, series: str) -> float:
        """One series of the daemon's own page, such as `opsmon_devices{state="up"}`. Raises LookupError."""
        found = re.search(rf"^{re.escape(series)} (\S+)$", self.read("/metrics"), re.MULTILINE)
        if found is None:
            raise LookupError(f"the daemon does not tell {series}")
        return float(found[1])

    def scrape_for(self, length_s: float, period_s: float) -> None:
        """Every page once a period, for so long."""
        pages = [*self.sites(), "/metrics"]
        began_s = time.monotonic()
        for turn in range(round(len(pages) * length_s / period_s)):
            due_s = began_s + turn * period_s / len(pages)
            if self._ending.wait(max(0.0, due_s - time.monotonic())):
                return
            self._scrape(pages[turn % len(pages)])
        self._ending.wait(max(0.0, began_s + length_s - time.monotonic()))

    def _scrape(self, path: str) -> None:
        asked_s = time.monotonic()
        try:
            self.bytes_of[path] = len(self._fetch(path)[0])
        except TimeoutError:
            self._connection.close()
            self.failed += 1
        self.longest_s = max(self.longest_s, time.monotonic() - asked_s)

    def end(self) -> None:
        """From another thread: `scrape_for` returns soon."""
        self._ending.set()
