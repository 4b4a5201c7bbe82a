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
    assert defaults.store_url == f"sqlite:///{tmp_path.resolve()}/var/opsmon.db"
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
"""
    settings = load({"opsmon.yaml": text}, environ={"OPSMON_TOKEN": "t0", "HOOK_SECRET": "h0"}, strict=True).settings
    assert (settings.http.host, settings.http.port) == ("::1", 0)
    assert settings.http.token is not None
    assert settings.http.token.reveal() == "t0"
    assert settings.store_url == "sqlite:////srv/opsmon.db"
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
