"""A module of ours in a process of its own, forked from one that has it imported (`fork_server.py`)."""

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.daemon.fork_server import MAX_REQUEST_BYTES
from tests.support.places import REPOSITORY


class ForkServer:
    """The one of this worker; it ends when the worker does."""

    def __init__(self) -> None:
        self._door, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {**os.environ, "PYTHONPATH": f"{REPOSITORY / 'src'}{os.pathsep}{REPOSITORY}"}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.daemon.fork_server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL, env=environment, pass_fds=[theirs.fileno()],
            )  # fmt: skip
        self._turn = threading.Lock()
        atexit.register(self._end)

    def ask(self, request: Mapping[str, object], pipes: tuple[int, ...] = ()) -> int:
        with self._turn:
            socket.send_fds(self._door, [json.dumps(request).encode()], pipes)
            return int(json.loads(self._door.recv(MAX_REQUEST_BYTES)))

    def _end(self) -> None:
        self._door.close()
        self._process.wait(60)


@cache
def fork_server() -> ForkServer:
    return ForkServer()


class ForkedProcess:
    """As an `asyncio.subprocess.Process`."""

    def __init__(self, pid: int, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader) -> None:
        self.pid, self.stdout, self.stderr = pid, stdout, stderr
        self.returncode: int | None = None
        self._has_ended = asyncio.Event()
        self._watched = os.pidfd_open(pid)
        asyncio.get_running_loop().add_reader(self._watched, self._reap)

    def _reap(self) -> None:
        asyncio.get_running_loop().remove_reader(self._watched)
        os.close(self._watched)
        self.returncode = fork_server().ask({"wait": self.pid})
        self._has_ended.set()

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    async def wait(self) -> int:
        await self._has_ended.wait()
        assert self.returncode is not None
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err


async def start_module(*words: str, environment: Mapping[str, str], most_files: int | None = None) -> ForkedProcess:
    """`python -m WORDS`, with at most so many open files."""
    pipes = [os.pipe(), os.pipe()]
    request: dict[str, Any] = {
        "words": words, "environment": dict(environment), "folder": str(Path.cwd()), "most_files": most_files
    }  # fmt: skip
    try:
        pid = await asyncio.to_thread(fork_server().ask, request, tuple(write for _, write in pipes))
    finally:
        for _, write in pipes:
            os.close(write)
    return ForkedProcess(pid, *[await _reader_of(read) for read, _ in pipes])


async def _reader_of(pipe: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    file = os.fdopen(pipe, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return reader
