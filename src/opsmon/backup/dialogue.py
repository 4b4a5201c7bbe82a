"""Talking with a command line: wait for its prompt, answer its pager and its questions, notice when it is gone.

The prompt that is waited for is the one that the device showed after the login: its name, whatever view it is in. A
line of a configuration that looks like some prompt does not end the reading.
"""

import re
import time
from collections.abc import Callable

from opsmon.backup.recipe import Question, Recipe
from opsmon.backup.terminal import render
from opsmon.backup.watched_channel import StallError, WatchedChannel
from opsmon.errors import BackupError
from opsmon.model.secret import Secret

TAIL_CHARS = 600
GREETING_S = 3.0  # a device that shows nothing for so long after the login is sent an empty line
MOST_ANSWERS = 5
LINGER_S, SETTLE_S = 0.5, 0.1
_Ready = Callable[[str], bool]
_PASSWORD = re.compile(r"(?i)pass(?:word|wd)?[^\n]*:\s*$")


class Dialogue:
    """One shell. Used by one thread."""

    def __init__(self, channel: WatchedChannel, recipe: Recipe) -> None:
        self._channel, self._recipe = channel, recipe
        self._deadline = time.monotonic() + recipe.longest_s
        self.host = ""
        self.prompt = ""
        self.partial = ""  # what the command under way has said so far; inspected when it does not come to its end

    def greet(self) -> None:
        """Reads up to the first prompt and learns it; questions on the way are answered as the recipe says."""
        said, answers = "", 0
        nudged = self._recipe.login == "netmiko"
        if nudged:  # netmiko has read the prompt already
            self._channel.send("\n")
        while True:
            try:
                said += self._receive(self._recipe.stall_s if nudged else min(GREETING_S, self._recipe.stall_s))
            except StallError:
                if nudged and (shown := _last_line(said[-TAIL_CHARS:])):
                    raise BackupError(f"no prompt of `{self._recipe.name}` was seen, but `{shown[-60:]}`") from None
                if nudged:
                    raise
                nudged = True
                self._channel.send("\n")
                continue
            question = self._asked(said)
            if question and answers < MOST_ANSWERS:
                answers += 1
                self._channel.send(question.answer + "\n")
                said = ""
            elif question is None and self._learn(said) and not (more := self._linger(SETTLE_S)):
                return
            elif question is None and self.prompt:
                said, self.prompt = said + more, ""  # a line of a banner that looks like a prompt
            elif question or _PASSWORD.search(said[-TAIL_CHARS:]):
                raise BackupError("the device asks for something after the login that nobody can answer here")

    def _asked(self, said: str) -> Question | None:
        tail = _last_line(said[-TAIL_CHARS:])
        return next((q for q in self._recipe.questions if q.asks.search(tail)), None)

    def _learn(self, said: str) -> bool:
        found = self._recipe.prompt.fullmatch(_last_line(said[-TAIL_CHARS:]))
        if found:
            self.host, self.prompt = found["host"], found[0].strip()
        return found is not None

    def enable(self, secret: Secret | None) -> None:
        """Raises the rights where the recipe knows how and the prompt is the one of an unprivileged user."""
        enable = self._recipe.enable
        if enable is None or not enable.unprivileged.search(self.prompt):
            return
        self._channel.send(enable.command + "\n")
        said = self._until(lambda text: _PASSWORD.search(text) is not None or self._at_prompt(text))
        if _PASSWORD.search(said[-TAIL_CHARS:]):
            if secret is None:
                raise BackupError(f"`{enable.command}` asks for a password, and `ssh.enable` is not given")
            self._channel.send(secret.reveal() + "\n")
            said = self._until(lambda text: _PASSWORD.search(text) is not None or self._at_prompt(text))
        if not self._learn(said) or enable.unprivileged.search(self.prompt):
            raise BackupError(f"`{enable.command}` was refused (`ssh.enable`)")

    def run(self, command: str) -> str:
        """What the device says to a command: its echo and the prompt after it left out.

        Raises StallError when nothing comes for a while, CutError when the session ends, BackupError when it goes on
        for ever; `partial` then has what came.
        """
        self._channel.send(command + "\n")
        return _without_echo(render(self._until(self._at_prompt, pager=True)), command)

    def _until(self, ready: _Ready, *, pager: bool = False) -> str:
        """Reads until the tail of what was said is `ready`."""
        parts: list[str] = []
        tail = ""
        try:
            while True:
                part = self._receive(self._recipe.stall_s)
                parts.append(part)
                tail = (tail + part)[-TAIL_CHARS:]
                if pager and self._turn_page(tail):
                    tail = ""
                    continue
                if not ready(tail) and pager and self._may_be_over(tail):
                    more = self._linger(LINGER_S)
                    parts.append(more)
                    tail = (tail + more)[-TAIL_CHARS:] if more else f"\n{self.prompt}"
                if ready(tail):
                    return "".join(parts)
        finally:
            self.partial = "".join(parts)

    def _turn_page(self, tail: str) -> bool:
        line = _last_line(tail)
        if self._recipe.pager is None or not line or not self._recipe.pager.search(line):
            return False
        if self._recipe.prompt.fullmatch(line):
            return False
        self._channel.send(self._recipe.pager_answer)
        return True

    def _may_be_over(self, tail: str) -> bool:
        """Whether the prompt stands at the end of a line that broke off: a device that ran out of memory does that."""
        return bool(self.prompt) and _last_line(tail).endswith(self.prompt)

    def _linger(self, moment_s: float) -> str:
        """What comes within a moment; nothing where it was the prompt indeed."""
        try:
            return self._receive(moment_s)
        except StallError:
            return ""

    def _at_prompt(self, tail: str) -> bool:
        found = self._recipe.prompt.fullmatch(_last_line(tail))
        return found is not None and (found["host"] == self.host or found["host"].startswith(self.host + "-"))

    def _receive(self, timeout_s: float) -> str:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise BackupError(f"the device was still talking after {self._recipe.longest_s:g} s")
        return self._channel.receive(min(timeout_s, left))


def _last_line(tail: str) -> str:
    """The line that the cursor stands in, as it looks on the screen."""
    return render(tail[tail.rfind("\n") + 1 :]).strip(" ")


def _without_echo(said: str, command: str) -> str:
    first, _, rest = said.partition("\n")
    body = rest if command.strip() and first.strip().endswith(command.strip()) else said
    return body[: body.rfind("\n") + 1]
