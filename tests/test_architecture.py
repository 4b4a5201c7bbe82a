"""The map of the house, held: imports point down, the inside is pure, one door per library, rooms and modules stay
small, a name means one thing, and every task has an owner."""

import ast
import importlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.places import REPOSITORY

SOURCE = REPOSITORY / "src" / "opsmon"

# From the top down. A room may import rooms of the lines below its own, itself, and nothing else.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("entry",),
    ("cli",),
    ("demo",),
    ("daemon", "ledger"),
    ("config", "discovery"),
    ("pipeline", "notify", "web", "report", "metrics", "backup"),
    ("access",),
    ("probe", "store", "history"),
    ("protocol",),
    ("engine",),
    ("oncall",),
    ("incident",),
    ("contract",),
    ("state",),
    ("ack_link", "clock_watch", "process_pool", "throttled_log"),
    ("errors", "clock", "spec", "early_signals", "bounds", "layout", "pattern", "private_file"),
    ("text", "model"),
)
PURE = ("state", "contract", "incident", "oncall", "engine", "text", "model")
IMPURE_MODULES = {
    "asyncio", "socket", "threading", "subprocess", "selectors", "sqlite3", "ssl", "time", "logging", "random", "os",
    "aiohttp", "asyncssh", "netmiko", "pysnmp", "icmplib", "sqlalchemy", "yaml", "pydantic", "prometheus_client",
    "cryptography", "jinja2", "openpyxl",
}  # fmt: skip
# The only rooms that may import a library.
DOORS: dict[str, tuple[str, ...]] = {
    "yaml": ("config",),
    "netmiko": ("backup",),
    "paramiko": ("backup",),
    "pyrage": ("backup",),
    "sqlalchemy": ("store",),
    "alembic": ("store",),
    "psycopg": ("store",),
    "aiohttp": ("web", "notify", "demo", "access"),
    "aiosmtplib": ("notify",),
    "isal": ("web",),
    "itsdangerous": ("ack_link",),
    "cryptography": ("protocol", "probe"),
    "jinja2": ("web",),
    "argon2": ("access",),
    "joserfc": ("access",),
    "segno": ("web",),
    "icalendar": ("web",),
    "pysnmp": ("protocol",),
    "icmplib": ("probe",),
    "asyncssh": ("probe",),
    "chinese_calendar": ("contract", "config"),
    "prometheus_client": ("metrics",),
    "openpyxl": ("report", "ledger"),
    "pynetbox": ("ledger",),
    "requests": ("ledger",),
    "typer": ("cli",),
    "rich": ("cli",),
}
# What commands may be made of; below stands what a group of commands shows besides, since that is its subject.
CLI_MAY_IMPORT = (
    "cli", "daemon", "demo", "ledger", "config", "report", "web.client", "errors", "clock", "layout", "text", "model",
)  # fmt: skip
CLI_MAY_ALSO_IMPORT: dict[str, tuple[str, ...]] = {
    "access": ("access.directory",),  # accounts are changed beside the running daemon, in the store itself
    "backup": ("backup", "private_file"),
    "check.py": ("pattern",),  # patterns are judged by their cost here alone
    "completion": ("web.identity",),
    "contracts": ("contract",),  # its clauses, and the reckoning of deadlines that no daemon need know of
    "discover": ("discovery",),
    "inventory": ("discovery",),
    "journal": ("backup.repository",),  # heads in the commits of backups
    "oncall": ("oncall", "web.api.rota_schemas"),  # who is on duty, asked without a daemon, in the words of the API
    "probe": ("probe", "protocol", "state.condition.speed", "metrics.catalogue"),
    "rules.py": ("metrics",),
    "run.py": ("early_signals", "private_file"),
}
MAX_LINES_OF_A_MODULE = 400
MAX_MODULES_OF_A_FOLDER = 16
# Names that stand for two things, and why they may.
NAMESAKES: dict[str, str] = {}


@cache
def modules() -> list[Path]:
    return sorted(path for path in SOURCE.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@cache
def room_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).parts
    return parts[0].removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def of_each_module(law: Callable[[Path], None]) -> Callable[[str], None]:
    """A law about a module, tried on all of a room in one test: the house has hundreds."""

    @pytest.mark.parametrize("room", sorted({room_of(path) for path in modules()}))
    def try_room(room: str) -> None:
        for path in modules():
            if room_of(path) == room:
                law(path)

    try_room.__doc__ = law.__doc__
    return try_room


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{name_of(path)}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "opsmon")


def depth_of(room: str) -> int | None:
    return next((depth for depth, rooms in enumerate(LAYERS) if room in rooms), None)


ROOT_MODULES = {"__init__", "__main__"}


@of_each_module
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


@of_each_module
def test_commands_hold_no_logic_of_their_own(path: Path) -> None:
    """No engine, no store, no pipeline: who writes or folds the journal stands below."""
    if room_of(path) != "cli":
        return
    allowed = (*CLI_MAY_IMPORT, *CLI_MAY_ALSO_IMPORT.get(path.relative_to(SOURCE).parts[1], ()))
    for name in imports_of(path):
        if name.startswith("opsmon.") and name != "opsmon.__version__":
            inner = name.removeprefix("opsmon.") + "."
            assert any(inner.startswith(f"{one}.") for one in allowed), f"{name_of(path)} imports {name}"


