"""Commands of this machine beside a daemon with accounts: which token they show, and what they say without one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from opsmon.access.directory import AccountDirectory, Changer
from opsmon.errors import ConfigError
from opsmon.model.account import Account, Grant, Role
from opsmon.model.secret import Secret
from opsmon.web.client import OWN_TOKEN, DaemonClient
from opsmon.web.settings import PortSettings
from tests.support.web.scene import TOKEN, WebScene, everything_answers
from tests.support.web.served import served_beside

SITES = "/api/v1/sites"


class Machine:
    """A daemon that serves, and the settings that its commands read."""

    def __init__(self, scene: WebScene, url: str) -> None:
        self.scene = scene
        self.settings = PortSettings(port=urlsplit(url).port or 0)

    def client(self, own: str = "", *, of_settings: str = "") -> DaemonClient:
        token = Secret(of_settings) if of_settings else None
        return DaemonClient(replace(self.settings, token=token), {OWN_TOKEN: own} if own else {})

    def token(self, role: Role) -> str:
        directory = AccountDirectory(self.scene.store.access, self.scene.clock.now, Changer("test", "local:test"))
        return directory.add_token(f"of-{role.value}", Grant(role), timedelta(days=1))

    def has_accounts(self) -> None:
        self.scene.store.access.put_account(Account("boss", Grant(Role.ADMIN)), ())
        self.scene.clock.at += timedelta(seconds=3)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    scene = WebScene(tmp_path, PortSettings(port=0, token=Secret(TOKEN)))
    everything_answers(scene)
    with served_beside(scene.parts) as url:
        yield Machine(scene, url)


def test_while_nobody_has_an_account_reading_takes_no_token(machine: Machine) -> None:
    assert machine.client().get(SITES)
    assert machine.client("a token of another daemon").get(SITES)


def test_from_the_first_account_on_the_token_is_shown(machine: Machine) -> None:
    machine.has_accounts()
    assert machine.client(of_settings=TOKEN).get(SITES)
    assert machine.client(machine.token(Role.VIEWER)).get(SITES)


def test_without_a_token_it_is_said_what_to_do(machine: Machine) -> None:
    machine.has_accounts()
    with pytest.raises(ConfigError) as refused:
        machine.client().get(SITES)
    told = str(refused.value)
    assert "opsmon token add" in told
    assert OWN_TOKEN in told


def test_a_wrong_token_is_refused_by_the_daemon(machine: Machine) -> None:
    machine.has_accounts()
    with pytest.raises(ConfigError, match="missing or wrong"):
        machine.client("not this one").get(SITES)


def test_ones_own_token_goes_before_that_of_the_settings_and_says_who_acts(machine: Machine) -> None:
    name = machine.scene.dies("mcu-1")
    client = machine.client(machine.token(Role.RESPONDER), of_settings=TOKEN)
    assert client.names_itself
    told = client.send("POST", f"/api/v1/incidents/{name}/ack", {"by": None})
    assert told["facts"][-1]["by"] == "of-responder"


def test_a_token_that_many_may_share_says_not_who_acts(machine: Machine) -> None:
    assert not machine.client(of_settings=TOKEN).names_itself
    assert not machine.client(TOKEN, of_settings=TOKEN).names_itself
