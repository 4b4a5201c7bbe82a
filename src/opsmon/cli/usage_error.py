"""Wrong words on the command line, told as everything else is: in the language of the reader.

typer's own sentences are known by the kind of its error, not by their text; what we say ourselves about a value stays
as it was said.
"""

import re
import sys
from typing import Any

from opsmon.text.bilingual import in_language
from opsmon.text.help_zh import HEADINGS
from opsmon.text.near_miss import nearest, shown

_NO_SUCH_COMMAND = re.compile(r"No such command '(.*)'\.?", re.DOTALL)
_NOT_ONE_OF = re.compile(r"(?:Value error, )?'(?P<word>.*)' is not one of (?P<words>'.*')\.?", re.DOTALL)


def close_words(message: str, language: str = "en") -> str:
    """typer's list of words to choose from, shortened to the one that was meant where a word is close."""
    found = _NOT_ONE_OF.fullmatch(message)
    if found is None:
        return message
    known = [word.strip("'") for word in found["words"].split(", ")]
    if language == "zh":
        hint = nearest(found["word"], known, language="zh") or f"可选：{', '.join(known)}"
        return f"无法识别 {shown(found['word'])}（{hint}）"
    hint = nearest(found["word"], known) or f"one of {', '.join(known)}"
    return f"unknown word {shown(found['word'])} ({hint})"


def print_usage_error(error: Any, language: str) -> None:
    """The usage of the command, the way to its help, and what is wrong, on stderr."""
    if language != "zh":
        error.message = close_words(error.message or "")
        error.show()
        return
    context = error.ctx
    if context is not None:
        usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
        print(f"{HEADINGS['Usage']}：{usage}", file=sys.stderr)
        print(f"帮助见 '{context.command_path} --help'\n", file=sys.stderr)
    print(f"错误：{chinese_message(error)}", file=sys.stderr)


def chinese_message(error: Any) -> str:
    """What is wrong, where typer says it; a sentence of our own as it is."""
    message = close_words(in_language(error.message or "", "zh"), "zh")
    match type(error).__name__:
        case "MissingParameter":
            return f"缺少{_hint_of(error)}"
        case "NoSuchOption":
            near = nearest(error.option_name, error.possibilities or (), language="zh")
            return f"没有选项 {error.option_name}" + (f"（{near}）" if near else "")
        case "BadOptionUsage":
            return f"选项 {error.option_name} 用法有误：{message}"
        case "BadParameter":
            hint = _hint_of(error)
            return f"{hint}：{message}" if hint else message
    unknown = _NO_SUCH_COMMAND.fullmatch(message)
    return f"没有命令 {shown(unknown[1])}" if unknown else message


def _hint_of(error: Any) -> str:
    """The option or the argument that it is about, by the words that people type."""
    parameter, hint = error.param, error.param_hint
    if parameter is None:
        return hint if isinstance(hint, str) else " / ".join(hint or ())
    if parameter.param_type_name == "argument":
        return f"参数 {hint or parameter.metavar or str(parameter.name).upper()}"
    return f"选项 {hint or ' / '.join(parameter.opts)}"
