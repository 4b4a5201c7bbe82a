"""The profiles and rules that come with the programme, for `opsmon init` and for roots that have none of their own.

Beside them lie the inventories of the examples, one folder for each contract.
"""

from pathlib import Path

from opsmon.errors import InvariantError
from opsmon.layout import INVENTORIES

PARTS = ("probes", "rules")
CONTRACTS = "rules/contracts"
_PACKAGE = Path(__file__).resolve().parents[1]


def stock_root() -> Path:
    """The folder with the stock `probes/` and `rules/`: in the wheel, or the repository of an editable install."""
    for folder in (_PACKAGE / "stock", _PACKAGE.parents[1]):
        if all((folder / part).is_dir() for part in PARTS):
            return folder
    raise InvariantError("the stock profiles and rules are missing from this installation")


def example_names() -> tuple[str, ...]:
    """The contracts that come with inventories of their own, in the order of their names."""
    stock = stock_root()
    contracts = sorted((stock / CONTRACTS).glob("*.yaml"))
    return tuple(file.stem for file in contracts if (stock / INVENTORIES / file.stem).is_dir())


def root_of(part: str, root: Path) -> Path:
    """Where a part (`probes` or `rules`) of a root is read from: its own folder, else the stock one."""
    return root if (root / part).is_dir() else stock_root()
