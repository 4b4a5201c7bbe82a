"""Where the port would be open to a network and nobody could come in, the daemon does not start."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from opsmon.access.oidc.settings import OidcSettings
from opsmon.daemon.http import refuse_open_network
from opsmon.errors import ConfigError
from opsmon.model.account import AccessToken, Account, Grant, Role
from opsmon.model.secret import Secret
from opsmon.store.access_store import AccessStore
from opsmon.store.store import open_store
from opsmon.web.settings import NamedToken, PortSettings, PortSpec
from tests.support.web.quick_hash import quick_hash

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ADMIN = Grant(Role.ADMIN)
KEPT = quick_hash("four words nobody says")
OPEN = ("0.0.0.0:9876", "[::]:9876", "192.0.2.7:9876", "[2001:db8::7]:9876", "monitor.example:9876", "LOCALHOST.:9876")
HERE = ("127.0.0.1:9876", "127.9.9.9:9876", "[::1]:9876", "localhost:9876")
Fill = Callable[[AccessStore], None]


def nobody(store: AccessStore) -> None:
    """No account and no token."""


def with_account(*, disabled: bool = False, password: str = KEPT) -> Fill:
    return lambda store: store.put_account(Account("wang", ADMIN, password=password, disabled=disabled), ())


def with_token(life: timedelta) -> Fill:
    return lambda store: store.add_token(AccessToken("0" * 64, "grafana", ADMIN, NOW, NOW + life, "wang"), ())


def refusal(folder: Path, settings: PortSettings, fill: Fill = nobody) -> str:
    """What it says, "" where it starts."""
    store = open_store("sqlite:///opsmon.db", folder)
    try:
        fill(store.access)
        refuse_open_network(settings, store.access, NOW)
    except ConfigError as error:
        return str(error)
    finally:
        store.close()
    return ""


@pytest.mark.parametrize("listen", OPEN)
def test_beyond_this_machine_nobody_is_refused_with_the_setting_and_what_to_do(tmp_path: Path, listen: str) -> None:
    told = refusal(tmp_path, PortSpec(listen=listen).resolve())
    for words in (
        "opsmon.yaml",
        "`http: listen`",
        listen.rpartition(":")[0].strip("[]"),
        "opsmon user add",
        "127.0.0.1",
    ):
        assert words in told


@pytest.mark.parametrize("listen", HERE)
def test_on_loopback_it_starts(tmp_path: Path, listen: str) -> None:
    assert refusal(tmp_path, PortSpec(listen=listen).resolve()) == ""


def test_neither_a_public_address_nor_a_trusted_proxy_lets_anybody_in(tmp_path: Path) -> None:
    settings = PortSettings("::", public_url="https://monitor.example", proxies=(ip_network("127.0.0.1"),))
    assert "beyond this machine" in refusal(tmp_path, settings)


@pytest.mark.parametrize(
    ("fill", "starts"),
    [
        (with_account(), True),
        (with_account(disabled=True), False),
        (with_account(password=""), False),  # of a provider that the settings no longer name
        (with_token(timedelta(days=1)), True),
        (with_token(timedelta(days=-1)), False),
    ],
    ids=["account", "disabled", "no password", "token", "token that is over"],
)
def test_it_starts_where_somebody_could_come_in(tmp_path: Path, fill: Fill, starts: bool) -> None:
    assert (refusal(tmp_path, PortSettings("0.0.0.0"), fill) == "") is starts


def test_a_token_of_the_settings_or_a_provider_is_enough(tmp_path: Path) -> None:
    oidc = OidcSettings("https://id.example", "opsmon", Secret("x"), {"duty": Role.VIEWER})
    for settings in (
        PortSettings("0.0.0.0", token=Secret("a word")),
        PortSettings("0.0.0.0", tokens=(NamedToken("wang", Secret("a word")),)),
        PortSettings("0.0.0.0", oidc=oidc, public_url="https://monitor.example"),
    ):
        assert refusal(tmp_path, settings) == ""
