"""The console script: takes hold of the daemon's signals before anything else is imported."""

import sys
from importlib import import_module

from opsmon.early_signals import hold_signals


def main() -> None:
    """Runs the command line that the process was given."""
    if "run" in sys.argv[1:]:
        hold_signals()
    if sys.argv[1:2] == ["_complete"]:  # a shell asks at every TAB, and does not wait for the commands to be imported
        sys.exit(import_module("opsmon.cli.completion.answer").complete(sys.argv[2:]))
    import_module("opsmon.cli.main").main()
