"""From the world to the documents of the API. Pure: takes the world as it is at one moment."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from opsmon.contract.money.budget import BudgetUse
from opsmon.engine.commands.missing import missing_notices
from opsmon.engine.port import DaemonPort
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.incident.wording import fault_words
from opsmon.model.device import Device, Site
from opsmon.model.event import ClockChanged, FactAdded, ScopeJudged
from opsmon.model.incident import standing_numbers
from opsmon.model.name import CheckName, ContractId, DeviceName, IncidentId
from opsmon.model.origin import spoken_for
from opsmon.model.sample import Identity, Sample
from opsmon.state import api as state_room
from opsmon.store.codec import encode_event
from opsmon.store.store import Entry
from opsmon.text.journal_reason import reason_words
from opsmon.web.api.paging.views import is_untold, page_document
from opsmon.web.api.schemas import (
    BudgetDocument,
    CheckDocument,
    ClockDocument,
    DeviceDetailDocument,
    DeviceDocument,
    FactDocument,
    IdentityDocument,
    IncidentDetailDocument,
    IncidentDocument,
    JournalDocument,
    JudgementDocument,
    SiteDocument,
)

Latest = Mapping[CheckName, Sample]
Afflictions = Mapping[DeviceName, Sequence[IncidentId]]


def afflictions_of(world: World) -> Afflictions:
    """The open incidents of every device that has any: as their root cause, or suffering from them."""
    found: dict[DeviceName, list[IncidentId]] = {}
    for incident in world.incidents.open_incidents():
        for device in (incident.device, *incident.children):
            found.setdefault(device, []).append(incident.id)
    return found


def clock_document(incident: IncidentId, clock: ClockChanged, now: datetime) -> ClockDocument:
    """A clock by its last word in the journal. A clock that only warns is due by its stricter reading."""
    due_at = clock.effective_due_at
    running = clock.after.is_open and due_at is not None
    return ClockDocument(
        incident=incident,
        contract=clock.contract,
        clause=clock.clause,
        target=clock.target,
        state=clock.after,
        starts_at=clock.starts_at,
        at_risk_at=clock.at_risk_at,
        due_at=clock.due_at,
        strict_due_at=clock.strict_due_at,
        met_at=clock.met_at,
        remaining_s=round((due_at - now).total_seconds(), 3) if running and due_at is not None else None,
        provisional=clock.provisional,
        why=clock.reason,
        why_zh=clock.reason_zh or reason_words(clock.reason, "zh"),
    )


def clocks_of(world: World, incident: IncidentId, now: datetime) -> list[ClockDocument]:
    """The clocks of an incident, the most pressing first."""
    statuses = world.clock_statuses.get(incident)
    clocks = [] if statuses is None else [clock_document(incident, status.last, now) for status in statuses.values()]
    return sorted(clocks, key=urgency)


def urgency(clock: ClockDocument) -> tuple[bool, datetime, str]:
    """Running clocks before stopped ones, then by when they are due."""
    return (clock.remaining_s is None, clock.effective_due_at or clock.starts_at, clock.clause)


def budget_document(contract: ContractId, use: BudgetUse) -> BudgetDocument:
    """One budget for one subject."""
    return BudgetDocument(
        contract=contract,
        clause=use.clause,
        month=use.month,
        subject=use.subject,
        used=use.used,
        limit=use.limit,
        forecast=round(use.forecast, 1),
        state=use.state,
        incidents=list(use.incidents),
        reading=use.reading,
    )


def _incident_fields(world: World, incident: Incident, now: datetime) -> dict[str, object]:
    return {
        "id": incident.id,
        "condition": incident.condition,
        "summary": fault_words(incident, world.rules.rulebook, world.rules.limits, "en"),
        "summary_zh": fault_words(incident, world.rules.rulebook, world.rules.limits, "zh"),
        "subject": incident.subject,
        "device": incident.device,
        "site": incident.site,
        "kind": incident.kind,
        "contract": incident.contract,
        "service": incident.service,
        "severity": incident.severity,
        "phase": incident.phase,
        "open": incident.is_open,
        "excluded": incident.is_excluded,
        "starts_at": incident.starts_at,
        "opened_at": incident.opened_at,
        "resolved_at": incident.resolved_at,
        "closed_at": incident.closed_at,
        "detail": incident.detail,
        "labels": dict(incident.labels),
        "own_labels": dict(incident.own_labels),
        "reported_by": incident.reported_by,
        "watched": incident.is_watched,
        "children": sorted(incident.children),
        "affected": len(incident.affected),
        "clocks": clocks_of(world, incident.id, now),
        "untold": is_untold(world, incident.id),
    }


def incident_document(world: World, incident: Incident, now: datetime) -> IncidentDocument:
    """An incident as it is listed."""
    return IncidentDocument.model_validate(_incident_fields(world, incident, now))


def incident_detail(
    world: World, incident: Incident, now: datetime, journal: Iterable[Entry] | None
) -> IncidentDetailDocument:
    """An incident with everything about it; `journal` None could not be read."""
    missing = [{"clause": clause, "facts": list(facts)} for clause, facts in missing_notices(world, incident)]
    entries = None if journal is None else tuple(journal)
    more = {
        "close_reason": incident.close_reason,
        "ended": incident.ended,
        "withdrawn": incident.withdrawn,
        "merged_into": incident.merged_into,
        "page": page_document(world, incident.id),
        "facts": _fact_documents(incident, entries or ()),
        "judgements": [_judgement_document(judged) for judged in incident.judgements],
        "missing": missing,
        "diagnosis": list(incident.diagnosis),
        "journal": None if entries is None else [journal_document(entry) for entry in entries],
    }
    return IncidentDetailDocument.model_validate(_incident_fields(world, incident, now) | more)


def _fact_documents(incident: Incident, journal: Iterable[Entry]) -> list[FactDocument]:
    """A fact's number is its place among the facts of the journal, which holds when each was written down."""
    standing = standing_numbers(incident.facts)
    recorded = {number: entry.event.at for number, entry in enumerate(filter(_tells_fact, journal), 1)}
    return [
        FactDocument(
            number=number,
            type=fact.type,
            at=fact.at,
            recorded_at=recorded.get(number),
            by=fact.by,
            via=fact.via,
            on_behalf_of=spoken_for(fact.via),
            note=fact.note,
            stands=number in standing,
            withdraws=fact.withdraws,
            clauses=list(fact.clauses),
            approved_by=fact.approved_by,
            paper=fact.paper,
            paper_sha256=fact.paper_sha256,
            delivery=fact.delivery,
            contradicted=fact.contradicted,
            earliest=fact.earliest,
            takes_over=fact.takes_over,
        )
        for number, fact in enumerate(incident.facts, 1)
    ]


