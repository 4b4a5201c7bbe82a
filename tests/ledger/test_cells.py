"""Cells of exports: no formula for a spreadsheet, and the same text when they are read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.ledger.columns import guarded_cell, plain_cell


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_what_looks_like_a_formula_is_quoted(text: str) -> None:
    assert guarded_cell(text) == f"'{text}"


@given(st.text(alphabet="'=+-@\ta ") | st.text())
def test_a_cell_is_read_back_as_it_was(text: str) -> None:
    assert plain_cell(guarded_cell(text)) == text
    assert not guarded_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
