"""`opsmon.yaml`: the defaults of the handbook, paths against the root, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from opsmon.config.root import Root, load_root
from opsmon.errors import ConfigError

Load = Callable[..., Root]


def test_no_file_an_empty_file_and_the_written_defaults_are_the_same(load: Load, tmp_path: Path) -> None:
    defaults = load({}).settings
    assert (defaults.http.host, defaults.http.port, defaults.http.token) == ("127.0.0.1", 9876, None)
    assert defaults.store.url == f"sqlite:///{tmp_path.resolve()}/var/opsmon.db"
    assert (defaults.language, defaults.timezone.key, defaults.webhooks) == ("zh", "Asia/Shanghai", ())
    assert (defaults.backup.repository, defaults.backup.threads) == (tmp_path.resolve() / "backups", 20)
    assert load({"opsmon.yaml": "# nothing\n"}).settings == defaults
    written = (
        'http: {listen: "127.0.0.1:9876"}\nstore: sqlite:///var/opsmon.db\nlanguage: zh\ntimezone: Asia/Shanghai\n'
        "webhooks: []\nbackup: {repository: backups, threads: 20}\n"
    )
    assert load({"opsmon.yaml": written}).settings == defaults


def test_every_setting_of_the_handbook(load: Load, tmp_path: Path) -> None:
    text = """\
