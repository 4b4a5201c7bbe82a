"""The world as one visitor may see it: cut to the visitor's scope once, and handed to every page and document.

A View is a World, so that whatever reads a world reads a view; nothing that lies outside the scope is in it, not even
its name. Of what the state room believes a limited view holds nothing: what people see of devices are their states.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from immutables import Map

from opsmon.access.visitor import Visitor
from opsmon.contract.contract_rules import ContractRules
from opsmon.engine.duty.obligations import Duties
from opsmon.engine.roster.roster_state import RosterState
from opsmon.engine.rules import Rules
from opsmon.engine.world import World
from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Incidents
from opsmon.model.account import EVERYTHING, Scope
from opsmon.model.device import Device, Inventory, Site
from opsmon.model.event import DeviceStateChanged, Event
from opsmon.model.name import DeviceName, IncidentId, SiteName
from opsmon.oncall.oncall_rules import OnCallRules
from opsmon.oncall.paging import Paging
from opsmon.oncall.silence import PageSilence
from opsmon.state.fleet import FleetState
from opsmon.state.timers import Timers
from opsmon.text.journal_reason import ELSEWHERE_DOWN, written


@dataclass(frozen=True, slots=True)
class View(World):
    """`scope` is what it was cut to; `sees_money`: budgets and penalties are in it. `shared_sites` have devices that
    lie outside the scope, too."""

    scope: Scope = EVERYTHING
    sees_money: bool = True
    shared_sites: frozenset[SiteName] = frozenset()

    def tells(self, event: Event) -> bool:
        """Whether an event of an incident of the view may be told: that another device suffers from it, too, may lie
        outside."""
        device = getattr(event, "device", "")
        return not device or self.scope.is_everything or device in self.rules.inventory.devices


def view_of_world(world: World, visitor: Visitor) -> View:
    """What the visitor may see of it."""
    rules = world.rules if visitor.sees_money else _without_money(world.rules)
    parts = {field.name: getattr(world, field.name) for field in fields(World)} | {"rules": rules}
    if visitor.scope.is_everything:
        return View(**parts, scope=visitor.scope, sees_money=visitor.sees_money)
    parts = _cut(world, replace(rules, **_cut_rules(rules, visitor.scope)), visitor.scope)
    seen = parts["rules"].inventory.devices
    shared = frozenset(device.site for name, device in rules.inventory.devices.items() if name not in seen)
    return View(**parts, scope=visitor.scope, sees_money=visitor.sees_money, shared_sites=shared)


class ViewCache:
    """The last view of each scope: a page that many ask for, and the requests between two samples, cut it once."""

    def __init__(self, at_most: int = 32) -> None:
        self._at_most = at_most
        self._kept: dict[tuple[Scope, bool], tuple[World, View]] = {}

    def of(self, world: World, visitor: Visitor) -> View:
        """As `view_of_world`. What is not limited is not cut, and not kept."""
        if visitor.scope.is_everything:
            return view_of_world(world, visitor)
        key = visitor.scope, visitor.sees_money
        kept = self._kept.pop(key, None)
        if kept is None or not _tells_the_same(kept[0], world):
            kept = world, view_of_world(world, visitor)
        self._kept[key] = kept
        while len(self._kept) > self._at_most:
            del self._kept[next(iter(self._kept))]
        return kept[1]


def _tells_the_same(one: World, other: World) -> bool:
    """Whether two worlds differ in what no limited view holds at most."""
    if one is other:
        return True
    return all(getattr(one, name) is getattr(other, name) for name in CUTS if name not in _NEVER_SEEN)


def _without_money(rules: Rules) -> Rules:
    contracts = {name: replace(book, budgets=(), penalties=()) for name, book in rules.contracts.items()}
    for name, book in contracts.items():
        contracts[name] = replace(book, contract=replace(book.contract, amount_cny=None))
    return replace(rules, contracts=contracts)


def _cut_rules(rules: Rules, scope: Scope) -> dict[str, Any]:
    """Devices and sites of the scope, and the contracts of which it may be told as a whole."""
    inventory = rules.inventory
    devices = {name: one for name, one in inventory.devices.items() if scope.takes(one.contract, one.site)}
    housed = {device.site for device in devices.values()}
    sites = {name: one for name, one in inventory.sites.items() if scope.takes(one.contract, name) or name in housed}
    contracts: dict[Any, ContractRules] = {
        name: book for name, book in rules.contracts.items() if scope.takes_contract(name)
    }
    return {
        "inventory": Inventory(
            {name: _cut_site(site, scope) for name, site in sites.items()},
            {name: _cut_device(device, devices) for name, device in devices.items()},
        ),
        "contracts": contracts,
        "oncall": OnCallRules(),
        "limits": {name: limits for name, limits in rules.limits.items() if name in devices},
    }


def _cut_site(site: Site, scope: Scope) -> Site:
    """A site of another contract with devices of this one does not tell whose it is."""
    return site if scope.takes(site.contract, site.name) else replace(site, contract=None, service=None)


def _cut_device(device: Device, seen: Mapping[DeviceName, Device]) -> Device:
    parents = tuple(name for name in device.parents if name in seen)
    return device if parents == device.parents else replace(device, parents=parents)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What of a world lies within the scope."""

    scope: Scope
    rules: Rules
    sites: frozenset[SiteName]
    devices: Mapping[DeviceName, Device]
    incidents: frozenset[IncidentId]