def _tells_fact(entry: Entry) -> bool:
    return isinstance(entry.event, FactAdded)


def _judgement_document(judged: ScopeJudged) -> JudgementDocument:
    return JudgementDocument(
        at=judged.at,
        by=judged.by,
        via=judged.via,
        on_behalf_of=spoken_for(judged.via),
        reason=judged.reason,
        severity=judged.severity,
        service=judged.service,
        labels=dict(judged.labels),
    )


def journal_document(entry: Entry) -> JournalDocument:
    """One event of the journal."""
    name, fields = encode_event(entry.event)
    return JournalDocument(seq=entry.seq, type=name, event=fields)


def _check_documents(device: Device, latest: Latest) -> list[CheckDocument]:
    documents = []
    for check in device.checks:
        sample = latest.get(check.name)
        documents.append(
            CheckDocument(
                name=check.name,
                kind=check.kind,
                period_s=check.period_s,
                outcome=None if sample is None else sample.outcome,
                at=None if sample is None else sample.at,
                duration_s=None if sample is None else round(sample.duration_s, 6),
                detail="" if sample is None else sample.detail,
            )
        )
    return documents


def _device_fields(world: World, device: Device, latest: Latest, afflictions: Afflictions) -> dict[str, object]:
    status = state_room.standing_of(world.fleet, device.name)
    return {
        "id": device.name,
        "title": device.title,
        "site": device.site,
        "kind": device.kind,
        "address": device.address,
        "contract": device.contract,
        "service": device.service,
        "parents": list(device.parents),
        "labels": dict(device.labels),
        "state": status.state,
        "since": status.since,
        "reason": status.reason,
        "checks": _check_documents(device, latest),
        "incidents": sorted(afflictions.get(device.name, ())),
    }


def device_document(world: World, device: Device, latest: Latest, afflictions: Afflictions) -> DeviceDocument:
    """A device as it is listed."""
    return DeviceDocument.model_validate(_device_fields(world, device, latest, afflictions))


def device_detail(world: World, device: Device, latest: Latest) -> DeviceDetailDocument:
    """A device with what its checks learned beside numbers."""
    identity = next((sample.identity for sample in latest.values() if sample.identity is not None), None)
    facts = {check: dict(sample.facts) for check, sample in latest.items() if sample.facts}
    more = {"identity": None if identity is None else identity_document(identity), "facts": facts}
    return DeviceDetailDocument.model_validate(_device_fields(world, device, latest, afflictions_of(world)) | more)


def identity_document(identity: Identity) -> IdentityDocument:
    """Who a device says it is."""
    return IdentityDocument(
        profile=identity.profile,
        vendor=identity.vendor,
        model=identity.model,
        serial=identity.serial,
        software=identity.software,
        system=dict(identity.system),
    )


def site_document(world: World, site: Site, devices: Iterable[DeviceName], afflictions: Afflictions) -> SiteDocument:
    """A site, its devices counted by state."""
    names = list(devices)
    open_incidents = {incident for name in names for incident in afflictions.get(name, ())}
    of_no_device = (world.incidents.by_id[name] for name in afflictions.get(DeviceName(""), ()))
    open_incidents |= {incident.id for incident in of_no_device if incident.site == site.name}
    return SiteDocument(
        id=site.name,
        title=site.title,
        contract=site.contract,
        service=site.service,
        labels=dict(site.labels),
        devices=len(names),
        states=dict(Counter(state_room.state_of(world.fleet, name) for name in names)),
        incidents=sorted(open_incidents),
    )


def latest_of(daemon: DaemonPort, device: DeviceName) -> Latest:
    """The last sample of each check of a device."""
    return daemon.latest.get(device, {})
