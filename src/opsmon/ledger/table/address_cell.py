"""The address cell of a ledger: what people and spreadsheets make of an address, and the addresses that are meant."""

import ipaddress
import re
from dataclasses import dataclass

from opsmon.config.inventory.address import is_address, is_host_name, meant_by, never_a_device
from opsmon.ledger.columns import halfwidth
from opsmon.ledger.table.raw_table import NumberText
from opsmon.text.bilingual import Text
from opsmon.text.count import counted
from opsmon.text.near_miss import shown

NUMBER_HINT = "where a spreadsheet took an address for a number, format the column as text and type it again"
MAX_RANGE = 1024  # addresses in one cell
_V4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_RANGE = re.compile(rf"({_V4})\s*(?:-|~|～|—|–|至|到|to)\s*({_V4}|\d{{1,3}})", re.IGNORECASE)
_URL = re.compile(r"(?:https?|rtsp|telnet|ssh)://(\[[^\]]+\]|[^/\s:\[\]]+).*", re.IGNORECASE)
_SEVERAL = re.compile(r"[\s,，;；、|/\\]+")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of a cell. With more than one the row stands for as many devices. `others` are further addresses
    of the same device; `told` is what was changed; `wrong` says why there is none."""

    found: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    told: Text | None = None
    wrong: str = ""
    hint: str = ""


def read_addresses(cell: str) -> Addresses:
    """What a cell means, as far as it can be told; nothing is guessed that an address could be lost by."""
    if isinstance(cell, NumberText):
        return Addresses(wrong=f"{cell} is a number, no address", hint=NUMBER_HINT)
    text = halfwidth(cell).replace("。", ".").replace("．", ".").replace("｡", ".").strip()
    if url := _URL.fullmatch(text):
        text = url.group(1).strip("[]")
    if found := _RANGE.fullmatch(text):
        return _range(found.group(1), found.group(2))
    host = _without_mask(text)
    parts = [host] if host else [part for part in _SEVERAL.split(text) if part]
    several = [_clean(part) for part in parts]
    if len(several) > 1 and all(is_address(part) for part in several):
        told = Text(f"more addresses in one cell: {several[0]} is asked", f"一格有多个地址：使用 {several[0]}")
        return Addresses((several[0],), tuple(several[1:]), told)
    clean = _clean(host or text)
    if not (is_address(clean) or is_host_name(clean)) or never_a_device(clean):
        return _refused(clean)
    return Addresses((clean,), (), Text(f"{cell} → {clean}") if clean != cell else None)


def _refused(text: str) -> Addresses:
    if reason := never_a_device(text):
        return Addresses(wrong=f"{shown(text)} can be no device's address", hint=reason)
    if "/" in text:
        return Addresses(wrong=f"{shown(text)} is a network, not one address", hint="write `first-last` for a range")
    if re.fullmatch(r"[\d.]+", text):
        return Addresses(wrong=f"{shown(text)} is no IPv4 address", hint=NUMBER_HINT)
    if hint := meant_by(text):
        return Addresses(wrong=f"{shown(text)} is no IPv4 address", hint=hint)
    return Addresses(wrong=f"{shown(text)} is no IPv4 address, IPv6 address or host name")


def _clean(text: str) -> str:
    """IPv4 without the zeros that people put in front (`192.168.001.010`), which other programs take for octal."""
    if re.fullmatch(_V4, text):
        return ".".join(str(int(part)) for part in text.split("."))
    return text


def _without_mask(text: str) -> str:
    """The host of `192.0.2.10/24` (the mask of its network is written with it); "" for a network or anything else."""
    address, slash, mask = text.partition("/")
    if not slash:
        return ""
    try:
        interface = ipaddress.ip_interface(f"{_clean(address.strip())}/{mask.strip()}")
    except ValueError:
        return ""
    alone = interface.network.prefixlen >= interface.max_prefixlen - 1
    return str(interface.ip) if alone or interface.ip != interface.network.network_address else ""


def _range(first: str, last: str) -> Addresses:
    first = _clean(first)
    last = _clean(last) if "." in last else f"{first.rpartition('.')[0]}.{int(last)}"
    written = f"{first}-{last}"
    if not (is_address(first) and is_address(last)):
        return Addresses(wrong=f"`{written}` is no range of addresses")
    low, high = int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last))
    if not low <= high < low + MAX_RANGE:
        return Addresses(wrong=f"`{written}` is no range of up to {MAX_RANGE} addresses", hint="the lower one first")
    found = tuple(str(ipaddress.IPv4Address(number)) for number in range(low, high + 1))
    for address in found:
        if reason := never_a_device(address):
            return Addresses(wrong=f"`{written}` holds {address}, no device's address", hint=reason)
    told = Text(f"{written}: {counted(len(found), 'devices')}", f"{written}：{len(found)} 台设备")
    return Addresses(found, (), told)
