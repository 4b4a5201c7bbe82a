"""What a burst of work leaves in the heap goes back to the system."""

import platform
import subprocess
import sys

import pytest

SCRIPT = """
from pathlib import Path
from opsmon.daemon.load.spare_memory import give_back

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

burst = [bytes(8_000 + number % 64) for number in range(10_000)]  # 80 MB, by malloc
stays = burst[::100]
del burst
before = resident_mb()
print(give_back(), before - resident_mb(), len(stays))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc_trim(3) is glibc's")
def test_what_lies_between_what_stays_goes_back() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    gave, megabytes, stays = done.stdout.split()
    assert (gave, stays) == ("True", "100")
    assert float(megabytes) > 40
