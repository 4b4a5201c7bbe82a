"""Every dashboard as the file that Grafana provisions."""

import json

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.source.budgets import budgets
from deploy.grafana.source.clocks import clocks
from deploy.grafana.source.device import device
from deploy.grafana.source.own import own
from deploy.grafana.source.power import power
from deploy.grafana.source.site import site
from deploy.grafana.source.wall import wall


def written() -> dict[str, str]:
    """File name → its text, JSON with a line for each value, so that a change reads well in a diff."""
    built = [make().build() for make in (wall, site, device, power, clocks, budgets, own)]
    texts = {one.uid: json.dumps(one, cls=JSONEncoder, indent=1, ensure_ascii=False, sort_keys=True) for one in built}
    return {f"{uid}.json": f"{text}\n" for uid, text in texts.items()}
