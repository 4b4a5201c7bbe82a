"""Talking with a command line: run its commands, answer its pager and its questions, notice when it is gone.

The prompt that is waited for is the one that the device showed after the login (greeting.py). A line of a configuration
that looks like some prompt does not end the reading; a prompt that is left over from before a command does not either,
because the command's echo is to come first.
"""

import re
import time
from collections.abc import Callable

from opsmon.backup.device.greeting import ask_of, greet
from opsmon.backup.device.pager import is_closed, key_of, may_be_pager
from opsmon.backup.device.terminal import last_line, render
from opsmon.backup.device.watched_channel import StallError, WatchedChannel
from opsmon.backup.recipe import Recipe
from opsmon.backup.text_work import TextWork
from opsmon.bounds import GREETING_CHARS
from opsmon.errors import BackupError
from opsmon.model.secret import Secret
from opsmon.text.bilingual import Sentence, filled

TAIL_CHARS = 600
LINGER_S, SETTLE_S, ECHO_S = 0.5, 0.1, 3.0
PAGER_S = 2.0  # silent for so long in a line that speaks of keys: an unknown pager
_Ready = Callable[[str], bool]
_PASSWORD = re.compile(r"(?i)(?:pass(?:word|wd)?|口令|密码)[^\n]*[:：]\s*$")
_USERNAME = re.compile(r"(?i)user\s*name\s*:\s*$")
_REFUSED = re.compile(
    r"(?im)^[^\w\n]*+(?:error\b|invalid|bad |access denied|permission denied|authentication fail|failed)"
    r"|denied|failed to|not (?:set|allowed)"
)


