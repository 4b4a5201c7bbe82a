"""Decoding line by line: what can be read is read, what fits nothing is kept, and the bytes always come back."""

from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.backup.proof.encoding import Decoded, decoded, device_bytes, noted, parse_note, stored
from opsmon.backup.secrecy.scrub import Scrubber
from tests.support.backup.far_end import FarEnd, Manners, vrp_config
from tests.support.backup.planted import PRIVATE_KEY
from tests.support.backup.rig import Rig

NAMES = ("二龙路主会场", "一号楼上联", "Zürich", "Ωμέγα", "plain", "café 会场")
HALF = "二层交换机".encode("gb18030") + b"\xd6"


def taken(raw: bytes) -> Decoded:
    return decoded(raw.decode("utf-8", "surrogateescape"))


def way_back(found: Decoded) -> bytes:
    text, escaped = stored(found.text)
    text.encode("utf-8")  # plain UTF-8, whatever came
    others, named = parse_note(noted(found.others, escaped))
    return device_bytes(text, found.encoding, others, named)


@settings(derandomize=True, max_examples=400)
@given(
    st.binary(max_size=120)
    | st.lists(
        st.sampled_from([b"\xc4\xe3", b"\n", b"\\xc4", b"\\x5c", b"\xff", b"\xe4\xb8", b"\xad", b"a", b"\x00", b"\x0c"])
    ).map(b"".join)
)
def test_the_exact_bytes_come_back(raw: bytes) -> None:
    found = taken(raw)
    assert found.raw == raw
    assert way_back(found) == raw


@settings(derandomize=True, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(NAMES[:2]), st.booleans()), min_size=3, max_size=8))
def test_lines_of_two_encodings_are_both_read(lines: list[tuple[str, bool]]) -> None:
    raw = b"\n".join(f" description {name}".encode("utf-8" if new else "gb18030") for name, new in lines)
    found = taken(raw)
    assert found.text.split("\n") == [f" description {name}" for name, _ in lines]
    assert way_back(found) == raw


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_half_a_character_costs_its_own_line_alone(encoding: str) -> None:
    lines = [" description 二龙路主会场", " description 一号楼上联", " description 西客站"]
    raw = b"\n".join([*(line.encode(encoding) for line in lines), " description 二层".encode(encoding)[:-1]])
    found = taken(raw)
    assert found.encoding == encoding
    assert found.text.split("\n")[:3] == lines
    text, escaped = stored(found.text)
    assert escaped == (4,)
    assert r"\x" in text.split("\n")[3]
    assert way_back(found) == raw


@pytest.mark.parametrize("name", ["核心交换机", "二龙路", "北京南站候车室", "上联"])
@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("others", [[], ["主会场"], ["主会场", "一号楼", "机房"]])
def test_half_a_character_of_utf_8_is_not_taken_for_gbk(name: str, lost: int, others: list[str]) -> None:
    raw = b"\n".join([f" description {name}".encode()[:-lost], *(f" description {other}".encode() for other in others)])
    found = taken(raw)
    assert stored(found.text)[0].startswith(f" description {name[:-1]}\\x")
    assert stored(found.text)[1] == (1,)
    assert found.text.split("\n")[1:] == [f" description {other}" for other in others]
    assert way_back(found) == raw


@pytest.mark.parametrize("name", ["存储", "会房", "电京", "火安京", "办公区接入"])
def test_gbk_is_not_taken_for_utf_8_that_was_cut(name: str) -> None:
    assert taken(f" description {name}".encode("gb18030")).text == f" description {name}"


def test_short_words_in_gbk_that_happen_to_be_utf_8() -> None:
    """`模块` is no UTF-8, but other pairs of GBK are; among lines of GBK they are read as GBK."""
    raw = b"\n".join([" description 二龙路主会场".encode("gb18030"), b" description \xc4\xa3\xcf\xa2"])
    assert taken(raw).text.split("\n")[1] == " description " + b"\xc4\xa3\xcf\xa2".decode("gb18030")
    assert taken(raw).raw == raw


def test_letters_of_western_europe() -> None:
    found = taken("hostname Zürich\n description Büro Süd\n".encode("latin-1"))
    assert (found.encoding, found.text) == ("latin-1", "hostname Zürich\n description Büro Süd\n")


def test_what_the_device_wrote_like_an_escape_is_not_taken_for_one() -> None:
    raw = rb" match \xc4 and " + b"\xff" + b"\n" + rb" match \xc4"
    found = taken(raw)
    assert stored(found.text)[0] == " match \\x5cxc4 and \\xff\n match \\xc4"
    assert way_back(found) == raw


def test_places_of_lines_after_a_key_was_hidden() -> None:
    text = f"a\n{PRIVATE_KEY}\nb\n"
    assert Scrubber(b"k" * 32).places(text, ((1, "utf-8"), (6, "utf-8"))) == ((1, "utf-8"), (5, "utf-8"))


def test_a_device_with_half_a_character(far: FarEnd, rig: Rig) -> None:
    """In git, in the sealed original, in the word about it; the next night nothing has changed."""
    identity = pyrage.x25519.Identity.generate()
    rig.recipients = (str(identity.to_public()),)
    config = vrp_config(
        extra="interface Vlanif1\n description 二龙路主会场\n#\ninterface Vlanif2\n description {half}\n#\n"
    )
    raw = config.encode("gb18030").replace(b"{half}", HALF)
    # Latin-1 lets the far end write any bytes
    device = rig.device(far.device(Manners(config=raw.decode("latin-1"), encoding="latin-1")))
    result = rig.one(device)
    assert result.ok, result.reason
    assert result.note == r"bytes of no encoding, kept as \xNN, on line 9"
    assert " description 二龙路主会场\n" in rig.text(device)
    assert " description 二层交换机\\xd6\n" in rig.text(device)
    assert rig.standing(device).encoding == "gb18030"
    sealed = (Path(rig.root) / "backups" / "hall" / "core-1.cfg.age").read_bytes()
    assert pyrage.decrypt(sealed, [identity]) == raw
    assert rig.shelf.raw("core-1", rig.shelf.places(device)) == raw
    assert not rig.one(device).changed
    commits = rig.shelf.versions(rig.shelf.places(device))
    assert len(commits) == 1


def test_what_is_put_aside_and_given_as_a_reason_is_decoded_once(far: FarEnd, rig: Rig) -> None:
    """A text that is decoded already would become another one if it were decoded again."""
    said = "Error: 二龙路主会场 ".encode("gb18030") + b"\xd6\n" + " description 一号楼上联\n".encode("gb18030")
    there = far.device(Manners(error=said.decode("latin-1"), encoding="latin-1"))
    refused = rig.one(rig.device(there))
    assert refused.reason == "the device answered with an error: Error: 二龙路主会场 \\xd6"
    assert " description 一号楼上联\n" in rig.quarantine()
