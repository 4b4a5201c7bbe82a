"""`opsmon run` with the allocations traced: at SIGUSR1 it writes where its memory sits.

python -m benchmarks._traced_daemon FILE run --root ROOT

FILE gets a JSON object: `modules` and `types`, each from a name to the bytes that are held now. Lines of Python are
told by module; what C allocates for itself (the interpreter, OpenSSL, SQLite) is in neither.
"""

import gc
import json
import signal
import sys
import tracemalloc
from collections import Counter
from pathlib import Path
from types import FrameType


def by_module(snapshot: tracemalloc.Snapshot) -> Counter[str]:
    held: Counter[str] = Counter()
    for statistic in snapshot.statistics("lineno"):
        place = statistic.traceback[0]
        path = place.filename.rpartition("/src/")[2] if "/src/" in place.filename else "libraries"
        held[f"{path}:{place.lineno}" if path != "libraries" else path] += statistic.size
    return held


def by_type() -> Counter[str]:
    """What the collector knows, and what that points to: numbers, strings and octets it does not track."""
    gc.unfreeze()
    held: Counter[str] = Counter()
    seen: set[int] = set()
    for tracked in gc.get_objects():
        for one in (tracked, *gc.get_referents(tracked)):
            if id(one) not in seen:
                seen.add(id(one))
                held[f"{type(one).__module__}.{type(one).__qualname__}"] += sys.getsizeof(one)
    return held


def main() -> None:
    target = Path(sys.argv.pop(1))

    def tell(_signal: int, _frame: FrameType | None) -> None:
        gc.collect()
        told = {"modules": by_module(tracemalloc.take_snapshot()), "types": by_type()}
        draft = target.with_suffix(".draft")
        draft.write_text(json.dumps(told))
        draft.rename(target)

    tracemalloc.start()
    signal.signal(signal.SIGUSR1, tell)
    from opsmon.entry import main as opsmon  # noqa: PLC0415  # its imports are to be traced as well

    opsmon()


if __name__ == "__main__":
    main()
