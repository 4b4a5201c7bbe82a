"""Whether a capture is a configuration: every test by name, and the reason in words when one fails. Pure.

A prompt that came back is no proof. A capture that is refused leaves the last good copy as it is.
"""

import re
from dataclasses import dataclass

from opsmon.backup.proof.configuration import hostname_of
from opsmon.backup.proof.sections import IncompleteTextError, parse_sections
from opsmon.backup.recipe import Recipe, Structure
from opsmon.text.bilingual import Sentence, filled
from opsmon.text.count import counted

MIN_RATIO = 0.6
MIN_OF_ANNOUNCED = 0.3  # versions count differently, and what is cut has no end mark: this finds skeletons
END_WITHIN_LINES = 5
EDGE_LINES = 20
_ANNOUNCED = re.compile(r"^Current configuration\s*:\s*(\d{1,9}) bytes", re.MULTILINE | re.IGNORECASE)
_HIDDEN = re.compile(r"/\* (?:ACCESS-DENIED|SECRET-DATA) \*/")  # Junos, to a user with few permissions
_OWN_MESSAGE = re.compile(r"\s*(?:%|(?i:error\s*:))")


@dataclass(frozen=True, slots=True)
class LastGood:
    """What is known of the last copy that was proved: the name in it, and its length in characters."""

    hostname: str = ""
    chars: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A capture, decoded, in its kept form. `output` is all that the command said; `again` a second reading.

    `salted` says that the second reading differed, but in nothing except secrets; `logged` is a message of the device's
    log that stands in the output.
    """

    text: str
    output: str
    prompt_host: str = ""
    again: str | None = None
    salted: bool = False
    logged: str = ""


def refusal_of(
    evidence: Evidence, recipe: Recipe, wanted_hosts: tuple[str, ...], last: LastGood, *, accept: bool
) -> str:
    """Why this is no good copy; empty where it is one. `accept` lets a much shorter one pass, and one of a new name."""
    return (
        _error(evidence.output, recipe)
        or _too_few(evidence.text, recipe)
        or _logged(evidence.logged)
        or _no_end(evidence.text, recipe)
        or _unlike(evidence, recipe)
        or _nameless(evidence.text, recipe)
        or _without_a_part(evidence.text, recipe)
        or _hidden(evidence.text)
        or _other_host(evidence, recipe, wanted_hosts, LastGood() if accept else last)
        or ("" if accept else _less_than_announced(evidence.output) or _too_short(evidence.text, last))
    )


def error_line(output: str, recipe: Recipe) -> str:
    """The first line of a command's own output that is an error of the device; empty where none is.

    Near the beginning and the end every pattern counts; between them, where banners and descriptions of people stand,
    only what begins as a command line's own messages do.
    """
    lines = [line for line in output.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        near = number < EDGE_LINES or number >= len(lines) - EDGE_LINES
        if (near or _OWN_MESSAGE.match(line)) and any(error.search(line) for error in recipe.errors):
            return line.strip()
    return ""


def _error(output: str, recipe: Recipe) -> str:
    line = error_line(output, recipe)
    return Sentence(f"the device answered with an error: {line[:120]}", f"设备返回错误：{line[:120]}") if line else ""


def _too_few(text: str, recipe: Recipe) -> str:
    count = len([line for line in text.splitlines() if line.strip()])
    if count == 0:
        return Sentence("the capture is empty", "采集内容为空")
    if count < recipe.least_lines:
        return Sentence(
            f"only {counted(count, 'lines')} came, and a configuration has at least {recipe.least_lines}",
            f"只收到 {count} 行，而配置至少有 {recipe.least_lines} 行",
        )
    return ""


def _no_end(text: str, recipe: Recipe) -> str:
    if recipe.end is not None:
        tail = "\n".join([line for line in text.splitlines() if line.strip()][-END_WITHIN_LINES:])
        if not recipe.end.search(tail):
            return Sentence("the end of the configuration was not seen: it was cut off", "未见配置结尾：内容被截断")
    if recipe.structure in (Structure.EDIT, Structure.BRACE, Structure.FILES):
        try:
            parse_sections(text, recipe.structure)
        except IncompleteTextError as error:
            return filled("the configuration is not whole: {}", "配置不完整：{}", error.args[0])
    return ""


def _logged(line: str) -> str:
    if not line:
        return ""
    return Sentence(
        f"a message of the device's log stands in the configuration, in a second reading too: {line[:120]}",
        f"配置中混有设备日志，再次读取仍有：{line[:120]}",
    )


def _unlike(evidence: Evidence, recipe: Recipe) -> str:
    if recipe.twice and evidence.again != evidence.text:
        return Sentence(
            "two readings one after the other differ, and this make shows no end by which one could be believed",
            "连续两次读取不一致，而该型号没有可据以判断的结尾",
        )
    return ""


def _nameless(text: str, recipe: Recipe) -> str:
    if recipe.hostname is None or recipe.hostname_optional or hostname_of(text, recipe):
        return ""
    return Sentence(
        f"it does not name the device, and a configuration of `{recipe.name}` always does: "
        "`ssh.username` may not be allowed to see all of it",
        f"内容中没有设备名，而 `{recipe.name}` 的配置总会有：`ssh.username` 可能无权查看全部",
    )


def _without_a_part(text: str, recipe: Recipe) -> str:
    missing = next((pattern.pattern for pattern in recipe.always if not pattern.search(text)), "")
    if not missing:
        return ""
    return Sentence(
        f"nothing in it is like `{missing}`, and a configuration of `{recipe.name}` always has that: "
        "`ssh.username` may not be allowed to see all of it",
        f"内容中没有类似 `{missing}` 的部分，而 `{recipe.name}` 的配置总会有：`ssh.username` 可能无权查看全部",
    )


def _hidden(text: str) -> str:
    found = _HIDDEN.search(text)
    return (
        Sentence(
            f"the device hides parts of it (`{found[0]}`): `ssh.username` may not see all of it",
            f"设备隐藏了部分内容（`{found[0]}`）：`ssh.username` 可能无权查看全部",
        )
        if found
        else ""
    )


def _other_host(evidence: Evidence, recipe: Recipe, wanted: tuple[str, ...], last: LastGood) -> str:
    named = hostname_of(evidence.text, recipe)
    found = named or evidence.prompt_host
    if wanted and found not in wanted:
        names = [f"`{name}`" for name in wanted]
        return Sentence(
            f"this is another device: it calls itself `{found}`, and `ssh.hostname` is {' or '.join(names)}",
            f"这是另一台设备：它自称 `{found}`，而 `ssh.hostname` 是 {' 或 '.join(names)}",
        )
    if not wanted and last.hostname and found != last.hostname:
        return Sentence(
            f"this may be another device: it calls itself `{found}`, and `{last.hostname}` in the last good copy; "
            f"if it was renamed on purpose, run it again with --accept, or set `ssh.hostname: {found}`, "
            f"for a pair of nodes `ssh.hostname: [{last.hostname}, {found}]`",
            f"可能是另一台设备：它自称 `{found}`，而上一份完好备份中是 `{last.hostname}`；"
            f"如系有意改名，请加 --accept 再运行，或设置 `ssh.hostname: {found}`；"
            f"双节点可设 `ssh.hostname: [{last.hostname}, {found}]`",
        )
    return ""


def _less_than_announced(output: str) -> str:
    announced = _ANNOUNCED.search(output)
    if announced is None:
        return ""
    came, promised = len(output.encode("utf-8", "surrogateescape")) - announced.end(), int(announced[1])
    if came >= MIN_OF_ANNOUNCED * promised:
        return ""
    return Sentence(
        f"the device announced {promised} bytes and showed {came}: `ssh.username` may not be allowed to see all of it; "
        "if that is right, run it again with --accept",
        f"设备声明 {promised} 字节，实际显示 {came}：`ssh.username` 可能无权查看全部；如确属正常，请加 --accept 再运行",
    )


def _too_short(text: str, last: LastGood) -> str:
    if len(text) >= MIN_RATIO * last.chars:
        return ""
    share = round(100 * len(text) / last.chars)
    return Sentence(
        f"it is only {share} % as long as the last good copy; if that is right, run it again with --accept",
        f"长度只有上一份完好备份的 {share} %；如确属正常，请加 --accept 再运行",
    )
