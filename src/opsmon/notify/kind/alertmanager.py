"""Alertmanager's webhook format, version 4: what receivers written for Alertmanager take.

Promises labels that stay the same for as long as the alert lives, a fingerprint made of them as Alertmanager makes it,
`startsAt` that survives restarts, and the zero time as `endsAt` while the alert fires. One alert per delivery.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from opsmon.engine.effect import AlertKind, AlertStatus, Notify
from opsmon.incident.incident import Incident
from opsmon.model.event import ClockChanged
from opsmon.notify.words.voice import RenderContext
from opsmon.notify.words.wording import count_affected, summary_of
from opsmon.text.duration import remaining_words

ZERO_TIME = "0001-01-01T00:00:00Z"
_CLOCK_ALERTS = {AlertKind.AT_RISK: "TargetAtRisk", AlertKind.BREACHED: "TargetBreached"}
_NO_LABEL_CHARACTER = re.compile(r"[^a-zA-Z0-9_]")
_GROUPED_BY = frozenset({"alertname", "incident", "clause", "target"})
_NAMED_CHILDREN = 50
_MAX_ANNOTATION = 8_000  # characters; a traced path or a device's own words may be long
# FNV-1a, 64 bits; each label name and value is closed with a byte that cannot occur in UTF-8.
_FNV_OFFSET = 14695981039346656037
_FNV_PRIME = 1099511628211
_FNV_SEPARATOR = b"\xff"


def labels_of(notify: Notify) -> dict[str, str]:
    """What the alert is known by. Free labels of the inventory come along where they do not clash."""
    incident = notify.incident
    labels = {_label_name(name): value for name, value in incident.labels.items()}
    labels |= {
        "alertname": _CLOCK_ALERTS.get(notify.alert, incident.condition),
        "device": incident.device,
        "site": incident.site,
        "kind": incident.kind.value if incident.kind is not None else "",
        "contract": incident.contract or "",
        "service": incident.alert_service or "",
        "severity": incident.alert_severity.value,
        "subject": incident.subject,
        "incident": incident.id,
    }
    if notify.clock is not None:
        labels |= {"clause": notify.clock.clause, "target": notify.clock.target, "condition": incident.condition}
    return {name: value for name, value in sorted(labels.items()) if value}


def annotations_of(notify: Notify, voice: RenderContext) -> dict[str, str]:
    """What people want to know of the alert; may differ from one delivery to the next."""
    incident = notify.incident
    annotations = {
        "summary": summary_of(notify, voice),
        "description": incident.detail,
        "incident": incident.id,
        "phase": incident.phase.value,
        "affected_children": str(count_affected(incident, voice)),
        "children": _names_of_children(incident),
        "diagnosis": "\n".join(incident.diagnosis),
        "device_title": voice.titles.get(incident.device, incident.device),
        "site_title": voice.sites.get(incident.site, incident.site),
        "ended": notify.ended or "",
        "journal_head": voice.journal_head,
    }
    if notify.held is not None:
        annotations |= {"acknowledged_by": notify.held.by, "acknowledged_at": rfc3339(notify.held.since)}
    if notify.clock is not None:
        annotations |= _clock_annotations(notify.clock)
        if notify.status is AlertStatus.FIRING:
            annotations |= _time_left(notify.clock, notify.at, voice.language)
    elif notify.nearest is not None and notify.status is AlertStatus.FIRING:
        annotations |= _nearest_annotations(notify.nearest, notify.at, voice.language)
    return {name: value[:_MAX_ANNOTATION] for name, value in annotations.items() if value}


def payload_of(notify: Notify, receiver: str, voice: RenderContext) -> str:
    """The body of the delivery, as JSON text. Keys are those of Alertmanager's webhook, version 4."""
    labels, annotations = labels_of(notify), annotations_of(notify, voice)
    group = {name: value for name, value in labels.items() if name in _GROUPED_BY}
    alert = {
        "status": notify.status.value,
        "labels": labels,
        "annotations": annotations,
        "startsAt": rfc3339(notify.starts_at),
        "endsAt": ends_at(notify),
        "generatorURL": f"{voice.console_url}/api/v1/incidents/{notify.incident.id}",
        "fingerprint": fingerprint_of(labels),
    }
    body = {
        "version": "4",
        "groupKey": f"{{}}:{_matchers(group)}",
        "truncatedAlerts": 0,
        "status": notify.status.value,
        "receiver": receiver,
        "groupLabels": group,
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": voice.console_url,
        "alerts": [alert],
    }
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")


def is_firing(body: str) -> bool:
    """Whether the body, one of `payload_of`, tells of something that is wrong now."""
    return bool(json.loads(body)["status"] == AlertStatus.FIRING)


def fingerprint_of(labels: Mapping[str, str]) -> str:
    """The hash by which Alertmanager knows a set of labels: 16 hex digits."""
    digest = _FNV_OFFSET
    for name in sorted(labels):
        for text in (name, labels[name]):
            for byte in text.encode("utf-8", "replace") + _FNV_SEPARATOR:
                digest = (digest ^ byte) * _FNV_PRIME & 0xFFFFFFFFFFFFFFFF
    return f"{digest:016x}"


def rfc3339(moment: datetime) -> str:
    """In UTC, with `Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def ends_at(notify: Notify) -> str:
    """The end of what is over; the zero time of what still fires."""
    if notify.status is AlertStatus.FIRING:
        return ZERO_TIME
    return rfc3339(notify.ends_at if notify.ends_at is not None else notify.at)


def _label_name(name: str) -> str:
    cleaned = _NO_LABEL_CHARACTER.sub("_", name)
    return f"_{cleaned}" if not cleaned or cleaned[0].isdigit() else cleaned


def _names_of_children(incident: Incident) -> str:
    names = sorted(incident.affected)
    more = f" … (+{len(names) - _NAMED_CHILDREN})" if len(names) > _NAMED_CHILDREN else ""
    return " ".join(names[:_NAMED_CHILDREN]) + more


def _clock_annotations(clock: ClockChanged) -> dict[str, str]:
    moments = {"clock_started_at": clock.starts_at, "at_risk_at": clock.at_risk_at, "due_at": clock.due_at}
    moments |= {"strict_due_at": clock.strict_due_at, "met_at": clock.met_at}
    told = {name: rfc3339(moment) for name, moment in moments.items() if moment is not None}
    return told | {"clock_state": clock.after.value, "why": clock.reason} | _provisional(clock)


def _nearest_annotations(clock: ClockChanged, at: datetime, language: str) -> dict[str, str]:
    """When people have to have done what first, so that whoever reads of the fault need not look it up."""
    due_at = clock.effective_due_at
    if due_at is None:
        return {}
    told = {"due_at": rfc3339(due_at), "clause": clock.clause, "target": clock.target}
    return told | _time_left(clock, at, language)


def _time_left(clock: ClockChanged, at: datetime, language: str) -> dict[str, str]:
    """As of the message; a receiver that shows it later reckons from `due_at`."""
    due_at = clock.effective_due_at
    return {} if due_at is None else {"time_left": remaining_words((due_at - at).total_seconds(), language)}


def _provisional(clock: ClockChanged) -> dict[str, str]:
    return {"provisional": "true"} if clock.provisional else {}


def _matchers(labels: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in labels.items()) + "}"
