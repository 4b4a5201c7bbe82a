"""Backup runs that are killed: a process that has loaded everything forks one that works, and kills it after a while.

`python -m tests.support.backup.victim ROOT PORT COUNT` reads lines from stdin, each a number of milliseconds and
`one` (kill the process alone) or `all` (its git, too), and answers each with a line when the deed is done.
"""

import os
import signal
import sys
import time
from pathlib import Path

import opsmon.backup.device.capture  # noqa: F401 - else each that is forked would import it at its first reading
from opsmon.model.device import Device, Kind, SshAccess
from opsmon.model.name import DeviceName, SiteName
from opsmon.model.secret import Secret
from tests.support.backup.far_end import PASSWORD, USER
from tests.support.backup.rig import Rig, stock_recipes


def devices(port: int, count: int) -> list[Device]:
    ssh = SshAccess(USER, port, Secret(PASSWORD), platform="huawei_vrp")
    return [
        Device(DeviceName(f"core-{number}"), SiteName("hall"), "127.0.0.1", Kind.SWITCH, ssh=ssh)
        for number in range(count)
    ]


def main(root: str, port: str, count: str) -> None:
    rig = Rig(Path(root), stock_recipes())
    print("loaded", flush=True)
    for line in sys.stdin:
        milliseconds, whom = line.split()
        mine, child = os.getpid(), os.fork()
        if child == 0:
            while os.getppid() == mine:
                rig.run(*devices(int(port), int(count)))
            os._exit(0)
        os.setpgid(child, child)  # here, so that it is a group before it is killed as one
        time.sleep(int(milliseconds) / 1000)
        (os.kill if whom == "one" else os.killpg)(child, signal.SIGKILL)
        os.waitpid(child, 0)
        print("killed", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
