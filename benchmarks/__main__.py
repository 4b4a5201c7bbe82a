"""Runs every benchmark, each in a process of its own, and says which did not run."""

import pkgutil
import subprocess
import sys

import benchmarks

MAX_S = 1_800


def main() -> int:
    """0 when each ran to its end."""
    failed = []
    for module in sorted(found.name for found in pkgutil.iter_modules(benchmarks.__path__)):
        if module.startswith("_"):
            continue
        print(f"== benchmarks.{module}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}"], check=False, timeout=MAX_S)
        if done.returncode:
            failed.append(module)
    if failed:
        print(f"did not run to their end: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
