"""Work in a process of its own, which is killed when its time is up.

A pattern or a parser that is at work cannot be interrupted within a process. So what may take long over a stranger's
text is done in another one: `BoundedPool.call` comes back with the result or raises OverrunError at the limit, whatever
the work does. The processes are started when they are needed and used again; one that was killed is replaced.
"""

import os
import pickle
import select
import signal
import struct
import subprocess
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, ParamSpec, TypeVar

from opsmon.errors import OpsmonError

P = ParamSpec("P")
R = TypeVar("R")
GRACE_S = 1.0  # the process ends itself at its limit; when it is not over a moment later it is killed from outside
_LENGTH = struct.Struct("!Q")
_PIECE_BYTES = 1_048_576
_SERVE = "from opsmon.process_pool import serve; serve()"


class OverrunError(OpsmonError):
    """The work did not come to its end within its limit, or its process died of it."""


class BrokenWorkError(RuntimeError):
    """The work itself is at fault; the text has where it broke, and nothing of what it worked on."""


class BusyError(OpsmonError):
    """No process was free within the limit; the work did not begin."""


class BoundedPool:
    """At most `most` processes. Used by any number of threads; `close` when nothing is under way any more."""

    def __init__(self, most: int) -> None:
        self._places = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._closed = False

    def call(self, limit_s: float, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What a function of some module returns or raises, done in another process.

        Raises OverrunError after `limit_s` seconds of work, BusyError when it could not begin within as many, OSError
        where no process can be started, BrokenWorkError where it raised what is no OpsmonError.
        """
        if not self._places.acquire(timeout=limit_s):
            raise BusyError(f"no process was free within {limit_s:g} s")
        try:
            child = self._take()
            try:
                raised, result = child.do(limit_s, (function, args, kwargs))
            except BaseException:
                child.kill()
                raise
            if isinstance(result, BrokenWorkError):
                child.kill()
            else:
                self._give_back(child)
        finally:
            self._places.release()
        if raised:
            raise result
        return result  # type: ignore[no-any-return]  # the function's own

    def close(self) -> None:
        """Ends the processes that wait for work."""
        with self._lock:
            self._closed, idle, self._idle = True, self._idle, []
        for child in idle:
            child.kill()

    def _take(self) -> "_Child":
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_alive():
                    return child
                child.kill()
        return _Child()

    def _give_back(self, child: "_Child") -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(child)
                return
        child.kill()


class _Child:
    """One process, used by one thread at a time."""

    def __init__(self) -> None:
        # A session of its own: Ctrl-C is for us, who end it then by closing its input.
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._finalizer = weakref.finalize(self, _end_process, self._process)  # also where nobody closed the pool

    def do(self, limit_s: float, work: object) -> tuple[bool, Any]:
        """Whether it raised, and what it raised or returned."""
        process = self._process
        assert process.stdin is not None  # noqa: S101 - asked for above
        assert process.stdout is not None  # noqa: S101 - asked for above
        try:
            _send(process.stdin, (limit_s, work))
            return _receive(process.stdout.fileno(), time.monotonic() + limit_s + GRACE_S)  # type: ignore[no-any-return]
        except (EOFError, TimeoutError, BrokenPipeError):
            raise OverrunError(f"it was not over within {limit_s:g} s") from None

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._finalizer()


def _end_process(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            assert pipe is not None  # noqa: S101 - asked for where it was started
            pipe.close()


def serve() -> None:
    """The child: takes work from its input until that ends. Its time-out is the kernel's: nothing can outlive it."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that prints gets between the answers

    def tell_where(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
        where = "".join(traceback.format_tb(trace))
        _send(answers, (True, BrokenWorkError(f"{kind.__name__} in a process of its own\n{where}")))

    sys.excepthook = tell_where
    with suppress(EOFError, BrokenPipeError):
        while True:
            limit_s, (function, args, kwargs) = _receive(0, None)
            signal.setitimer(signal.ITIMER_REAL, limit_s)
            answer = _answer(function, args, kwargs)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _send(answers, answer)


def _answer(function: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, object]:
    try:
        return False, function(*args, **kwargs)
    except OpsmonError as error:
        return True, error


def _send(pipe: IO[bytes], told: object) -> None:
    octets = pickle.dumps(told, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(octets)))
    pipe.write(octets)
    pipe.flush()


def _receive(source: int, deadline_s: float | None) -> Any:
    """Raises EOFError, TimeoutError. Both ends are this programme's own processes."""
    (length,) = _LENGTH.unpack(_read(source, _LENGTH.size, deadline_s))
    return pickle.loads(_read(source, length, deadline_s))  # noqa: S301 - of our own process, over a pipe


def _read(source: int, length: int, deadline_s: float | None) -> bytes:
    octets = bytearray()
    while len(octets) < length:
        if deadline_s is not None:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not _is_readable(source, left_s):
                raise TimeoutError
        piece = os.read(source, min(_PIECE_BYTES, length - len(octets)))
        if not piece:
            raise EOFError
        octets += piece
    return bytes(octets)


def _is_readable(source: int, left_s: float) -> bool:
    waiting = select.poll()  # select() takes no descriptor above 1,023
    waiting.register(source, select.POLLIN | select.POLLHUP)
    return bool(waiting.poll(1000 * left_s))
