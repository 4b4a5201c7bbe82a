"""`links:` of `opsmon.yaml`: where Grafana and Prometheus are for people's browsers, and what stands there of a thing.

The console keeps a day of values; these lead to the same device, metric and time in what keeps more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import quote, urlencode

from pydantic import AfterValidator

from opsmon.model.name import DeviceName, SiteName
from opsmon.spec import Spec
from opsmon.web.settings import PUBLIC_URL, check_public_url

DEVICE_DASHBOARD, SITE_DASHBOARD = "opsmon-device", "opsmon-site"  # their uids in deploy/grafana
DAYS_BACK = "7d"


def _same_name(metric: str) -> str:
    return metric


@dataclass(frozen=True, slots=True)
class ConsoleLinks:
    """An empty address means that there is no such place. `name_of` is what Prometheus calls a metric."""

    grafana: str = ""
    prometheus: str = ""
    name_of: Callable[[str], str] = _same_name

    def device_dashboard(
        self, site: SiteName, device: DeviceName, since: datetime | None = None, until: datetime | None = None
    ) -> str:
        """Grafana's view of a device, of a week unless told."""
        return self._dashboard(DEVICE_DASHBOARD, {"var-site": site, "var-device": device}, since, until)

    def site_dashboard(self, site: SiteName) -> str:
        """Grafana's view of a site."""
        return self._dashboard(SITE_DASHBOARD, {"var-site": site}, None, None)

    def _dashboard(self, name: str, variables: dict[str, str], since: datetime | None, until: datetime | None) -> str:
        if not self.grafana:
            return ""
        begin = f"now-{DAYS_BACK}" if since is None else _milliseconds(since)
        end = "now" if until is None else _milliseconds(until)
        return f"{self.grafana}/d/{name}?{urlencode({**variables, 'from': begin, 'to': end}, quote_via=quote)}"

    def graph(self, device: DeviceName, metric: str) -> str:
        """Prometheus' own graph of a metric of a device, of a week."""
        if not self.prometheus:
            return ""
        escaped = device.replace("\\", "\\\\").replace('"', '\\"')
        asked = {
            "g0.expr": f'{self.name_of(metric)}{{instance="{escaped}"}}',
            "g0.tab": "0",
            "g0.range_input": DAYS_BACK,
        }
        return f"{self.prometheus}/graph?{urlencode(asked, quote_via=quote)}"


def _milliseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000))


class LinksSpec(Spec):
    """`links:`"""

    grafana: Annotated[str, AfterValidator(check_public_url), PUBLIC_URL] = ""
    """The address of Grafana for browsers; pages of devices and sites lead to its dashboards · Grafana 地址"""
    prometheus: Annotated[str, AfterValidator(check_public_url), PUBLIC_URL] = ""
    """The address of Prometheus for browsers; curves lead to its graph of older data · Prometheus 地址"""

    def resolve(self) -> ConsoleLinks:
        """The places that the piece names."""
        return ConsoleLinks(self.grafana, self.prometheus)
