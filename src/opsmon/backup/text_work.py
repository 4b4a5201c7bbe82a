"""Work over what one device said, with an end: at once where the text is short, else in a process that is killed.

Everything that is done to a text is linear in its length, and still the scrubber needs two minutes for 32 MB of lines
that were made to cost it most. A thread cannot be stopped, and takes the interpreter from those of the other devices.
So a long text is worked on in another process (`process_pool`), and all of that for one device within WORK_S.
"""

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from opsmon.errors import BackupError
from opsmon.process_pool import BoundedPool, BusyError, OverrunError
from opsmon.text.bilingual import Sentence

AT_ONCE_CHARS = 262_144  # hardly any configuration is longer; at worst a second for each thing that is done to it
WORK_S = 120.0
P = ParamSpec("P")
R = TypeVar("R")


class TextWork:
    """That of one reading of one device."""

    def __init__(self, pool: BoundedPool, work_s: float = WORK_S) -> None:
        self._pool, self._work_s, self._left_s = pool, work_s, work_s

    def do(self, chars: int, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What a function of some module makes of texts of so many characters, the longest of them.

        Raises BackupError where it takes too long, and what the function raises.
        """
        if chars <= AT_ONCE_CHARS:
            return function(*args, **kwargs)
        began_s = time.monotonic()
        try:
            return self._pool.call(max(self._left_s, 0.001), function, *args, **kwargs)
        except (OverrunError, BusyError):
            raise BackupError(
                Sentence(
                    f"what came was not worked through within {self._work_s:g} s, and its end was not waited for: "
                    "no configuration is so long",
                    f"收到的内容在 {self._work_s:g} 秒内未能处理完，不再等待：配置不会这么长",
                )
            ) from None
        except OSError as error:
            raise BackupError(
                Sentence(
                    f"no process for a text so long: {error.strerror}", f"文本过长，无法启动处理进程：{error.strerror}"
                )
            ) from None
        finally:
            self._left_s -= time.monotonic() - began_s
