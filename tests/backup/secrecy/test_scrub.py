"""No planted secret survives; what only sounds like one does; a text cut anywhere tells no more than a whole one."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opsmon.backup.secrecy.scrub import PLACEHOLDER, Scrubber
from opsmon.backup.secrecy.scrub_key import load_scrub_key
from opsmon.errors import BackupError
from opsmon.layout import SCRUB_KEY
from tests.support.backup.planted import HARMLESS, PLANTED, PRIVATE_KEY

SCRUBBER = Scrubber(b"k" * 32)
SHOWING = 5  # so many characters of a secret would tell something


def test_the_list_is_as_long_as_promised() -> None:
    assert len({secret for _, secret in PLANTED}) >= 60


@pytest.mark.parametrize(("line", "secret"), PLANTED, ids=[secret for _, secret in PLANTED])
def test_a_planted_secret_does_not_survive(line: str, secret: str) -> None:
    scrubbed = SCRUBBER.scrub(f"vlan 10\n{line}\nvlan 11\n")
    assert secret[:SHOWING] not in scrubbed
    assert PLACEHOLDER.search(scrubbed)
    assert scrubbed.startswith("vlan 10\n")
    assert scrubbed.endswith("\nvlan 11\n")


@pytest.mark.parametrize("line", HARMLESS)
def test_what_only_sounds_like_a_secret_is_left_alone(line: str) -> None:
    assert SCRUBBER.scrub(line + "\n") == line + "\n"


@pytest.mark.parametrize(("line", "secret"), PLANTED, ids=[secret for _, secret in PLANTED])
def test_a_text_cut_in_the_middle_of_a_secret_is_scrubbed_too(line: str, secret: str) -> None:
    before = "root:$6$other$othershadow:19000:0:99999:7:::\n" if ":19000:" in line else "vlan 10\n"
    where = line.index(secret)
    for cut in range(where + SHOWING, where + len(secret) + 1):
        assert secret[:SHOWING] not in SCRUBBER.scrub(before + line[:cut])


@pytest.mark.parametrize(("line", "secret"), PLANTED, ids=[secret for _, secret in PLANTED])
def test_what_is_scrubbed_stays_as_it_is(line: str, secret: str) -> None:
    once = SCRUBBER.scrub(line)
    assert SCRUBBER.scrub(once) == once


def test_equal_secrets_are_equal_within_a_root_and_different_between_roots() -> None:
    def scrubbed(scrubber: Scrubber, secret: str) -> str:
        return scrubber.scrub(f"snmp-server community {secret} RO\n")

    assert scrubbed(SCRUBBER, "alpha") == scrubbed(SCRUBBER, "alpha")
    assert scrubbed(SCRUBBER, "alpha") != scrubbed(SCRUBBER, "beta")
    assert scrubbed(SCRUBBER, "alpha") != scrubbed(Scrubber(b"other" * 8), "alpha")
    one, other = SCRUBBER.scrub("snmp-server community same RO"), SCRUBBER.scrub("rocommunity same")
    assert PLACEHOLDER.findall(one) == PLACEHOLDER.findall(other)


def test_a_key_without_its_beginning_is_scrubbed() -> None:
    cut = "\n".join(PRIVATE_KEY.splitlines()[2:])
    assert "MIIE" not in SCRUBBER.scrub(cut)


def test_a_certificate_is_no_secret() -> None:
    certificate = PRIVATE_KEY.replace("RSA PRIVATE KEY", "CERTIFICATE")
    assert SCRUBBER.scrub(certificate) == certificate


def test_a_name_outside_of_the_community_section_is_left_alone() -> None:
    text = 'config system snmp community\n    edit 1\n        set name "hidden"\n    next\nend\n'
    text += 'config vpn\n    set name "shown"\nend\n'
    scrubbed = SCRUBBER.scrub(text)
    assert "hidden" not in scrubbed
    assert 'set name "shown"' in scrubbed


def test_secrets_of_the_inventory_are_hidden_wherever_they_stand() -> None:
    scrubber = SCRUBBER.knowing(["the-login-password", "short"])
    assert "the-login-password" not in scrubber.scrub("banner motd say the-login-password to enter\n")
    assert "short" not in scrubber.scrub("a short banner\n")
    assert scrubber.scrub("hostname shortly-1\n") == "hostname shortly-1\n"


def test_every_line_is_looked_at_where_a_letter_grows_when_lowered() -> None:
    assert "hidden1" not in SCRUBBER.scrub("description İstanbul\nsnmp-server community hidden1 RO\n")


def test_a_scrubber_does_not_show_its_key() -> None:
    assert "kkkk" not in repr(SCRUBBER)


def test_the_key_is_made_once_and_is_the_owner_s_alone(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_scrub_key(tmp_path), range(16)))
    assert len(keys) == 1
    assert stat.S_IMODE((tmp_path / SCRUB_KEY).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / SCRUB_KEY).parent.iterdir()] == [Path(SCRUB_KEY).name]


def test_a_broken_key_is_not_used(tmp_path: Path) -> None:
    load_scrub_key(tmp_path)
    (tmp_path / SCRUB_KEY).write_bytes(b"short")
    with pytest.raises(BackupError, match="no key of 32 bytes"):
        load_scrub_key(tmp_path)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/ppp secret add name=u \\\n    password=Zx7q8w9e1r service=l2tp\n", "service=l2tp"),
        ("/ppp secret add name=u password=\\\n    Zx7q8w9e1r service=l2tp\n", "service=l2tp"),
        ("/ppp secret add name=u password=Zx7q\\\n    8w9e1r service=l2tp\n", "service=l2tp"),
        ("snmp-server community \\\r\n  Zx7q8w9e1r \\\r\n  RO 10\r\n", "RO 10"),
        ("password \\\nZx7q8w9e1r", ""),
        (" description D:\\\n key 7 Zx7q8w9e1r\n", "description D:"),
    ],
)
def test_a_line_that_goes_on_in_the_next_one(text: str, kept: str) -> None:
    scrubbed = SCRUBBER.scrub("vlan 1\n" + text)
    assert "Zx7q" not in scrubbed
    assert "8w9e" not in scrubbed
    assert kept in scrubbed
    assert scrubbed.count("\n") == text.count("\n") + 1
    assert SCRUBBER.scrub(scrubbed) == scrubbed


CERTAIN = (
    "snmp-server community {} RO", "snmp-agent community read cipher {}", "username u privilege 15 password 0 {}",
    "username u password {}", "enable secret {}", "tacacs-server key {}", "crypto isakmp key {} address 192.0.2.1",
    " neighbor 192.0.2.1 password {}", " password simple {}", " key-string {}", "set snmp community {}",
)  # fmt: skip


@pytest.mark.parametrize("word", ["policy", "change-me", "enable", "the", "none", "format", "old-secret-word", "map"])
@pytest.mark.parametrize("line", CERTAIN)
def test_where_nothing_but_a_secret_can_stand_an_ordinary_word_is_one(line: str, word: str) -> None:
    assert word not in SCRUBBER.scrub(line.format(word)).replace(line.split("{}", maxsplit=1)[0], "").split()


@pytest.mark.parametrize("word", ["changeme", "checkmate9", "change-me", "max-power-one", "minimus", "agent007"])
def test_a_password_that_begins_as_a_rule_about_passwords_is_hidden(word: str) -> None:
    assert word not in SCRUBBER.scrub(f" password {word}")


@pytest.mark.parametrize("rule", ["min-length 8", "change-first-login", "expire 90", "strength-check", "policy P"])
def test_a_rule_about_passwords_stays(rule: str) -> None:
    assert SCRUBBER.scrub(f" password {rule}") == f" password {rule}"


def test_after_the_communities_of_routeros_names_stay() -> None:
    text = "/snmp community\nset [ find default=yes ] name=Zx7comm\n/system identity\nset name=core-1\n"
    scrubbed = SCRUBBER.scrub(text)
    assert "Zx7comm" not in scrubbed
    assert scrubbed.startswith("/snmp community\nset [ find default=yes ] name=<secret-")
    assert scrubbed.endswith("\n/system identity\nset name=core-1\n")


def test_lines_that_differ_in_digits_alone_are_each_looked_at() -> None:
    lines = [f" neighbor 192.0.2.{n} password {7 * n}Kestrel{n}" for n in range(1, 40)]
    scrubbed = SCRUBBER.scrub("\n".join(line for one in lines for line in ("!", one, " description 7")) + "\n")
    assert "Kestrel" not in scrubbed
    assert len(set(PLACEHOLDER.findall(scrubbed))) == len(lines)
    assert scrubbed.count("\n description 7\n") == len(lines)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_passed_over_holds_no_secret(end: str) -> None:
    """A letter that grows when it is lowered has every line looked at: the slow way, and what is right."""
    lines = [line for line, _ in PLANTED if "\n" not in line] + [*HARMLESS]
    text = end.join(line for one in lines for line in ("interface Gi1/0/1", one, " mtu 1500")) + end
    every = SCRUBBER.scrub(text + "İ")
    assert every == SCRUBBER.scrub(text) + "İ"
