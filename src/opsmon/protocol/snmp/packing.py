"""Which columns to ask next and how many rows of each, so that a walk takes few requests.

An answer holds so many bindings and no more: what one Ethernet frame carries, or what the agent is willing to send. A
request is a rectangle, columns by rows, and what is asked beyond a column's end is wasted. So the columns that are
furthest behind are asked together, in the rectangle that brings most.
"""

from functools import lru_cache

NEARLY = 0.97  # of the best; measured on walks of 6 to 130 rows: as few requests as 1, or one less
UNKNOWN_ROWS = 10**9  # more than any column has: a column of which nothing is known is furthest behind


def rows_to_come(had: int, expected: int | None) -> int:
    """The rows that a column still lacks, with the one beyond its end that tells that it ends."""
    if expected is None or had > expected:
        return UNKNOWN_ROWS - had
    return expected - had + 1


@lru_cache(maxsize=4096)  # a fleet of one make asks the same at every poll
def choose_rectangle(to_come: tuple[int, ...], bindings: int, most_names: int, most_rows: int) -> tuple[int, int]:
    """How many columns and rows to ask, for columns with `to_come` rows (most first) and answers of `bindings`.

    Of those that bring nearly as much as any the widest is taken: it leaves the columns closer together, so that the
    last request is fuller, and it shows earlier which columns there are.
    """
    rectangles = [
        (width, min(bindings // width, most_rows, to_come[0]))
        for width in range(1, min(len(to_come), most_names, bindings) + 1)
    ]
    brings = [sum(min(rows, lacking) for lacking in to_come[:width]) for width, rows in rectangles]
    enough = max(brings) * NEARLY
    return max(rectangle for rectangle, brought in zip(rectangles, brings, strict=True) if brought >= enough)
