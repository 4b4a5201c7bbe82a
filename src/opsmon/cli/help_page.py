"""`--help` in Chinese: the same commands and options, their words from `text.help_zh`, laid out for wide characters.

Promises: nothing of a command is changed but what it says; an English help page costs nothing of this.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import east_asian_width

from opsmon.text.help_zh import HEADINGS, in_chinese

MIN_WIDTH, MAX_WIDTH, INDENT, MAX_LEFT = 40, 100, 2, 30
_TOKEN = re.compile(
    r"[\x21-\x7e]+[，。；：、）]?|\s+|.[，。；：、）]*"
)  # a Latin word is not cut, a stop begins no line


def speak_chinese(command: Any) -> Any:
    """The command, and every one below it, with its help in Chinese."""
    command.help = in_chinese(command.help or "")
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = in_chinese(parameter.help)
        if isinstance(getattr(parameter, "show_default", None), str):
            parameter.show_default = in_chinese(parameter.show_default)
    command.get_help = lambda ctx: _page(command, ctx)
    if hasattr(command, "get_command"):
        found = command.get_command
        command.get_command = lambda ctx, name: _below(found(ctx, name))
    return command


def _below(command: Any) -> Any:
    """A command as a group gives it; one that is asked for twice is told once."""
    if command is None or getattr(command, "speaks_chinese", False):
        return command
    command.speaks_chinese = True
    return speak_chinese(command)


def _page(command: Any, context: Any) -> str:
    width = max(MIN_WIDTH, min(shutil.get_terminal_size().columns, MAX_WIDTH))
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"{HEADINGS['Usage']}：{usage}", ""]
    for paragraph in (command.help or "").split("\n\n"):
        lines += [*_wrapped(paragraph, width, INDENT), ""]
    records = [(one, one.get_help_record(context)) for one in command.get_params(context)]
    arguments = [record for one, record in records if record and one.param_type_name == "argument"]
    options = [record for one, record in records if record and one.param_type_name != "argument"]
    lines += _table("Arguments", arguments, width)
    lines += _table("Options", [(left, in_chinese(right)) for left, right in options], width)
    if hasattr(command, "list_commands"):
        below = [(name, command.get_command(context, name)) for name in command.list_commands(context)]
        lines += _table("Commands", [(name, _summary(one)) for name, one in below if one is not None], width)
    return "\n".join(lines).rstrip()


def _summary(command: Any) -> str:
    return str(command.help or "").split("\n\n")[0]


def _table(heading: str, rows: Sequence[tuple[str, str]], width: int) -> list[str]:
    """What is written on the left, what it is for on the right; a long left side has a line of its own."""
    if not rows:
        return []
    left = min(MAX_LEFT, max(_cells(name) for name, _ in rows)) + INDENT
    lines = [f"{HEADINGS[heading]}："]
    for name, words in rows:
        told = list(_wrapped(marks_in_chinese(words), width, left + INDENT)) or [""]
        head = f"{' ' * INDENT}{name}"
        if _cells(head) + INDENT <= left + INDENT:
            told[0] = head + " " * (left + INDENT - _cells(head)) + told[0].lstrip()
            lines += told
        else:
            lines += [head, *told]
    return [*lines, ""]


def marks_in_chinese(text: str) -> str:
    """`[default: …; required]` of a line of help in Chinese."""
    return re.sub(
        r"\brequired\]$", f"{HEADINGS['required']}]", re.sub(r"\[default: ", f"[{HEADINGS['default']}：", text)
    )


def _wrapped(text: str, width: int, indent: int) -> Iterator[str]:
    """Lines of at most `width` cells; a Chinese character takes two."""
    line, used = "", 0
    for token in _TOKEN.findall(" ".join(text.split())):
        if used + _cells(token) > width - indent and line:
            yield " " * indent + line.rstrip()
            line, used = "", 0
        if line or not token.isspace():
            line, used = line + token, used + _cells(token)
    if line.strip():
        yield " " * indent + line.rstrip()


def _cells(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
