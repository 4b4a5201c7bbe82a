"""Pages as gzip: what any gzip reads back, whichever library makes it."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.web.scrape.squeeze import in_octets


@given(st.lists(st.text(max_size=200)), st.booleans())
def test_what_comes_out_reads_back_as_what_went_in(pieces: list[str], squeezed: bool) -> None:
    text = [piece.encode("utf-8", "replace").decode() for piece in pieces]
    octets = b"".join(in_octets(iter(text), squeezed=squeezed))
    assert (gzip.decompress(octets) if squeezed else octets) == "".join(text).encode()


@pytest.mark.parametrize("squeezed", [True, False])
def test_a_short_page_is_one_piece_and_a_long_one_is_never_long_at_a_time(squeezed: bool) -> None:
    short = [piece for piece in in_octets(iter(["ifMtu 1\n"] * 10), squeezed=squeezed) if piece]
    assert len(short) == 1
    lines = ("".join(f"ifMtu{{port={number * turn}}} {number}\n" for number in range(10_000)) for turn in range(20))
    pieces = [piece for piece in in_octets(lines, squeezed=squeezed) if piece]
    assert len(pieces) > 1
    assert max(map(len, pieces)) < 512 * 1024
