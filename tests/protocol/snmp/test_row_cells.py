"""A column that is kept as rows and cells is the mapping that it stands for."""

from hypothesis import given
from hypothesis import strategies as st

from opsmon.protocol.snmp.session import RowCells


@given(st.dictionaries(st.tuples(st.integers(0, 99)), st.integers() | st.binary()), st.tuples(st.integers(0, 99)))
def test_it_answers_as_a_mapping_does(column: dict[tuple[int, ...], int | bytes], row: tuple[int]) -> None:
    made = RowCells(tuple(column), tuple(column.values()))
    assert made == column
    assert column == made
    assert (list(made), len(made), bool(made)) == (list(column), len(column), bool(column))
    assert (list(made.values()), list(made.items())) == (list(column.values()), list(column.items()))
    assert (row in made, made.get(row)) == (row in column, column.get(row))
    assert (made.keys() <= {row}, {**made}) == (column.keys() <= {row}, column)
    assert {column[one] for one in column} == {made[one] for one in made}
