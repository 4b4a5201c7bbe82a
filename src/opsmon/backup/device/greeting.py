"""From the login to the first prompt, by evidence: a prompt is a line that comes again when an empty line is sent.

Banners have lines that look like prompts, prompts come in pieces, and both come late. So a line that looks like one is
only believed when the device, after an empty line, shows the same line again: the first of the two is complete then.
It has to do so twice: a banner that names the device in two lines may answer the first empty line by chance.
Whatever is asked on the way is declined as the recipe says; what nobody can answer here is told.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from opsmon.backup.device.pager import key_of
from opsmon.backup.device.silence import demand_of, no_prompt_seen
from opsmon.backup.device.terminal import last_line, render
from opsmon.backup.device.watched_channel import StallError
from opsmon.backup.recipe import Question, Recipe
from opsmon.errors import BackupError
from opsmon.text.bilingual import Sentence

SETTLE_S = 0.1  # what is followed by nothing for so long is looked at
GREETING_S = 3.0  # a device that shows nothing for so long is sent an empty line
PROOFS = 2
MAX_ANSWERS = 8
MAX_NUDGES = 40
TAIL_CHARS, SAID_CHARS = 600, 65_536
_ASKS = re.compile(r"(?i)(?:pass(?:word|wd|code)?|口令|密码)[^\n]*[:：]\s*$")


class GreetingLine(Protocol):
    """What the greeting needs of a dialogue."""

    recipe: Recipe
    partial: str

    def send(self, text: str) -> None: ...
    def receive(self, timeout_s: float) -> str: ...
    def is_pager(self, line: str) -> bool: ...


@dataclass(slots=True)
class _Progress:
    said: str = ""
    silent_s: float = 0.0
    mark: int = 0  # where the line begins that the cursor stood in when an empty line was sent
    nudged_at: str | None = None
    nudges: int = 0
    proofs: int = 0  # how many empty lines in a row brought the line again
    answers: int = 0


def ask_of(text: str) -> bool:
    """Whether the cursor stands behind a request for a password."""
    return _ASKS.search(last_line(text[-TAIL_CHARS:])) is not None


def greet(shell: GreetingLine) -> str:
    """The line of the prompt, proved. Raises BackupError with what the device showed instead, CutError."""
    progress, wanted = _Progress(), PROOFS
    if shell.recipe.login == "netmiko":  # netmiko has read the prompt already
        wanted = 1
        _nudge(shell, progress)
    while True:
        fresh = _read(shell, progress)
        line = last_line(progress.said[-TAIL_CHARS:])
        if _is_proved(progress, line, shell.recipe):
            progress.proofs += 1
            if progress.proofs < wanted:
                _nudge(shell, progress, line)
            elif progress.nudges == wanted or not _drain(shell, progress):
                return line
        elif not _answer(shell, progress, line):
            progress.proofs = 0
            _wait_on(shell, progress, line, fresh=fresh)


def _read(shell: GreetingLine, progress: _Progress) -> bool:
    """Reads until a moment of quiet; whether anything came."""
    line = last_line(progress.said[-TAIL_CHARS:])
    waits = progress.nudged_at == line or not shell.recipe.prompt.fullmatch(line)
    settle_s = SETTLE_S * 2 ** min(
        progress.nudges, 5
    )  # a device that pauses within its prompt is given longer each time
    patience_s = min(GREETING_S, shell.recipe.stall_s / 4) * (1 + progress.nudges)
    wait_s = min(max(patience_s, settle_s), shell.recipe.stall_s) if waits else settle_s
    fresh = ""
    try:
        while True:
            fresh += shell.receive(wait_s)
            wait_s = settle_s
            if _is_proved(progress, last_line((progress.said + fresh)[-TAIL_CHARS:]), shell.recipe, fresh):
                break
    except StallError:
        progress.silent_s = 0.0 if fresh else progress.silent_s + wait_s
    finally:
        progress.said += fresh
        shell.partial = progress.said
    _forget_old(progress)
    return bool(fresh)


def _forget_old(progress: _Progress) -> None:
    spare = len(progress.said) - SAID_CHARS
    if spare > 0:
        progress.said, progress.mark = progress.said[spare:], max(0, progress.mark - spare)


def _is_proved(progress: _Progress, line: str, recipe: Recipe, fresh: str = "") -> bool:
    """Whether the line came again: once complete, and once with the cursor behind it."""
    shown = recipe.prompt.fullmatch(line) if progress.nudges and line else None
    if shown is None:
        return False
    complete = [render(seen).strip(" \r") for seen in (progress.said + fresh)[progress.mark :].split("\n")[:-1]]
    before = [recipe.prompt.fullmatch(seen) for seen in complete if seen]
    return any(found is not None and found["host"] == shown["host"] for found in before)  # some count their commands


def _drain(shell: GreetingLine, progress: _Progress) -> bool:
    """Reads the answers to all the empty lines; whether something else than the prompt came."""
    line = last_line(progress.said[-TAIL_CHARS:])
    more = ""
    try:
        while True:
            more += shell.receive(SETTLE_S)
    except StallError:
        progress.said += more
    return last_line(progress.said[-TAIL_CHARS:]) != line


def _answer(shell: GreetingLine, progress: _Progress, line: str) -> bool:
    """Whether the line was a question or a pager, and was answered."""
    question = _question(line, shell.recipe)
    if question is None and not (line and shell.is_pager(line)):
        return False
    progress.answers += 1
    if progress.answers > MAX_ANSWERS:
        raise BackupError(
            Sentence(
                f"the device asks again and again after the login: `{line[-120:]}`",
                f"登录后设备反复提问：`{line[-120:]}`",
            )
        )
    answer = question.answer + "\n" if question else key_of(line, shell.recipe.pager_answer)
    shell.send(answer)
    progress.said += "\n"  # the question is over; what comes is another line
    progress.mark, progress.nudged_at, progress.silent_s = len(progress.said), None, 0.0
    return True


def _question(line: str, recipe: Recipe) -> Question | None:
    return next((q for q in recipe.questions if q.asks.search(line)), None) if line else None


def _wait_on(shell: GreetingLine, progress: _Progress, line: str, *, fresh: bool) -> None:
    """Sends an empty line where the device is silent, or shows what may be its prompt."""
    recipe = shell.recipe
    candidate = recipe.prompt.fullmatch(line) is not None
    demand = demand_of(progress.said, line)
    if demand and not candidate:
        raise BackupError(demand)
    if candidate and progress.nudged_at != line:
        _nudge(shell, progress, line)
    elif fresh:
        return
    elif progress.silent_s >= recipe.stall_s or progress.nudges >= MAX_NUDGES:
        raise BackupError(no_prompt_seen(recipe, progress.said, line))
    else:
        _nudge(shell, progress, line)


def _nudge(shell: GreetingLine, progress: _Progress, line: str = "") -> None:
    progress.mark = progress.said.rfind("\n") + 1
    progress.nudged_at = line
    progress.nudges += 1
    shell.send("\n")