def _cut(world: World, rules: Rules, scope: Scope) -> dict[str, Any]:
    found = world.incidents.by_id.items()
    incidents = frozenset(name for name, one in found if scope.takes(one.contract, one.site))
    seen = _Seen(scope, rules, frozenset(rules.inventory.sites), rules.inventory.devices, incidents)
    return {name: cut(getattr(world, name), seen) for name, cut in CUTS.items()}


def _cut_incidents(incidents: Incidents, seen: _Seen) -> Incidents:
    devices = seen.devices
    return Incidents(
        by_id=Map({name: cut_incident(incidents.by_id[name], devices, seen.incidents) for name in seen.incidents}),
        open_by_cause=Map({key: name for key, name in incidents.open_by_cause.items() if name in seen.incidents}),
        states=Map({name: cut_state(one, devices) for name, one in incidents.states.items() if name in devices}),
        hidden=Map({one: by for one, by in incidents.hidden.items() if one in devices and by in devices}),
        reported_on=Map({name: open_ for name, open_ in incidents.reported_on.items() if name in devices}),
    )


def cut_incident(incident: Incident, devices: Mapping[DeviceName, Device], others: Collection[IncidentId]) -> Incident:
    """Without the devices that suffer from it outside the scope, and without another incident's id."""
    children, affected = incident.children & devices.keys(), incident.affected & devices.keys()
    merged = incident.merged_into if incident.merged_into in others else None
    if (children, affected, merged) == (incident.children, incident.affected, incident.merged_into):
        return incident
    return replace(incident, children=frozenset(children), affected=frozenset(affected), merged_into=merged)


def cut_state(state: DeviceStateChanged, devices: Mapping[DeviceName, Device]) -> DeviceStateChanged:
    """Without the parent that hides it, where that lies outside the scope."""
    return state if state.cause is None or state.cause in devices else replace(state, cause=None, reason=_ELSEWHERE)


def _cut_duties(duties: Duties, seen: _Seen) -> Duties:
    takes = seen.scope.takes_contract
    return Duties(
        watched=Map({name: at for name, at in duties.watched.items() if takes(name)}),
        ticks=Map({task: ticks for task, ticks in duties.ticks.items() if takes(task[0])}),
        occasions=Map({one: ticks for one, ticks in duties.occasions.items() if takes(one[0])}),
        reported=Map({task: state for task, state in duties.reported.items() if takes(task[0])}),
        excused=Map({task: one for task, one in duties.excused.items() if takes(task[0])}),
        next_at=duties.next_at,
    )


def _of_incidents(kept: Any, seen: _Seen) -> Any:
    """A map by incident."""
    return Map({name: kept[name] for name in seen.incidents if name in kept})


def _cut_paging(paging: Paging, seen: _Seen) -> Paging:
    pages = _of_incidents(paging.pages, seen)
    covering = {page.silence for page in pages.values() if page.is_open}
    silences = {}
    for name, silence in paging.silences.items():
        if _is_of(silence, seen):
            silences[name] = silence
        elif name in covering:  # its fields are those of an incident of the view; its reason may speak of others
            silences[name] = replace(silence, reason="")
    return Paging(pages=pages, silences=Map(silences))


def _is_of(silence: PageSilence, seen: _Seen) -> bool:
    """Whether all that the silence is about lies within the scope. One that names no place is about every place."""
    contract, site, device = (silence.fields.get(name) for name in ("contract", "site", "device"))
    if device is not None:
        found = seen.devices.get(DeviceName(device))
        return found is not None and site in (None, found.site) and contract in (None, found.contract)
    if site is not None:
        place = seen.rules.inventory.sites.get(SiteName(site))
        return place is not None and seen.scope.takes(contract or place.contract, site)
    return contract is not None and seen.scope.takes_contract(contract)


_ELSEWHERE = written(ELSEWHERE_DOWN)
# How each part of a world is cut: a part without an entry would be seen whole, so a test holds that each has one.
CUTS: dict[str, Callable[[Any, _Seen], Any]] = {
    "rules": lambda rules, seen: seen.rules,
    "fleet": lambda fleet, seen: FleetState(),
    "incidents": _cut_incidents,
    "clock_statuses": _of_incidents,
    "alerts_sent": _of_incidents,
    "clocks": _of_incidents,
    "agenda": lambda agenda, seen: Timers(),
    "duties": _cut_duties,
    "paging": _cut_paging,
    "roster": lambda roster, seen: RosterState(),  # who is on call is on call for every contract
}
_NEVER_SEEN = frozenset({"fleet", "agenda", "clocks"})
