"""Links of acknowledgement: whole, in time, signed by one of two keys; anything else is nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from opsmon.ack_link import KEY_AGE, LIFETIME, AckClaim, AckLinks, ack_links_of, load_ack_links
from opsmon.model.secret import Secret

NOW = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
LINKS = AckLinks(["one", "two"])
TOKEN = LINKS.token("20261128-7", "p-1", NOW)


def test_a_link_names_the_incident_and_the_person_until_it_expires() -> None:
    assert LINKS.read(TOKEN, NOW) == AckClaim("20261128-7", "p-1", NOW + LIFETIME)
    assert LINKS.read(TOKEN, NOW + LIFETIME - timedelta(seconds=1)) is not None
    assert LINKS.read(TOKEN, NOW + LIFETIME) is None


@given(st.text(max_size=2_000), st.integers(0, len(TOKEN) - 1), st.characters())
def test_what_is_forged_is_nothing(text: str, place: int, other: str) -> None:
    assert LINKS.read(text, NOW) is None
    changed = TOKEN[:place] + other + TOKEN[place + 1 :]
    assert changed == TOKEN or LINKS.read(changed, NOW) is None or changed.rstrip("=") == TOKEN


def test_keys_are_kept_private_and_changed_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "var" / "ack_keys.json"
    first = load_ack_links(path, NOW).token("20261128-7", "p-1", NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    later = NOW + timedelta(hours=1)
    assert load_ack_links(path, later).read(first, later) is not None
    month = NOW + KEY_AGE + timedelta(hours=1)
    young = load_ack_links(path, NOW + KEY_AGE - timedelta(hours=1)).token("20261128-8", "p-1", month)
    assert load_ack_links(path, month).read(young, month) is not None
    two = month + KEY_AGE + timedelta(hours=1)
    assert load_ack_links(path, two).read(LINKS.token("20261128-7", "p-1", two), two) is None
    long_ago = load_ack_links(path, two + KEY_AGE + timedelta(hours=1))
    assert long_ago.read(young, month) is None


def test_a_broken_file_of_keys_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "ack_keys.json"
    path.write_text("{", encoding="utf-8")
    links = load_ack_links(path, NOW)
    assert load_ack_links(path, NOW).read(links.token("i", "p", NOW), NOW) is not None


def test_daemons_with_a_key_in_common_believe_each_others_links_and_others_do_not(tmp_path: Path) -> None:
    shared, other = Secret("a" * 32), Secret("b" * 32)
    first, second, third = (ack_links_of(key, tmp_path / "keys.json", NOW) for key in (shared, shared, other))
    token = first.token("20261120-1", "vc-a", NOW)
    claim = second.read(token, NOW)
    assert claim is not None
    assert (claim.incident, claim.person) == ("20261120-1", "vc-a")
    assert third.read(token, NOW) is None
    assert list(tmp_path.iterdir()) == []
    assert ack_links_of(None, tmp_path / "keys.json", NOW).read(token, NOW) is None
