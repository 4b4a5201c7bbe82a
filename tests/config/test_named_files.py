"""Paths in YAML: relative to the file that names them, whoever takes them over, and looked for at once."""

import datetime
import os
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from opsmon.config.root import Root
from opsmon.errors import ConfigError
from opsmon.model.name import DeviceName
from opsmon.probe.kind.http import HttpSettings

Load = Callable[..., Root]
DEVICE = "{name: %s, address: 192.0.2.1, kind: server, checks: [{http: {authority: %s}}]}"


@pytest.fixture(scope="module")
def certificate() -> str:
    """A self-signed one, in PEM."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ours")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + datetime.timedelta(days=3650))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def authority_of(root: Root, device: str) -> str:
    (check,) = root.inventory.devices[DeviceName(device)].checks
    assert isinstance(check.settings, HttpSettings)
    return os.path.relpath(os.path.normpath(check.settings.authority), root.path)


def said_of(load: Load, files: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(files)
    return [str(problem) for problem in caught.value.problems if not problem.warning]


def test_an_authority_is_relative_to_the_file_that_names_it(
    load: Load, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    site = "site: a\ndevices:\n  - " + DEVICE % ("web", "../certs/ours.pem")
    assert authority_of(load({"inventories/a.yaml": site, "certs/ours.pem": certificate}), "web") == "certs/ours.pem"


def test_a_template_of_another_folder_keeps_its_own_base(load: Load, certificate: str) -> None:
    templates = "templates:\n  web: {kind: server, checks: [{http: {authority: here.pem}}]}\n"
    own = DEVICE % ("own", "here.pem")
    site = f"site: a\ndevices:\n  - {{name: web, address: 192.0.2.1, use: [web]}}\n  - {own.replace('.1', '.2')}\n"
    files = {"inventories/templates.yaml": templates, "inventories/far/a.yaml": site}
    root = load(files | {"inventories/here.pem": certificate, "inventories/far/here.pem": certificate})
    assert authority_of(root, "web") == "inventories/here.pem"
    assert authority_of(root, "own") == "inventories/far/here.pem"


def test_the_checks_of_a_profile_keep_their_own_base(load: Load, certificate: str) -> None:
    profile = "name: web\nkind: server\nchecks: [{http: {authority: web.pem}}]\n"
    site = "site: a\ndevices: [{name: web, address: 192.0.2.1, kind: server, profile: web}]\n"
    root = load({"probes/web.yaml": profile, "probes/web.pem": certificate, "inventories/a.yaml": site})
    assert authority_of(root, "web") == "probes/web.pem"
    files = {"probes/web.yaml": profile.replace("web.pem", "gone.pem"), "inventories/a.yaml": site}
    told = "the file of certificates gone.pem is not there (looked for at probes/gone.pem)"
    assert said_of(load, files) == [f"probes/web.yaml:3:29: {told}"]


def test_a_secret_of_a_check_in_a_template_is_opened_beside_the_template(load: Load) -> None:
    """Equal words of two files are two secrets."""
    entry = "kind: server, checks: [{http: {username: u, password: {file: word}}}]"
    own = f"{{name: o, address: 192.0.2.2, {entry}}}"
    site = f"site: a\ndevices:\n  - {{name: t, address: 192.0.2.1, use: [web]}}\n  - {own}\n"
    files = {"inventories/templates.yaml": f"templates:\n  web: {{{entry}}}\n", "inventories/far/a.yaml": site}
    root = load(files | {"inventories/word": "outer", "inventories/far/word": "inner"}, strict=True)
    found = {}
    for name in ("t", "o"):
        (check,) = root.inventory.devices[DeviceName(name)].checks
        assert isinstance(check.settings, HttpSettings)
        assert check.settings.login is not None
        found[name] = check.settings.login.password.reveal()
    assert found == {"t": "outer", "o": "inner"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("gone.pem", "is not there (looked for at inventories/gone.pem)"),
        ("..", "is a directory, not a file (looked for at .)"),
        ("a.yaml", "holds no certificates in PEM form (looked for at inventories/a.yaml)"),
        ("a.yaml/x", "cannot be read: Not a directory (looked for at inventories/a.yaml/x)"),
    ],
)
def test_an_authority_that_cannot_be_read_is_a_mistake_at_its_place(load: Load, written: str, told: str) -> None:
    site = "site: a\ndevices:\n  - " + DEVICE % ("web", written)
    assert said_of(load, {"inventories/a.yaml": site}) == [
        f"inventories/a.yaml:3:79: the file of certificates {written} {told}"
    ]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("ssh: {username: u, key: .}", "the private key . is a directory, not a file (looked for at inventories)"),
        (
            "snmp: {community: {file: ..}}",
            "the secret file .. is a directory, not a file (looked for at .)",
        ),
    ],
)
def test_a_directory_where_a_secret_should_be_is_a_mistake_everywhere(load: Load, where: str, told: str) -> None:
    """A secret that is not there may be on the daemon's machine; a directory is a secret on none."""
    site = f"site: a\ndevices:\n  - {{name: web, address: 192.0.2.1, kind: server, checks: [icmp], {where}}}"
    (said,) = said_of(load, {"inventories/a.yaml": site})
    assert said.startswith("inventories/a.yaml:3:")
    assert said.endswith(told)


def test_a_store_that_is_a_folder_and_a_repository_that_is_a_file_are_mistakes(load: Load) -> None:
    settings = "store: sqlite:///rules\nbackup: {repository: opsmon.yaml}\n"
    assert said_of(load, {"opsmon.yaml": settings}) == [
        "opsmon.yaml:1:8: rules is a folder, not a file (the file of the journal, such as `sqlite:///var/opsmon.db`)",
        "opsmon.yaml:2:22: opsmon.yaml is a file, not a folder (the folder of the backups' git repository)",
    ]
