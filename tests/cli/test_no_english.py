"""The law of Chinese output: whoever reads Chinese meets no English word at the terminal but names, units and what is
typed as it stands."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from opsmon.access.directory import AccountDirectory, Changer
from opsmon.model.account import Grant, Role
from opsmon.model.secret import Secret
from opsmon.store.outbox import NewDelivery
from opsmon.web.settings import PortSettings
from tests.support.browser.story import HOSTILE, all_of_it
from tests.support.cli.said import Opsmon, Said
from tests.support.web.english import Allowed, names_in
from tests.support.web.fleet import HALL
from tests.support.web.scene import LAB, SITES, TOKEN, WebScene, everything_answers
from tests.support.web.served import served_beside

# Names of things, of the token of the settings, and the system's own words.
NAMES = frozenset({
    "token", "gz", "grafana", "TYPE", "No such file or directory", "SHA", "MiB", "SQLite", "PostgreSQL", "git", "SSH",
    "JSON", "YAML", "head", "SNMP", "TCP", "HTTP", "IPv", "UTF",
})  # fmt: skip
# What is typed as it stands.
_TYPED = re.compile(r"`[^`]*`|'opsmon [^']*'|^用法：.*|（(?:可选|筛选条件)：[^）]*）|FIELD=VALUE|site=main-hall")
_PATH = re.compile(r"\S*/\S*|\S+\.yaml\b")
_DIGEST = re.compile(r"\b(?:[0-9a-f]{7,64})\b")
_OPTION = re.compile(r"--[a-z-]+")
_OWN_ID = re.compile(r"\b(?:(?:s|swap)-)?\d{8}-\d+(?:-\d+)*")


SHOWN = (
    "check", "incidents list --state all", "incidents clocks --state all", "silence list", "oncall override list",
    "notify list", "user list", "token list", "store status", "backup list", "journal show", "journal verify",
    "top", "top --once --table devices",
)  # fmt: skip
REFUSED = (
    "incidents ack {last} --by 甲", "incidents ack {last} --by 乙", "incidents takeover {last} --by 乙",
    "incidents takeover {last} --by 乙", "incidents takeover 20991231-1",
    "incidents event {last} remote_failed --by 甲",
    "incidents withdraw {last} 99 --by 甲 --reason 误报", "incidents judge {last} --by 甲 --reason 核实 --service nope",
    "incidents exclude {last} --approved-by 客户 --by 甲 --note 停电", "incidents severity {last} major --by 甲",
    "incidents maintenance core-1 --end --by 甲", "incidents open --site nope --condition 黑屏 --by 甲",
    "incidents show 20991231-1", "incidents ack 20991231-1", "incidents list --site nope",
    "incidents ack {last} --at yesterday", "incidents ack {last} --at 2026-11-20T10:00:00",
    "incidents maintenance nope --end", "incidents nope", "incidents event {last} nope",
    "silence add site=nope --for 2h --reason 检修", "silence add site=lab --reason 检修",
    "silence add lab --for 2h --reason 检修", "silence add site=lab --for nope --reason 检修",
    "silence end nope --reason 完", "oncall who", "oncall lint", "oncall list", "oncall override end nope",
    "oncall override add --rota nope --shift day --day 2026-11-20 --in p-pm",
    "notify test nope", "notify again nope", "notify list --state nope", "user role nope viewer", "token revoke nope",
    "store import nope.gz", "store migrate --to nope", "backup show core-1", "backup diff nope", "backup run",
    "contracts show nope", "report month nope --month 2026-11", "inventory show nope", "probe core-1 --checks nope",
    "netbox import --yes --dry-run", "netbox import", "netbox write", "discover", "discover nope", "discover 224.0.0.1",
    "discover 10.0.0.0/8", "discover ::/64", "discover 127.0.9.1 --site lab", "discover 127.0.9.1 --site 甲/乙",
    "discover 127.0.9.1 --output opsmon.yaml", "discover 127.0.9.1 --output nope/x.yaml",
    "discover 127.0.9.1 --snmp env:NOPE", "discover 127.0.9.1 --snmp file:nope",
    "discover 127.0.9.1 --snmp {{version:9}}",
    "top --every nope", "top --table nope", "top --table sites --sort nope",
    "schema nope", "nope", "journal show --incident 20991231-1", "journal verify --against nope",
)  # fmt: skip


class Terminal:
    """The commands of a root whose daemon has lived through everything, as a Chinese reader gives them."""

    def __init__(self, scene: WebScene, root: Path, command: Opsmon) -> None:
        self.scene, self.root, self._command = scene, root, command
        self.allowed = Allowed([*names_in(scene), *NAMES])

    def set(self, settings: str) -> None:
        """From now on opsmon.yaml says this."""
        (self.root / "opsmon.yaml").write_text(settings, encoding="utf-8")

    def english_in(self, *command_lines: str) -> list[str]:
        """Each English word that they print, with the command and the line that it stands in."""
        found: list[str] = []
        for words in command_lines:
            said = self._command(*words.split(), "--root", self.root)
            found += [f"{words}: {one}" for one in self._english_of(said)]
        return found

    def _english_of(self, said: Said) -> list[str]:
        found: list[str] = []
        for line in (said.out + said.err).splitlines():
            rest = line.replace(HOSTILE, " ")
            for known in (_TYPED, _PATH, _OWN_ID, _DIGEST, _OPTION):
                rest = known.sub(" ", rest)
            found += [f"{word} in: {line}" for word in self.allowed.english_in(rest)]
        return found


@pytest.fixture
def terminal(tmp_path: Path, command: Opsmon, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("LOGNAME", "值班员")
    monkeypatch.chdir(tmp_path)
    scene = WebScene(tmp_path, PortSettings(port=0, token=Secret(TOKEN)))
    everything_answers(scene)
    all_of_it(scene)
    with served_beside(scene.parts) as url:
        port = urlsplit(url).port
        settings = f'http: {{listen: "127.0.0.1:{port}", token: {TOKEN}}}\nlanguage: zh\nstore: sqlite:///opsmon.db\n'
        for path, text in {
            "opsmon.yaml": settings,
            "inventories/erlong.yaml": SITES,
            "inventories/lab.yaml": LAB,
        }.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        yield Terminal(scene, tmp_path, command)


def test_what_there_is_is_shown_in_chinese(terminal: Terminal) -> None:
    accounts = AccountDirectory(terminal.scene.store.access, terminal.scene.clock.now, Changer("值班员", "local:root"))
    accounts.add_token("grafana", Grant(Role.VIEWER, HALL), timedelta(days=9))
    waiting = NewDelivery("i1-1-oncall", "oncall", "i1", "{}")
    terminal.scene.store.commit([], [waiting], terminal.scene.clock.now())
    every = [f"incidents show {name}" for name in terminal.scene.daemon.world.incidents.by_id]
    assert terminal.english_in(*every, *SHOWN) == []


def test_what_is_refused_is_refused_in_chinese(terminal: Terminal) -> None:
    last = [*terminal.scene.daemon.world.incidents.by_id][-1]
    assert terminal.english_in(*(one.format(last=last) for one in REFUSED)) == []


def test_a_daemon_that_is_away_or_full_is_told_in_chinese(terminal: Terminal) -> None:
    last = [*terminal.scene.daemon.world.incidents.by_id][-1]
    terminal.scene.daemon.store_is_full = True
    assert terminal.english_in(f"incidents ack {last} --by 甲") == []
    terminal.set('http: {listen: "127.0.0.1:1"}\nlanguage: zh\n')
    assert terminal.english_in("incidents list", "journal show", "store status") == []


@pytest.mark.parametrize(
    "text",
    ["site: x\ndevices: 7\n", "site: x\ndevces: []\n", "site: x\ndevices:\n  - {name: a, kind: swich}\n", "site: [\n"],
)
def test_a_mistake_in_a_file_is_told_in_chinese(terminal: Terminal, text: str) -> None:
    (terminal.root / "inventories" / "lab.yaml").write_text(text, encoding="utf-8")
    assert terminal.english_in("check") == []
