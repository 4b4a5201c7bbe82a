"""The map of the house, held: imports point down, the inside is pure, one door per library, modules stay small."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "opsmon"

# From the top down. A room may import rooms of the lines below its own, itself, and nothing else.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("entry",),
    ("cli",),
    ("demo",),
    ("app", "ledger"),
    ("config",),
    ("pipeline", "console", "report", "metrics", "backup"),
    ("probe", "notify", "store"),
    ("engine",),
    ("incident",),
    ("contract",),
    ("state",),
    ("process_pool",),
    ("errors", "clock", "spec", "near_miss", "early_signals", "bounds", "pattern", "private_file"),
    ("model", "text"),
)
PURE = ("state", "contract", "incident", "engine", "model")
IMPURE_MODULES = {
    "asyncio", "socket", "threading", "subprocess", "selectors", "sqlite3", "ssl", "time", "logging", "random", "os",
    "aiohttp", "asyncssh", "netmiko", "pysnmp", "icmplib", "sqlalchemy", "yaml", "pydantic", "prometheus_client",
}  # fmt: skip
# The only rooms that may import a library.
DOORS: dict[str, tuple[str, ...]] = {
    "yaml": ("config",),
    "netmiko": ("backup",),
    "paramiko": ("backup",),
    "pyrage": ("backup",),
    "sqlalchemy": ("store",),
    "pysnmp": ("probe",),
    "icmplib": ("probe",),
    "asyncssh": ("probe",),
    "chinese_calendar": ("contract", "config"),
    "prometheus_client": ("metrics",),
    "openpyxl": ("report", "ledger"),
    "typer": ("cli",),
    "rich": ("cli",),
}
LONGEST_MODULE = 400


def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def room_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    return parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{name_of(path)}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "opsmon")


def depth_of(room: str) -> int | None:
    return next((depth for depth, rooms in enumerate(LAYERS) if room in rooms), None)


ROOT_MODULES = {"__init__", "__main__"}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    if room in ROOT_MODULES:
        return
    depth = depth_of(room)
    assert depth is not None, f"{room} has no place on the map: add it to LAYERS and to docs/architecture.md"
    for name in imports_of(path):
        if name in ("opsmon", "opsmon.__version__") or not name.startswith("opsmon."):
            continue
        other = name.split(".")[1]
        if other == room:
            continue
        below = depth_of(other)
        assert below is not None, f"{name_of(path)} imports {name}, which is on no layer"
        assert below > depth, f"{name_of(path)} imports {name}: up or sideways"


@pytest.mark.parametrize("path", [p for p in modules() if room_of(p) in PURE], ids=name_of)
def test_the_inside_is_pure(path: Path) -> None:
    for name in imports_of(path):
        top = name.split(".")[0]
        assert top not in IMPURE_MODULES, f"{name_of(path)} imports {name}: the inside does no I/O"
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ("now", "utcnow", "today"), f"{name_of(path)}:{node.lineno} asks the time"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print"), f"{name_of(path)}:{node.lineno} does I/O"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_one_door_per_library(path: Path) -> None:
    for name in imports_of(path):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or room_of(path) in doors, f"{name_of(path)} imports {name}: only {doors} may"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_modules_stay_small(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{name_of(path)} has {lines} lines: split it by subject"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_no_broad_names(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "common", "base", "misc"}, "name the subject"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_module_can_be_imported(path: Path) -> None:
    if path.stem != "__main__":
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        importlib.import_module(".".join(parts).removesuffix(".__init__"))