def test_every_room_of_the_map_exists() -> None:
    rooms = [room for line in LAYERS for room in line]
    assert len(rooms) == len(set(rooms))
    assert [room for room in rooms if not (SOURCE / room).is_dir() and not (SOURCE / f"{room}.py").is_file()] == []


def test_no_folder_is_empty() -> None:
    held = {path.parent for path in modules() if path.stem != "__init__"}
    packages = [path.parent for path in modules() if path.stem == "__init__"]
    assert [name_of(one) for one in packages if not any(one in (each, *each.parents) for each in held)] == []


def test_sub_rooms_do_not_go_round_in_circles() -> None:
    """Beside their common parent, which each of them may use and which may use each of them."""
    uses: dict[str, set[str]] = defaultdict(set)
    for path in modules():
        mine = path.relative_to(SOURCE).parts
        for name in imports_of(path):
            theirs = name.split(".")[1:]
            shared = next((n for n, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), 0)
            is_sub_room = shared > 0 and len(mine) > shared + 1 and (SOURCE.joinpath(*theirs[: shared + 1])).is_dir()
            if name.startswith("opsmon.") and is_sub_room:
                uses["/".join(mine[: shared + 1])].add("/".join(theirs[: shared + 1]))
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


@of_each_module
def test_the_inside_is_pure(path: Path) -> None:
    if room_of(path) not in PURE:
        return
    for name in imports_of(path):
        top = name.split(".")[0]
        assert top not in IMPURE_MODULES, f"{name_of(path)} imports {name}: the inside does no I/O"
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in ("now", "utcnow", "today"), f"{name_of(path)}:{node.lineno} asks the time"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "print"), f"{name_of(path)}:{node.lineno} does I/O"


@of_each_module
def test_one_door_per_library(path: Path) -> None:
    for name in imports_of(path):
        doors = DOORS.get(name.split(".")[0])
        assert doors is None or room_of(path) in doors, f"{name_of(path)} imports {name}: only {doors} may"


SAYS_VAR = {"layout.py", "config/new_root.py"}  # the second: a file of settings for people, as a text


@of_each_module
def test_names_under_var_stand_in_one_module(path: Path) -> None:
    if name_of(path) in SAYS_VAR:
        return
    tree = tree_of(path)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            assert not re.search(r"(?<![\w.])var(/\w|$)", node.value), f"{name_of(path)}:{node.lineno}: see layout.py"


@of_each_module
def test_modules_stay_small(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MAX_LINES_OF_A_MODULE, f"{name_of(path)} has {lines} lines: split it by subject"


def test_folders_stay_small() -> None:
    held = Counter(path.parent for path in modules() if path.stem != "__init__" and path.parent != SOURCE)
    assert {name_of(folder): n for folder, n in held.items() if n > MAX_MODULES_OF_A_FOLDER} == {}


def test_a_class_name_means_one_thing() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules():
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(name_of(path))
    twice = {name: found for name, found in places.items() if len(found) > 1}
    assert {name: found for name, found in twice.items() if name not in NAMESAKES} == {}
    assert set(NAMESAKES) <= set(twice), "these stand once by now: take them off the list"


# Who in `web` may look at the whole world, and why; everybody else is given a view that is cut to the visitor.
SEES_THE_WORLD = {
    "web/visit.py": "makes the view",
    "web/pages/ack_link.py": "whoever holds a link has no account: it shows the one incident that the link names",
}


def test_pages_and_documents_are_made_of_views() -> None:
    """Else what one forgets to filter is told to a visitor of another contract."""
    raw = re.compile(r"\bdaemon\.world(_with)?\b")
    found = {
        name_of(path)
        for path in modules()
        if room_of(path) == "web"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and raw.search(ast.unparse(node))
    }
    assert found == set(SEES_THE_WORLD)


@of_each_module
def test_every_task_has_an_owner(path: Path) -> None:
    """Started in a group that waits for it, or kept by whoever started it: the loop itself holds tasks but weakly."""
    tree = tree_of(path)
    groups = {
        item.optional_vars.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncWith)
        for item in node.items
        if isinstance(item.optional_vars, ast.Name) and "TaskGroup" in ast.unparse(item.context_expr)
    } | {
        argument.arg
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for argument in node.args.args
        if argument.annotation is not None and "TaskGroup" in ast.unparse(argument.annotation)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            started = node.value.func
            if isinstance(started, ast.Attribute) and started.attr in ("create_task", "ensure_future"):
                owner = ast.unparse(started.value)
                assert owner in groups, f"{name_of(path)}:{node.lineno} starts a task that nobody keeps"


@of_each_module
def test_no_broad_names(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "common", "base", "misc"}, "name the subject"


@of_each_module
def test_every_module_can_be_imported(path: Path) -> None:
    if path.stem != "__main__":
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        importlib.import_module(".".join(parts).removesuffix(".__init__"))