http: {listen: "[::1]:0", token: {env: OPSMON_TOKEN}}
store: sqlite:////srv/opsmon.db
language: en
timezone: UTC
webhooks: [{name: oncall, url: "http://127.0.0.1:9099/hook", format: alertmanager, secret: {env: HOOK_SECRET}}]
backup: {repository: /srv/backups, threads: 40}
links: {grafana: "https://grafana.example/g/", prometheus: "http://prometheus.example:9090"}
"""
    settings = load({"opsmon.yaml": text}, environ={"OPSMON_TOKEN": "t0", "HOOK_SECRET": "h0"}, strict=True).settings
    assert (settings.http.host, settings.http.port) == ("::1", 0)
    assert (settings.links.grafana, settings.links.prometheus) == (
        "https://grafana.example/g", "http://prometheus.example:9090",
    )  # fmt: skip
    assert settings.http.token is not None
    assert settings.http.token.reveal() == "t0"
    assert settings.store.url == "sqlite:////srv/opsmon.db"
    assert settings.webhooks[0].name == "oncall"
    assert settings.webhooks[0].secret is not None
    assert settings.webhooks[0].secret.reveal() == "h0"
    assert settings.backup.repository == Path("/srv/backups")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("http: {listen: localhost}", "1:16: not an address to listen on"),
        ("http: {lisen: x}", "1:8: unknown key `lisen` (did you mean `listen`?)"),
        ("store: mysql://x", "1:8: not a store"),
        ("store: postgresql://opsmon:geheim@db/opsmon", "1:8: a password in the address of the store"),
        ("store: postgresql://opsmon@db:port/opsmon", "1:8: not a store"),
        ("store: {url: postgresql+asyncpg://db/x}", "1:14: not a store"),
        ("store: {password: 7}", "1:19: a secret is text or a reference"),
        ("language: de", "1:11: unknown word `de` (one of zh, en)"),
        ("timezone: Asia/Peking", "1:11: not a time zone"),
        ("timezone: ../../etc/passwd", "1:11: not a time zone"),
        ("backup: {threads: 0}", "1:19: must be at least 1"),
        ('backup: {threads: "20"}', "1:19: expected a whole number, found text"),
        ('webhooks: [{name: a, url: "ftp://x"}]', "1:27: not an http or https address"),
        ("webhooks: [{name: a, url: http://x, format: mail}]", "1:45: no such format"),
        ("webhooks: [{name: a, url: http://x}, {name: a, url: http://y}]", "1:11: two webhooks are named `a`"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(load: Load, line: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"opsmon.yaml": line + "\n"})
    assert f"opsmon.yaml:{told}" in str(caught.value)


def test_the_password_of_a_database_is_a_reference_and_shows_itself_nowhere(load: Load) -> None:
    text = "store: {url: 'postgresql://opsmon@db.example/opsmon', password: {env: STORE_PASSWORD}}\n"
    root = load({"opsmon.yaml": text}, environ={"STORE_PASSWORD": "geheim"}, strict=True)
    assert root.settings.store.url == "postgresql://opsmon@db.example/opsmon"
    assert root.settings.store.password is not None
    assert root.settings.store.password.reveal() == "geheim"
    assert "geheim" not in repr(root)
    with pytest.raises(ConfigError, match="STORE_PASSWORD is not set"):
        load({"opsmon.yaml": text}, environ={}, strict=True)


def test_a_store_that_others_share_wants_a_key_of_links_in_common(load: Load) -> None:
    store = "store: postgresql://opsmon@db.example/opsmon\n"
    shares = "opsmon.yaml:1:8: warning: links in messages open nothing on another machine that shares this store"
    assert len([one for one in load({"opsmon.yaml": store}).warnings if str(one).startswith(shares)]) == 1
    keyed = store + "http: {link_key: {env: LINKS}}\n"
    root = load({"opsmon.yaml": keyed}, environ={"LINKS": "k" * 32}, strict=True)
    assert [one for one in root.warnings if one.path == "opsmon.yaml"] == []
    assert root.settings.http.link_key is not None
    with pytest.raises(ConfigError, match="a `link_key` of less than 32 characters"):
        load({"opsmon.yaml": keyed}, environ={"LINKS": "k" * 31}, strict=True)


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such directory"):
        load_root(tmp_path / "nowhere", environ={})


def test_a_root_of_an_inventory_alone_takes_the_stock_profiles_and_rules(tmp_path: Path) -> None:
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "a.yaml").write_text("site: a\ncontract: xicheng-vc-2025\n")
    root = load_root(tmp_path, environ={})
    assert "xicheng-vc-2025" in root.contracts
    assert root.profiles.get("generic") is not None
    assert all(warning.path.startswith("rules/") for warning in root.warnings)


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://127.0.0.1:9099/hook", ""),
        ("https://alerts.example/hook", ""),
        ("http://alerts.example/hook", "`http://` to another machine"),
        ("https://alerts.example/hook?key=hunter2", "a secret in plain text"),
        ("https://me:hunter2@alerts.example/hook", "a secret in plain text"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/hunter2", "a secret in plain text"),
    ],
)
def test_a_receivers_address_that_holds_a_key_or_goes_in_clear_is_warned_about(
    load: Load, url: str, warned: str
) -> None:
    root = load({"opsmon.yaml": f'webhooks: [{{name: oncall, url: "{url}"}}]\n'})
    told = [warning.message for warning in root.warnings if warning.path == "opsmon.yaml"]
    assert [warned in message for message in told] == ([True] if warned else [])
    assert "hunter2" not in repr(root.warnings)
    assert root.settings.webhooks[0].url.reveal() == url


def test_a_receivers_address_may_be_a_reference_and_is_checked_too(load: Load, tmp_path: Path) -> None:
    text = "webhooks: [{name: oncall, url: {env: HOOK_URL}}]\n"
    good = load({"opsmon.yaml": text}, environ={"HOOK_URL": "https://open.feishu.cn/x"}, strict=True)
    assert good.settings.webhooks[0].url.reveal() == "https://open.feishu.cn/x"
    assert not [warning for warning in good.warnings if warning.path == "opsmon.yaml"]
    with pytest.raises(ConfigError) as caught:
        load({"opsmon.yaml": text}, environ={"HOOK_URL": "ftp://hunter2"})
    assert "not an http or https address" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    missing = load({"opsmon.yaml": text}, environ={})
    assert [warning.message for warning in missing.warnings if warning.path == "opsmon.yaml"] == [
        "the environment variable HOOK_URL is not set"
    ]


def test_a_secret_that_every_account_may_read_is_warned_about(load: Load, tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("hunter2")
    for mode, warned in ((0o644, True), (0o640, False), (0o600, False)):
        secret.chmod(mode)
        root = load({"opsmon.yaml": "http: {token: {file: token}}\n"}, environ={})
        told = [warning.message for warning in root.warnings if warning.path == "opsmon.yaml"]
        assert [("every account" in message) for message in told] == ([True] if warned else [])


def test_tokens_have_names_and_proxies_are_networks(load: Load) -> None:
    text = "http: {token: t0, tokens: [{name: wang, token: {env: W}}], trusted_proxies: [127.0.0.1, 10.0.0.0/8]}\n"
    http = load({"opsmon.yaml": text}, environ={"W": "t1"}).settings.http
    assert [(one.name, one.secret.reveal()) for one in http.known_tokens] == [("token", "t0"), ("wang", "t1")]
    assert [http.trusts(address) for address in ("10.9.9.9", "::ffff:10.9.9.9", "127.0.0.2", "::1", "x")] == [
        True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("http", "told"),
    [
        ("{tokens: [{name: wang, token: a}, {name: wang, token: b}]}", "two tokens are named `wang`"),
        ("{tokens: [{name: wang, token: hunter2}, {name: li, token: hunter2}]}", "`wang` and `li` are the same"),
        ("{token: hunter2, tokens: [{name: li, token: hunter2}]}", "`token` and `li` are the same"),
        ("{token: a, tokens: [{name: token, token: b}]}", "`token` is the name of `http.token`"),
        ("{tokens: [{name: 'a@b', token: b}]}", "not a name for a token"),
        ("{tokens: [{name: wang}]}", "token"),
        ("{trusted_proxies: [proxy.example]}", "not an address or network of a proxy"),
    ],
)
def test_a_token_that_says_of_nobody_who_it_was_is_refused(load: Load, http: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"opsmon.yaml": f"http: {http}\n"}, environ={})
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "opsmon.yaml:1:" in str(caught.value)
