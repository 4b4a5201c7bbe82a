# ruff: noqa: E501 - a pattern is read better whole
"""Lines of a configuration that no one typed: stamps, counters, states of nodes, messages of the log. Pure.

What is said here holds for all makes; each make's own lines are in its profile (`volatile` of the `backup:` section).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from opsmon.backup.recipe import Recipe, Structure

# A date and a time of day, as command lines write them: ISO, `Fri Nov 27 02:10:03 2026`, `02:10:03 CST Fri Nov 27 2026`,
# `27 Nov 2026 02:10`, `nov/27/2026 02:10:03`, `11/27/26 02:10:03`.
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s{1,2})?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.:,]\d{1,6})?(?:\s?[ap]m)?"
_DATE = (
    rf"(?:{_DAY}\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{_DAY}\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}|{_MONTH}/\d{{1,2}}/\d{{4}}"
    rf"|{_DAY}{_MONTH}\s{{1,2}}\d{{1,2}},?(?:\s\d{{4}})?|{_DAY}\d{{1,2}}[\s-]{_MONTH}[\s-]\d{{4}}"
    r"|\d{4}年\d{1,2}月\d{1,2}日(?:\s?星期.)?)"
)
_ZONE = r"(?:\s?[+-]\d{2}:?\d{2})?(?:\s?\(?[A-Za-z]{1,10}\)?(?:[+-]\d{2}:?\d{2})?)?(?:\sDST)?"
_STAMP = rf"[*.]?(?:{_DATE}[,\sT]?\s?{_CLOCK}{_ZONE}(?:\s\d{{4}})?|{_CLOCK}{_ZONE}\s{_DATE})"
_ALONE = re.compile(rf"\s*(?:[!#;:]{{1,2}}\s*)?(?:[^\W\d][\w ]{{0,24}}[::]\s*)?{_STAMP}\s*$", re.I)
_REMARK = re.compile(r"\s*(?:[!#;]|//|/\*|<!--|:\s)")
_DATED = re.compile(rf"(?<![\w.]){_STAMP}", re.I)
_LONGEST = 300  # a stamp or a message is short
_HEAD, _TAIL = 25, 6

_ALWAYS = re.compile(
    r"""\s*(?:
      Building\ configuration | Current\ configuration\s*: | Using\ \d+\ out\ of\ \d+\ bytes | ntp\ clock-period\s\d
    | [!\#;:]+\s?(?:(?:The\ )?(?:last|current)\ (?:configuration|config|change|commit|saved|modified)|NVRAM\ config
        |No\ configuration\ change|Running\ configuration\ last|Startup\ config\ saved|Time:|Generated|(?:system\ )?up\s?time
        |current\ SNTP|-?\ ?local\ time|timestamp|created:|on\ terminal|configuration\ (?:saved|timestamp))
    | (?:system\ )?up\s?time(?:\ is\b|\s*:)
    | Load\ for\ five\ secs: | Time\ source\ is\b | (?:The\ )?current\ (?:system\ )?time\ is\b
    | \{(?:master|backup|primary|secondary|linecard|hold|lost|disabled|ineligible)[\w-]*(?::\w+)?\}(?:\[edit.{0,200}\])?\s*$
    | [!\#;]+\s?(?=.{0,80}\b(?:role|state|status|stack|unit|member|slot|node)\b)(?=.{0,80}\b(?:master|standby|active|slave|primary|secondary|commander)\b)
    | \#?\s?private-encryption-key=
    | <last_rule_upd_time>
    | \#\s(?:inactive\ time|received\ packet\ from|poe-out\ status|firmware\ upgraded|managed\ by\ capsman|channel:
        |\S{1,64}\ not\ (?:ready|running)|.{0,80}please\ restart\ the\ device)                          # RouterOS
    )""",
    re.I | re.X,
)  # fmt: skip
_STARTS = frozenset("!#;:{<nsuNSUBCLT")
# A sentence about the configuration with a date in it is a stamp without a comment's mark, too.
_SAID = re.compile(
    r"(?=.{0,80}\b(?:configuration|config|settings)\b)(?=.{0,120}\b(?:changed|modified|saved|updated|written|generated|exported)\b)",
    re.I,
)


def volatile_lines(lines: Sequence[str], recipe: Recipe) -> set[int]:
    """The places (from 0) of the lines that change by themselves."""
    own, distinct = _any_of(recipe.volatile), set(lines)
    kinds = {line for line in distinct if own.search(line)} if own else set()
    if recipe.structure is Structure.FILES:  # what stands in a file somebody or something wrote there
        return _places_of(kinds, lines)
    starting = [line for line in distinct if (plain := line.lstrip()) and plain[0] in _STARTS]
    kinds.update(line for line in starting if _ALWAYS.match(line) and len(line.lstrip()) <= _LONGEST)
    last = len(lines)
    edges = {*range(min(_HEAD, last)), *range(max(0, last - _TAIL), last)}
    return _places_of(kinds, lines) | {place for place in edges if _is_volatile_at_an_edge(lines[place].lstrip())}


def _places_of(kinds: set[str], lines: Sequence[str]) -> set[int]:
    return {place for place, line in enumerate(lines) if line in kinds} if kinds else set()


def _is_volatile_at_an_edge(plain: str) -> bool:
    if not plain or len(plain) > _LONGEST:
        return False
    return _ALWAYS.match(plain) is not None or _is_stamp(plain)


def _is_stamp(line: str) -> bool:
    if _ALONE.match(line):
        return True
    told = _REMARK.match(line) or (_SAID.match(line) and not _NAMED.match(line))
    return bool(told) and _DATED.search(line) is not None


@lru_cache(maxsize=200)
def _any_of(patterns: tuple[re.Pattern[str], ...]) -> re.Pattern[str] | None:
    """One pattern for many: a line is looked at once."""
    return re.compile("|".join(f"(?:{pattern.pattern})" for pattern in patterns)) if patterns else None


# Messages of the log that a device writes between the lines of its answer, or into one of them.
_MON = rf"(?i:{_MONTH})\s{{1,2}}\d{{1,2}}"
_TIME = r"\d{2}:\d{2}:\d{2}"
_LOGGED = re.compile(
    rf"""
      %[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+){{0,4}}-[0-7]-[A-Z0-9_]+\s*:                 # Cisco, Ruijie, Arista, Maipu
    | %[A-Z][A-Z0-9_]{{1,30}}-[AEWIFNCD]-[A-Za-z0-9_]{{1,40}}:                        # small Cisco, Dell, D-Link
    | <(?:Crit|Erro|Warn|Noti|Info|Summ|Verb|Debug?):[\w.]{{2,60}}>                  # EXOS
    | ^\s*[%*.\[]?(?i:{_STAMP})[:.,\d]{{0,8}}\]?\s*[:,]?\s{{1,3}}(?!by\b)\S{{1,64}}\s{{1,3}}\S{{1,64}}\s{{1,3}}\S  # begins with a time
    | ^\*{{3}}\ (?:---\ SHUTDOWN\ in|Message\ from\ tty)\ ?\d                        # IOS
    | ^\s*The\ system\ is\ going\ down\ for\b
    | %%\d\d\w{{1,40}}/[0-7]/\w+                                                  # Huawei
    | {_MON}\s(?:\d{{4}}\s)?{_TIME}[.:,]?\d{{0,3}}(?:[+-]\d\d:?\d\d)?\s(?:\d{{4}}\s)?\S{{1,64}}\s[%\w-]{{1,40}}/[0-7]/\w+   # Comware
    | {_MON}\s(?:\d{{4}}\s)?{_TIME}[.\d]{{0,7}}\s\S{{1,64}}\s[\w/.-]{{1,40}}\[\d{{1,7}}\]:                # syslog
    | \d{{4}}-\d\d-\d\dT{_TIME}\S{{0,20}}\s\S{{1,64}}\s[\w/.-]{{1,40}}\[\d{{1,7}}\]:                      # AOS-CX
    | ^\s*(?:SYSLOG:\s*)?<\d{{1,3}}>\s?(?:{_MON}|\d)                                # FastIron, Dell
    | ^\s*[IWDEM]\s\d\d/\d\d/\d\d\s{_TIME}\s\d{{5}}\s                               # ProCurve
    | ^\s*{_TIME}\secho:\s                                                          # RouterOS
    | ^\s*An?\s(?:alarm|notification)\s.{{1,60}}(?:occurred|cleared|sent)\s         # ZXR10
    | ^\s*Message\ from\ syslogd@ | ^\s*Broadcast\ [Mm]essage\ from\s               # Junos, Linux
    | {_TIME},?\s.{{0,40}}\b(?:EMERG|ALERT|CRIT|ERR|WARN|NOTI|INFO|DEBUG)[A-Z]{{0,6}}@  # Hillstone
    """,
    re.X,
)  # fmt: skip
# Every message has one of these; each is looked for as plain text, or by its first character, because few lines have any.
_HINTS = tuple(map(re.compile, (
    "%", r":\d\d:\d\d", "essage from ", "n alarm ", "n notification ", r"\n[^\S\n]*+<\d", "SYSLOG", r"<\w{4,5}:", r"\*\*\* ",
    "s going down for ",
)))  # fmt: skip
# A configuration may name messages too: what is to be done about them, and texts for people.
_NAMED = re.compile(
    r"\s*(?:event|logging|syslog|action|description|remark|match|banner|alias|regex|!|set\s\S+|.{0,60}\bpattern)\s",
    re.I,
)
_QUOTED = re.compile(r'"[^"\n]*"')
_STAMPED = re.compile(rf"{_TIME}.{{0,80}}?(?:%|/[0-7]/)")


def log_message_in(output: str) -> str:
    """The first line that is, or holds, a message of the device's log; empty where none does."""
    hinted = {output.rfind("\n", 0, hint.start() + 1) + 1 for pattern in _HINTS for hint in pattern.finditer(output)}
    for start in sorted(hinted):
        end = output.find("\n", start)
        line = output[start : end if end >= 0 else len(output)]
        if len(line) <= 10 * _LONGEST and _is_logged(line):
            return line.strip()
    return ""


def _is_logged(line: str) -> bool:
    """Whether it is no text of the configuration that only names a message: in quotes, or after a word for such texts."""
    if not _LOGGED.search(_QUOTED.sub('""', line)) or _ALONE.match(line):
        return False
    return not _NAMED.match(line) or _STAMPED.search(line) is not None
