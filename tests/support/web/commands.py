"""Every address that commands, in an order and with a body that can be."""

import re
from dataclasses import replace
from datetime import timedelta

from opsmon.engine.input import Reloaded
from tests.support.oncall.roster_scene import rules_with
from tests.support.oncall.rotas import VC
from tests.support.web.scene import START, WebScene

E = "/api/v1/contracts/xicheng-vc-2025/obligations"
UNTIL = (START + timedelta(days=1)).isoformat()
COMMANDS: dict[tuple[str, str], tuple[str, dict[str, object]]] = {
    ("POST", "/api/v1/incidents"): ("", {"site": "lab", "condition": "smoke"}),
    ("POST", "/api/v1/incidents/{incident}/events"): ("", {"type": "on_site"}),
    ("POST", "/api/v1/incidents/{incident}/ack"): ("", {}),
    ("POST", "/api/v1/incidents/{incident}/withdrawals"): ("", {"fact": 3, "reason": "another hall"}),
    ("POST", "/api/v1/incidents/{incident}/takeover"): ("", {"note": "I am nearer"}),
    ("PUT", "/api/v1/incidents/{incident}/scope"): ("", {"severity": "major", "reason": "a meeting is on"}),
    ("PUT", "/api/v1/incidents/{incident}/severity"): ("", {"severity": "emergency"}),
    ("POST", "/api/v1/incidents/{incident}/exclusions"): ("", {"approved_by": "科长", "note": "power cut"}),
    ("PUT", "/api/v1/devices/{device}/maintenance"): ("/api/v1/devices/ups-1/maintenance", {"until": UNTIL}),
    ("POST", "/api/v1/contracts/{contract}/obligations/{obligation}/done"): (f"{E}/E13/done", {"day": "2026-11-19"}),
    ("POST", "/api/v1/contracts/{contract}/obligations/{obligation}/excused"): (
        f"{E}/E13/excused",
        {"day": "2026-11-18", "approved_by": "客户", "reason": "closed"},
    ),
    ("POST", "/api/v1/contracts/{contract}/obligations/{obligation}/undone"): (
        f"{E}/E13/undone",
        {"day": "2026-11-19", "reason": "another hall"},
    ),
    ("POST", "/api/v1/oncall/overrides"): (
        "",
        {"rota": "vc", "shift": "day", "day": "2026-11-20", "person_out": "a", "person_in": "h"},
    ),
    ("POST", "/api/v1/oncall/overrides/{override}/end"): ("", {"reason": "well again"}),
    ("POST", "/api/v1/silences"): ("", {"match": {"site": "lab"}, "until": UNTIL, "reason": "a test"}),
    ("POST", "/api/v1/silences/{silence}/end"): ("", {"reason": "over"}),
}


def has_a_rota(scene: WebScene) -> None:
    """As the commands above have it."""
    scene.daemon.take(Reloaded(replace(scene.daemon.world.rules, oncall=rules_with(VC).oncall)))


def address_of_command(scene: WebScene, path: str, place: str, incident: str) -> str:
    """Where it goes: about this incident, and the swap and the silence that hold."""
    world = scene.daemon.world
    swaps, silences = map(str, world.roster.overrides.by_id), map(str, world.paging.silences)
    names = {"incident": incident, "override": next(swaps, "none"), "silence": next(silences, "none")}
    return place or re.sub(r"\{(\w+)\}", lambda found: names[found[1]], path)
