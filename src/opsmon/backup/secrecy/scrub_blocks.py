"""Secrets that one line alone does not show: private keys over many lines, and names that are secret in a section.

In FortiOS the community is the `name` of an entry of `config system snmp community`, in RouterOS that of an entry under
`/snmp community`; in Junos it is the name of a block within `snmp { … }`, as that of a group of traps is. A private key
whose beginning or end was cut off is one too.
"""

import re
from collections.abc import Callable

_NAME = r"(?:(?:[A-Z0-9 ]{1,40} )?PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)"
_BEGIN, _END = rf"-{{4,5}} ?BEGIN {_NAME} ?-{{4,5}}", rf"-{{4,5}} ?END {_NAME} ?-{{4,5}}"
_WHOLE = re.compile(rf"(?P<begin>{_BEGIN})(?P<key>(?:(?!{_END}).)*+)(?P<end>(?:{_END})?)", re.DOTALL)
_END_LINE = re.compile(rf"^[ \t]*+{_END}", re.MULTILINE)
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=]{16,}")
_HIDDEN = re.compile(r"<secret-[0-9a-f]{16}>")


def holds_key(text: str) -> bool:
    """Whether there is anything like a private key in it."""
    return "PRIVATE KEY" in text or "Static key" in text


def hide_key_blocks(text: str, placeholder: Callable[[str], str]) -> str:
    """The text with the inside of each private key replaced, and that of one whose other end is missing."""
    if not holds_key(text):
        return text

    def hide(found: "re.Match[str]") -> str:
        if _HIDDEN.fullmatch(found["key"].strip()) or not found["key"].strip():
            return found[0]
        tail = found["end"]
        return f"{found['begin']}\n{placeholder(''.join(found['key'].split()))}\n{tail}"

    return _without_tails(_WHOLE.sub(hide, text), placeholder)


def _without_tails(text: str, placeholder: Callable[[str], str]) -> str:
    """The text without the lines of keys whose beginning is missing: those right before an end.

    Looked for from the end on backwards, so that the work grows with the text alone.
    """
    parts, copied = [], 0
    for found in _END_LINE.finditer(text):
        start = found.start()
        while start > copied:
            before = text.rfind("\n", copied, start - 1) + 1 or copied
            if not _is_key_line(text[before:start]):
                break
            start = before
        if start < found.start():
            key = "".join(text[start : found.start()].split())
            parts += [text[copied:start], placeholder(key), "\n"]
            copied = found.start()
    return "".join((*parts, text[copied:]))


def _is_key_line(line: str) -> bool:
    return line.endswith("\n") and _KEY_LINE.fullmatch(line.lstrip(" \t").rstrip(" \t\r\n")) is not None


_OPEN = re.compile(r"^\s*config\s+(?P<path>\S.*)")
_CLOSE = re.compile(r"^\s*end\s*$")
_FORTINET_NAME = re.compile(r'^\s*set\s+name\s+(?:"(?P<q>[^"\n]+)"?|(?P<w>\S+))')
_JUNOS_SNMP = re.compile(r"^(?P<indent>\s*)snmp\s*\{\s*$")
_JUNOS_COMMUNITY = re.compile(r'^\s*(?:community|trap-group)\s+(?:"(?P<q>[^"\n]+)"|(?P<w>[^\s{";]+))\s*(?:\{|;|$)')
# A menu of RouterOS stands on a line of its own with its entries under it, or before an entry on one line.
_ROUTEROS_COMMUNITIES = re.compile(r"^/snmp[ /]community\b.*(?:\n(?!/).*)*", re.MULTILINE)
_ROUTEROS_NAME = re.compile(r'(?<=\bname=)(?:"(?P<q>[^"\n]+)"?|(?P<w>[^\s"]+))')


def hide_routeros_communities(text: str, placeholder: Callable[[str], str]) -> str:
    """The text with the names of all communities of a RouterOS device replaced."""
    if "/snmp" not in text:
        return text

    def hide(found: "re.Match[str]") -> str:
        return f'"{placeholder(found["q"])}"' if found["q"] else placeholder(found["w"])

    return _ROUTEROS_COMMUNITIES.sub(lambda menu: _ROUTEROS_NAME.sub(hide, menu[0]), text)


_SHADOW = re.compile(r"^[a-z_][\w.\-]*:[^:\s]*:\d*:\d*:\d*:\d*:")
_SHADOW_WORD = re.compile(r"^[a-z_][\w.\-]*:(?P<q>[^:*!x\s][^:\s]+)(?P<w>)")


class SectionTracker:
    """Where in the text we are, as far as it makes a name a secret. Fed each line that may matter, in order."""

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._junos_indent: int | None = None
        self._shadow = False

    def secret_of(self, line: str) -> tuple[int, int] | None:
        """The span of the secret that this line names, given the lines before."""
        if opened := _OPEN.match(line):
            self._paths.append(opened["path"])
        elif _CLOSE.match(line) and self._paths:
            self._paths.pop()
        elif self._paths and self._paths[-1].startswith("system snmp community"):
            return _span(_FORTINET_NAME.match(line))
        return self._junos_secret(line) or self._shadow_secret(line)

    def _shadow_secret(self, line: str) -> tuple[int, int] | None:
        """After one line of shadow(5) a line of a name and a word is one that was cut."""
        if _SHADOW.match(line):
            self._shadow = True
        return _span(_SHADOW_WORD.match(line)) if self._shadow else None

    def _junos_secret(self, line: str) -> tuple[int, int] | None:
        if opened := _JUNOS_SNMP.match(line):
            self._junos_indent = len(opened["indent"])
        elif self._junos_indent is not None:
            if line.strip() and len(line) - len(line.lstrip()) <= self._junos_indent:
                self._junos_indent = None
                return None
            return _span(_JUNOS_COMMUNITY.match(line))
        return None


def _span(found: "re.Match[str] | None") -> tuple[int, int] | None:
    if found is None:
        return None
    return found.span("q") if found["q"] else found.span("w")
