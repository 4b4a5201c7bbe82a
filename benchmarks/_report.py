"""How a benchmark tells its rows: each as it is found, all of them as JSON where that is wanted, and the exit code."""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks._rows import Peer, Row, table


@dataclass(slots=True)
class Report:
    """The rows of one run of one module."""

    rows: list[Row] = field(default_factory=list)

    def add(
        self, name: str, value: float, unit: str = "", bar: float | None = None, peers: tuple[Peer, ...] = ()
    ) -> None:
        """Print it and remember it."""
        row = Row(name, value, unit, bar, peers)
        self.rows.append(row)
        print(table([row]).partition("\n")[2], flush=True)

    def end(self, file: Path | None) -> int:
        """Writes the JSON; the exit code, which is 1 where a bar is missed."""
        if file is not None:
            file.write_text(json.dumps([row.as_json() for row in self.rows]), encoding="utf-8")
        return 1 if any(row.missed() for row in self.rows) else 0


def add_json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there, too")
