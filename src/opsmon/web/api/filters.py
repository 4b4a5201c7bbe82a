"""Names in the filters of a list. A name that nobody knows is a mistake: an empty list would read as an all-clear.

Known is what the inventory and the rules have now, and what the incidents in memory have: a device that was taken out
of the inventory while it was at fault is still looked for by its name.
"""

from collections.abc import Callable, Iterable, Mapping

from opsmon.engine.world import World
from opsmon.text.bilingual import Sentence, in_language
from opsmon.text.command_words import FIELDS
from opsmon.text.near_miss import meant, nearest, shown
from opsmon.text.vocabulary import named
from opsmon.web.api.schemas import Query
from opsmon.web.errors import RequestError

MAX_NAMES_COMPARED = 5_000  # for a near miss; a list longer than that takes too long


def _sites(world: World) -> Iterable[str]:
    yield from world.rules.inventory.sites
    yield from (incident.site for incident in world.incidents.by_id.values())


def _devices(world: World) -> Iterable[str]:
    yield from world.rules.inventory.devices
    yield from (incident.device for incident in world.incidents.by_id.values())


def _contracts(world: World) -> Iterable[str]:
    yield from world.rules.contracts
    yield from (incident.contract for incident in world.incidents.by_id.values() if incident.contract)


def _clauses(world: World) -> Iterable[str]:
    for book in world.rules.contracts.values():
        yield from (clause.id for clause in book.contract.clauses)
    for clocks in world.clock_statuses.values():
        yield from (status.last.clause for status in clocks.values())


def _conditions(world: World) -> Iterable[str]:
    """Those of the rules, and what people called the faults that they reported."""
    rulebook = world.rules.rulebook
    for rules in (rulebook.rules, rulebook.states, rulebook.reports):
        yield from (rule.name for rule in rules)
    yield from (incident.condition for incident in world.incidents.by_id.values())


_KNOWN: Mapping[str, Callable[[World], Iterable[str]]] = {
    "site": _sites, "device": _devices, "contract": _contracts, "clause": _clauses, "condition": _conditions,
}  # fmt: skip
_LISTS = {
    "site": "GET /api/v1/sites", "device": "GET /api/v1/devices",
    "contract": "`opsmon contracts list`", "clause": "`opsmon contracts show CONTRACT`",
    "condition": "rules/conditions.yaml",
}  # fmt: skip


def refuse_unknown(world: World, query: Query) -> None:
    """Raises RequestError 422 with every filter that names what nobody knows."""
    found = []
    for field, known in _KNOWN.items():
        name = getattr(query, field, None)
        if name is not None and name not in (names := set(known(world))):
            found.append((field, name, names))
    if found:
        wrong = "; ".join(f"no {field} {shown(name)}" for field, name, _ in found)
        wrong_zh = "；".join(f"没有{named(FIELDS, field, 'zh')} {shown(name)}" for field, name, _ in found)
        hints = [_hint(*one) for one in found]
        hint = Sentence(" ".join(hints), " ".join(in_language(one, "zh") for one in hints))
        raise RequestError(422, Sentence(wrong, wrong_zh), hint)


def refuse_unknown_channel(name: str | None, known: Iterable[str]) -> None:
    """Raises RequestError 422 for a channel that is neither told nor owed anything."""
    names = set(known)
    if name is not None and name not in names:
        hint = nearest(name, names) or f"known: {', '.join(sorted(names)) or 'none'}"
        raise RequestError(422, Sentence(f"no channel {shown(name)}", f"没有通道 {shown(name)}"), hint)


def _hint(field: str, name: str, names: set[str]) -> str:
    close = meant(name, sorted(names)) if len(names) <= MAX_NAMES_COMPARED else ""
    return close or Sentence(f"{_LISTS[field]} lists them", f"可在 {_LISTS[field]} 中查看")
