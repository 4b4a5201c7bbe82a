"""Which columns to ask next and how many rows of each, so that a walk takes few requests.

An answer holds so many bindings and no more: what one Ethernet frame carries, or what the agent is willing to send. A
request is a rectangle, columns by rows, and what is asked beyond a column's end is wasted. So the columns that are
furthest behind are asked together, in the rectangle that brings most.
"""

from collections.abc import Sequence

UNKNOWN_ROWS = 10**9  # more than any column has: a column of which nothing is known is furthest behind


def rows_to_come(had: int, expected: int | None) -> int:
    """The rows that a column still lacks, with the one beyond its end that tells that it ends."""
    if expected is None or had > expected:
        return UNKNOWN_ROWS - had
    return expected - had + 1


def choose_rectangle(to_come: Sequence[int], bindings: int, most_names: int, most_rows: int) -> tuple[int, int]:
    """How many columns and rows to ask, for columns with `to_come` rows (most first) and answers of `bindings`.

    Of two that bring as much the wider one is taken: it leaves the columns closer together, the last request fuller.
    """
    best, best_brings = (1, 1), 0
    for width in range(1, min(len(to_come), most_names, bindings) + 1):
        rows = min(bindings // width, most_rows, to_come[0])
        brings = sum(min(rows, lacking) for lacking in to_come[:width])
        if brings >= best_brings:
            best, best_brings = (width, rows), brings
    return best
