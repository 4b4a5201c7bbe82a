"""How long a poll's interfaces take from the decoded columns to the array of a Reading: 48 rows × 15 columns.

python -m benchmarks.profile_interfaces
"""

from time import process_time

from opsmon.probe.profile.rows.table import read_columns

ROWS, COLUMNS, ROUNDS = 48, 15, 2000


def main() -> None:
    rows: tuple[tuple[int, ...], ...] = tuple((index,) for index in range(1, ROWS + 1))
    columns = [{row: 10**12 + 997 * number + row[0] for row in rows} for number in range(COLUMNS)]
    best = min(_timed(rows, columns) for _ in range(5))
    print(f"{ROWS} interfaces × {COLUMNS} columns into one array: {best * 1e6:.0f} µs a poll")


def _timed(rows: tuple[tuple[int, ...], ...], columns: list[dict[tuple[int, ...], int]]) -> float:
    began = process_time()
    for _ in range(ROUNDS):
        read_columns(rows, columns)
    return (process_time() - began) / ROUNDS


if __name__ == "__main__":
    main()