class Dialogue:
    """One shell. Used by one thread."""

    def __init__(self, channel: WatchedChannel, recipe: Recipe, work: TextWork, username: str = "") -> None:
        self._channel, self.recipe, self.work, self._username = channel, recipe, work, username
        self._deadline = time.monotonic() + recipe.longest_s
        self.host = ""
        self.prompt = ""
        self.partial = ""  # what the command under way has said so far; inspected when it does not come to its end
        self.doing = ""  # the command under way; nothing before the first prompt
        self._echoes = False
        self._room_chars = GREETING_CHARS  # how much may still come before the next command
        self._own_pagers: set[str] = set()

    def greet(self) -> None:
        """Reads up to the first prompt and learns it; questions on the way are answered as the recipe says."""
        self.prompt = greet(self)
        self._learn(self.prompt)

    def _learn(self, said: str) -> bool:
        found = self.recipe.prompt.fullmatch(last_line(said[-TAIL_CHARS:]))
        if found:
            self.host, self.prompt = found["host"], found[0].strip()
        return found is not None

    def enable(self, secret: Secret | None) -> None:
        """Raises the rights where the recipe knows how: by the prompt of an unprivileged user, or on request."""
        enable = self.recipe.enable
        if enable is None or not enable.unprivileged.search(self.prompt) or (enable.on_request and secret is None):
            return
        self.doing = enable.command
        said = self._ask(enable.command, secret)
        if enable.on_request:
            refused = _REFUSED.search(said)
            if refused:
                raise BackupError(
                    Sentence(
                        f"`{enable.command}` was refused (`ssh.enable`): {_line_at(said, refused.start())}",
                        f"`{enable.command}` 被拒绝（`ssh.enable`）：{_line_at(said, refused.start())}",
                    )
                )
            return
        if not self._learn(said) or enable.unprivileged.search(self.prompt):
            raise BackupError(
                Sentence(f"`{enable.command}` was refused (`ssh.enable`)", f"`{enable.command}` 被拒绝（`ssh.enable`）")
            )

    def _ask(self, command: str, secret: Secret | None) -> str:
        """What came of a command that may ask for a name and a password, each once."""
        said = self._after(command)
        if _USERNAME.search(said[-TAIL_CHARS:]):
            said = self._after(self._username)
        if _PASSWORD.search(said[-TAIL_CHARS:]):
            if secret is None:
                raise BackupError(
                    Sentence(
                        f"`{command}` asks for a password, and `ssh.enable` is not given",
                        f"`{command}` 要求输入密码，但未设置 `ssh.enable`",
                    )
                )
            said = self._after(secret.reveal())
        if _PASSWORD.search(said[-TAIL_CHARS:]):
            raise BackupError(
                Sentence(f"`{command}` was refused (`ssh.enable`)", f"`{command}` 被拒绝（`ssh.enable`）")
            )
        return said

    def _after(self, line: str) -> str:
        self._channel.send(line + "\n")
        return self._until(lambda text: ask_of(text) or _USERNAME.search(text) is not None or self.at_any_prompt(text))

    def run(self, command: str) -> str:
        """What the device says to a command: its echo and the prompt after it left out.

        Raises StallError when nothing comes for a while, CutError when the session ends, BackupError when it goes on
        for ever; `partial` then has what came.
        """
        self.doing, self._room_chars = command, self.recipe.most_chars
        self._channel.send(command + "\n")
        said = self._until(self._at_prompt, pager=True)
        while self._is_left_over(said, command) and (more := self.linger(ECHO_S if self._echoes else LINGER_S)):
            said = self._until(self._at_prompt, pager=True, said=said + more)
        return self.work.do(len(said), answer_in, said, command)

    def _is_left_over(self, said: str, command: str) -> bool:
        """Whether what came is nothing but prompts, without the command's echo: answers to lines sent before."""
        if len(said) > TAIL_CHARS:
            return False
        if command.strip() in render(said):
            self._echoes = True
            return False
        return all(line.strip() in ("", self.prompt) for line in render(said).split("\n"))

    def _until(self, ready: _Ready, *, pager: bool = False, said: str = "") -> str:
        """Reads until the tail of what was said is `ready`."""
        parts = [said] if said else []
        tail = said[-TAIL_CHARS:]
        try:
            while not (tail and ready(tail)):
                part = self._next(tail, pager=pager)
                part += self._rest_of_pager(tail + part) if pager else ""
                parts.append(part)
                tail = (tail + part)[-TAIL_CHARS:]
                if pager and self._turn_page(tail):
                    _drop_last_line(parts)
                    tail = ""
                elif pager and not ready(tail) and self._may_be_over(tail):
                    more = self.linger(LINGER_S)
                    parts.append(more)
                    tail = (tail + more)[-TAIL_CHARS:] if more else f"\n{self.prompt}"
            return "".join(parts)
        finally:
            self.partial = "".join(parts)

    def _next(self, tail: str, *, pager: bool) -> str:
        """What comes next; a device that falls silent in a line that may be a pager is given its key."""
        stall_s = self.recipe.stall_s
        line = last_line(tail)
        if not pager or not line:
            return self.receive(stall_s)
        patience_s = min(PAGER_S, stall_s / 2)
        try:
            return self.receive(patience_s)
        except StallError:
            if may_be_pager(line) and not self._at_prompt(tail):
                self._own_pagers.add(line)
                return ""  # _turn_page knows it now
            return self.receive(stall_s - patience_s)

    def _rest_of_pager(self, said: str) -> str:
        """The second piece of a pager that came in two."""
        line = last_line(said[-TAIL_CHARS:])
        if not line or is_closed(line) or line in self._own_pagers or not self.is_pager(line):
            return ""
        return self.linger(SETTLE_S)

    def _turn_page(self, tail: str) -> bool:
        line = last_line(tail)
        if not line or not self.is_pager(line) or self._at_prompt(tail):
            return False
        self._channel.send(key_of(line, self.recipe.pager_answer))
        return True

    def is_pager(self, line: str) -> bool:
        """Whether a line is one of the make's pagers, or one that this device was found to have."""
        known = self.recipe.pager is not None and self.recipe.pager.search(line) is not None
        return known or line in self._own_pagers

    def _may_be_over(self, tail: str) -> bool:
        """Whether the prompt stands at the end of a line that broke off: a device that ran out of memory does that."""
        return bool(self.prompt) and last_line(tail).endswith(self.prompt)

    def linger(self, moment_s: float) -> str:
        """What comes within a moment; nothing where it was the prompt indeed."""
        try:
            return self.receive(moment_s)
        except StallError:
            return ""

    def at_any_prompt(self, tail: str) -> bool:
        """Whether the cursor stands behind a prompt of any level of rights: a root's shell may give another name."""
        return self.recipe.prompt.fullmatch(last_line(tail)) is not None

    def _at_prompt(self, tail: str) -> bool:
        found = self.recipe.prompt.fullmatch(last_line(tail))
        return found is not None and (found["host"] == self.host or found["host"].startswith(self.host + "-"))

    def send(self, text: str) -> None:
        """Types a text. Raises CutError."""
        self._channel.send(text)

    def receive(self, timeout_s: float) -> str:
        """What came, within the time. Raises StallError, CutError, and BackupError when it goes on for ever."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise BackupError(
                Sentence(
                    f"the device was still talking after {self.recipe.longest_s:g} s; "
                    "if it needs longer, set `ssh: {longest: 30m}` for it",
                    f"{self.recipe.longest_s:g} 秒后设备仍在输出；如确需更久，请为其设置 `ssh: {{longest: 30m}}`",
                )
            )
        said = self._channel.receive(min(timeout_s, left))
        self._room_chars -= len(said)
        if self._room_chars < 0:
            where = (
                Sentence(f"to `{self.doing}`", f"对 `{self.doing}` 的")
                if self.doing
                else Sentence("before its first prompt", "首个提示符之前的")
            )
            raise BackupError(
                filled(
                    "the device does not stop talking {}: no configuration is so long",
                    "设备{}输出不止：配置不会这么长",
                    where,
                )
            )
        return said


def _line_at(text: str, place: int) -> str:
    begins = text.rfind("\n", 0, place) + 1
    return next((line.strip()[:120] for line in render(text[begins:]).split("\n") if line.strip()), "")


def _drop_last_line(parts: list[str]) -> None:
    """Takes a pager's line away, in case that the device does not wipe it out itself."""
    while parts and "\n" not in parts[-1]:
        parts.pop()
    if parts:
        parts[-1] = parts[-1][: parts[-1].rfind("\n") + 1]


def answer_in(said: str, command: str) -> str:
    """What a terminal would show of it, without the command's echo and the prompt at the end."""
    said = render(said)
    lines = said.split("\n", 3)
    wanted = command.strip()
    for number, line in enumerate(lines[:3]):
        if wanted and line.strip().endswith(wanted):
            said = "\n".join(lines[number + 1 :])
            break
    return said[: said.rfind("\n") + 1]
