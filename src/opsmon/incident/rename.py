"""A device has another name: everything that is known under the old one is known under the new one."""

from dataclasses import replace
from typing import TypeVar

from immutables import Map

from opsmon.incident.incident import Incident
from opsmon.incident.incidents import Cause, Incidents
from opsmon.model.event import ConditionRaised
from opsmon.model.name import DeviceName

V = TypeVar("V")


def rename_device(incidents: Incidents, old: DeviceName, new: DeviceName) -> Incidents:
    """The incidents as if the device had always been named so. Their alerts begin anew, which is not done here."""
    by_id = incidents.by_id.mutate()
    for name, incident in incidents.by_id.items():
        if incident.device == old or old in incident.affected:
            by_id[name] = _renamed(incident, old, new)
    suppressed = {
        _cause(cause, old, new): replace(raised, device=new) if raised.device == old else raised
        for cause, raised in incidents.suppressed.items()
    }
    behind = {
        _name(above, old, new): frozenset(_name(one, old, new) for one in below)
        for above, below in incidents.hidden_behind.items()
    }
    hidden = _moved(incidents.hidden, old, new)
    states = _moved(incidents.states, old, new)
    if new in states:
        states = states.set(new, replace(states[new], device=new))
    return replace(
        incidents,
        by_id=by_id.finish(),
        open_by_cause=Map({_cause(cause, old, new): name for cause, name in incidents.open_by_cause.items()}),
        parent_incident=_moved(incidents.parent_incident, old, new),
        suppressed=Map[Cause, ConditionRaised](suppressed),
        hidden=Map({below: _name(above, old, new) for below, above in hidden.items()}),
        hidden_behind=Map[DeviceName, frozenset[DeviceName]](behind),
        states=states,
        folded=_moved(incidents.folded, old, new),
        reported_on=_moved(incidents.reported_on, old, new),
    )


def _renamed(incident: Incident, old: DeviceName, new: DeviceName) -> Incident:
    return replace(
        incident,
        opening=replace(incident.opening, device=_name(incident.device, old, new)),
        children=frozenset(_name(one, old, new) for one in incident.children),
        affected=frozenset(_name(one, old, new) for one in incident.affected),
    )


def _name(name: DeviceName, old: DeviceName, new: DeviceName) -> DeviceName:
    return new if name == old else name


def _cause(cause: Cause, old: DeviceName, new: DeviceName) -> Cause:
    return _name(cause[0], old, new), cause[1], cause[2]


def _moved(mapping: Map[DeviceName, V], old: DeviceName, new: DeviceName) -> Map[DeviceName, V]:
    return mapping.delete(old).set(new, mapping[old]) if old in mapping else mapping
