"""Whom SSH checks and backups trust: by the device's name first, then by where it was met."""

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.protocol.host_keys import HostKeyPins, KeyNews, KeyPlace, KeyStatus, fingerprint_of, pattern_of, place_of

HOME, AWAY = KeyPlace("sw", 22, "192.0.2.1"), KeyPlace("sw", 22, "192.0.2.2")
KEY, OTHER = "ssh-ed25519 AAAA", "ssh-ed25519 BBBB"


def test_a_name_holds_wherever_it_moves_and_an_address_speaks_for_new_names() -> None:
    pins = HostKeyPins()
    assert pins.trusts(HOME, KEY)
    assert not pins.trusts(AWAY, OTHER)
    assert pins.trusts(AWAY, KEY)
    assert not pins.trusts(KeyPlace("another", 22, "192.0.2.1"), OTHER)
    assert pins.trusts(KeyPlace("another", 22, "192.0.2.1"), KEY)
    assert pins.trusts(KeyPlace("sw", 2222, "192.0.2.1"), OTHER)  # another port is another server
    assert pins.trusts(KeyPlace("switch", 22, "192.0.2.9", formerly=("sw",)), KEY)
    assert not pins.trusts(KeyPlace("schalter", 22, "192.0.2.9", formerly=("sw",)), OTHER)


def test_what_an_older_opsmon_pinned_by_address_holds_and_gets_its_name(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"192.0.2.1 {KEY}", "ascii")  # without a line's end, as an editor may leave it
    assert not HostKeyPins(file).trusts(HOME, OTHER)
    assert HostKeyPins(file).trusts(HOME, KEY)
    assert not HostKeyPins(file).trusts(AWAY, OTHER)
    assert file.read_text("ascii").splitlines() == [f"192.0.2.1 {KEY}", f"sw,192.0.2.1 {KEY}"]


def test_news_are_told_once() -> None:
    told: list[KeyNews] = []
    pins = HostKeyPins(tell=told.append)
    for key in (KEY, KEY, OTHER, OTHER, KEY, KEY, OTHER):
        pins.trusts(HOME, key)
    assert [one.standing for one in told] == [KeyStatus.NEW, KeyStatus.REFUSED, KeyStatus.AGAIN, KeyStatus.REFUSED]
    assert told[1].fingerprint == fingerprint_of(OTHER)


def test_what_others_write_is_news(tmp_path: Path) -> None:
    told: list[KeyNews] = []
    file = tmp_path / "var" / "known_hosts"
    HostKeyPins(file).trusts(HOME, KEY)
    pins = HostKeyPins(file, told.append)
    pins.look()
    assert told == []
    HostKeyPins(file).trusts(KeyPlace("core", 2222, "192.0.2.7"), OTHER)
    pins.look()
    pins.look()
    assert [(one.place.name, one.place.port) for one in told] == [("core", 2222), ("192.0.2.7", 2222)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_processes_that_meet_two_keys_at_once_trust_one_of_them(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("", "ascii")
    pins = [HostKeyPins(file) for _ in range(8)]
    for one in pins:
        one.look()
    trusted: list[str] = []
    gate = threading.Barrier(len(pins))

    def meet(number: int) -> None:
        key = f"ssh-ed25519 KEY{number}"
        gate.wait()
        if pins[number].trusts(HOME, key):
            trusted.append(key)

    threads = [threading.Thread(target=meet, args=(number,)) for number in range(len(pins))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(trusted) == 1
    assert HostKeyPins(file).keys_of(HOME) == set(trusted)


@pytest.mark.parametrize("port", [22, 2222])
@pytest.mark.parametrize("name", ["sw", "192.0.2.1", "2001:db8::1", "交换机-1"])
def test_a_pattern_is_read_back(name: str, port: int) -> None:
    place = place_of(pattern_of(name, port))
    assert (place.name, place.port) == (name, port)


Meetings = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["192.0.2.1", "192.0.2.2", ""]), st.sampled_from("KLM"))
)


@given(Meetings)
def test_by_meeting_alone_a_name_never_has_two_keys(meetings: list[tuple[str, str, str]]) -> None:
    pins = HostKeyPins()
    seen: dict[str, set[str]] = {}
    for name, address, key in meetings:
        if pins.trusts(KeyPlace(name, 22, address), f"ssh-ed25519 {key}"):
            seen.setdefault(name, set()).add(key)
    assert all(len(keys) == 1 for keys in seen.values())
