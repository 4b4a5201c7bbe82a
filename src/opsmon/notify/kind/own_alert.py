"""What the daemon has to tell of itself, as Alertmanager's webhook: an alert of no device, no site and no contract."""

import json
from dataclasses import dataclass
from datetime import datetime

from opsmon.notify.kind.alertmanager import ZERO_TIME, fingerprint_of, rfc3339


@dataclass(frozen=True, slots=True)
class OwnAlert:
    """`name` such as `OpsmonBlind`; `ends_at` is None while it fires."""

    name: str
    starts_at: datetime
    summary: str
    ends_at: datetime | None = None

    @property
    def status(self) -> str:
        return "firing" if self.ends_at is None else "resolved"

    @property
    def key(self) -> str:
        """What its two deliveries have in common: the second may not overtake the first."""
        return f"{self.name}-{int(self.starts_at.timestamp() * 1000)}"


def own_payload(alert: OwnAlert, receiver: str, console_url: str, journal_head: str = "") -> str:
    """The body of the delivery, as JSON text; its labels are `alertname`, `job` and `severity`."""
    labels = {"alertname": alert.name, "job": "opsmon", "severity": "major"}
    annotations = {"summary": alert.summary, **({"ended": "recovered"} if alert.ends_at else {})}
    annotations |= {"journal_head": journal_head} if journal_head else {}
    one = {
        "status": alert.status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": rfc3339(alert.starts_at),
        "endsAt": ZERO_TIME if alert.ends_at is None else rfc3339(alert.ends_at),
        "generatorURL": f"{console_url}/",
        "fingerprint": fingerprint_of(labels),
    }
    body = {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{alert.name}"}}',
        "truncatedAlerts": 0,
        "status": alert.status,
        "receiver": receiver,
        "groupLabels": {"alertname": alert.name},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": console_url,
        "alerts": [one],
    }
    return json.dumps(body, ensure_ascii=False)
