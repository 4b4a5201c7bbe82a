"""Signals to a real process that has hardly begun."""

import signal
import subprocess
import sys

import pytest

HELD = """
import sys
from opsmon.early_signals import hold_signals, take_noted
hold_signals()
print("held", flush=True)
sys.stdin.readline()
print(sorted(take_noted()), flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_hangup_is_noted_and_a_stop_stops(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HELD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "held\n"
        process.send_signal(number)
        if number == signal.SIGTERM:
            assert process.wait(10) == 0
            return
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == f"[{int(signal.SIGHUP)}]\n"
        assert process.wait(10) == 0


def test_holding_them_imports_next_to_nothing() -> None:
    words = "import sys, opsmon.entry; print([m for m in sys.modules if m.startswith('opsmon') or m == 'typer'])"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['opsmon', 'opsmon.early_signals', 'opsmon.entry']"
