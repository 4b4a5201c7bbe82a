"""A process that has opsmon imported, and forks one that runs it for each request: to import it takes longer than most
tests of the daemon do.

A request is one JSON object with the two ends of pipes for stdout and stderr; the answer is the process id. What runs
is `python -m MODULE WORDS`, from the first line of the module; that opsmon can be imported is proved by the tests that
start `opsmon` itself (the demo, the wheel, the completion of shells).
"""

import gc
import json
import os
import resource
import runpy
import signal
import socket
import sys
import threading
from importlib import import_module

MAX_REQUEST_BYTES = 200_000
MODULES = ("opsmon.cli.main", "opsmon.cli.run", "opsmon.cli.incidents.reports", "asyncssh")


def serve(door: socket.socket) -> list[str] | None:
    """Answers until the other side closes; in a process that was forked the module that it is to run, and its words."""
    while True:
        data, pipes, _, _ = socket.recv_fds(door, MAX_REQUEST_BYTES, 2)
        if not data:
            return None
        request = json.loads(data)
        if "wait" in request:
            _, status = os.waitpid(request["wait"], 0)
            door.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())
            continue
        child = os.fork()
        if child == 0:
            door.close()
            return _become(request, pipes)
        for pipe in pipes:
            os.close(pipe)
        door.send(json.dumps(child).encode())


def _become(request: dict[str, object], pipes: list[int]) -> list[str]:
    """What a new process finds: its stdout and stderr, folder, environment and limits."""
    for number, pipe in enumerate(pipes, 1):
        os.dup2(pipe, number)
        os.close(pipe)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(str(request["folder"]))
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    if request["most_files"]:
        most = int(str(request["most_files"]))
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    gc.unfreeze()
    gc.enable()
    return [str(word) for word in request["words"]]  # type: ignore[attr-defined]


def main(descriptor: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the tests, by the closed door
    gc.disable()
    for name in MODULES:
        import_module(name)
    gc.freeze()
    assert threading.active_count() == 1, threading.enumerate()  # a thread would be missing in what is forked
    words = serve(socket.socket(fileno=descriptor))
    if words is not None:
        module, *sys.argv[1:] = words
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
