"""Every address that commands, with a body that can be: `{incident}` in a path stands for an open one of mcu-1."""

from datetime import timedelta

from tests.support.web.scene import START

E = "/api/v1/contracts/xicheng-vc-2025/obligations"
UNTIL = (START + timedelta(days=1)).isoformat()
COMMANDS: dict[tuple[str, str], tuple[str, dict[str, object]]] = {
    ("POST", "/api/v1/incidents"): ("", {"site": "lab", "condition": "smoke"}),
    ("POST", "/api/v1/incidents/{incident}/events"): ("", {"type": "on_site"}),
    ("POST", "/api/v1/incidents/{incident}/ack"): ("", {}),
    ("POST", "/api/v1/incidents/{incident}/withdrawals"): ("", {"fact": 2, "reason": "another hall"}),
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
}
