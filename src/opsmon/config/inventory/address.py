"""Addresses of devices: IPv4, IPv6 or a host name."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator

from opsmon.spec import wrong
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import question, shown

MAX_HOST_NAME_CHARS = 253
_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMERIC = re.compile(r"[0-9./:]+")
# The last part of what was meant as an IPv4 address: `1o`, `l`, `x`, `1-5`, `*`.
_NEARLY_NUMBER = re.compile(r"[0-9oOlIxX*-]+|[0-9]\S*|[A-Za-z]", re.ASCII)
_LETTERS_FOR_DIGITS = str.maketrans("oOlI", "0011")
_THIS_MACHINE = ipaddress.ip_network("0.0.0.0/8")
_RESERVED = ipaddress.ip_network("240.0.0.0/4")
_BROADCAST = ipaddress.ip_address("255.255.255.255")
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_host_name(text: str) -> bool:
    """Whether a text may be a host name (RFC 1123, underscores let through as DNS does).

    What is nearly an IPv4 address is none: no top-level domain has a digit (RFC 3696, 2), and `192.168.1.1o` would be
    asked of the name server for ever.
    """
    labels = text.removesuffix(".").split(".")
    fits = len(text) <= MAX_HOST_NAME_CHARS and all(_LABEL.fullmatch(label) for label in labels)
    return fits and not labels[-1].isdigit() and not is_nearly_ipv4(text)


def is_nearly_ipv4(text: str) -> bool:
    """Whether a text is four numbers with a slip in one of them, or begins every of four parts with a digit."""
    labels = text.removesuffix(".").split(".")
    if len(labels) != 4 or all(label.isdigit() for label in labels):
        return False
    others = [label for label in labels if not label.isdigit()]
    return all(label[:1].isdigit() for label in labels) or (
        len(others) == 1 and _NEARLY_NUMBER.fullmatch(others[0]) is not None
    )


def meant_by(text: str) -> str:
    """A hint for what is nearly an IPv4 address; "" where nothing is close."""
    if not is_nearly_ipv4(text):
        return ""
    first, _, last = text.rpartition(".")[2].partition("-")
    if first.isdigit() and last.isdigit():
        return "a range of addresses belongs in `ranges:`"
    repaired = text.translate(_LETTERS_FOR_DIGITS)
    return (
        question(repaired)
        if is_address(repaired)
        else Sentence("an IPv4 address is four numbers of 0 to 255", "IPv4 地址是四个 0 至 255 的数")
    )


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address (a zone such as `%eth0` may follow a link-local one)."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def never_a_device(text: str) -> str:
    """Why an address can be no device's; empty for one that can, and for a host name."""
    try:
        written = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = getattr(written, "ipv4_mapped", None)
    address: ipaddress.IPv4Address | ipaddress.IPv6Address = mapped or written
    no_zone = isinstance(written, ipaddress.IPv6Address) and written.is_link_local and not written.scope_id
    reasons = (
        (
            address in _THIS_MACHINE or address.is_unspecified,
            Sentence("it means this machine itself (RFC 1122)", "它指本机自身（RFC 1122）"),
        ),
        (address.is_multicast, Sentence("it is a multicast address", "它是组播地址")),
        (address == _BROADCAST, Sentence("it is the broadcast address", "它是广播地址")),
        (address in _RESERVED, Sentence("it is reserved (RFC 1112, 4)", "它是保留地址（RFC 1112, 4）")),
        (
            no_zone,
            Sentence(
                "a link-local address needs its interface, such as `fe80::1%eth0`",
                "链路本地地址需注明接口，例如 `fe80::1%eth0`",
            ),
        ),
    )
    return next((reason for holds, reason in reasons if holds), "")


def check_address(text: str) -> str:
    """The text when it is an address or a host name; raises a pydantic error else."""
    if reason := never_a_device(text):
        raise wrong(Sentence(f"{shown(text)} can be no device's address", f"{shown(text)} 不能是设备地址"), reason)
    if is_address(text) or is_host_name(text):
        return text
    if "/" in text:
        raise wrong(
            Sentence(f"{shown(text)} is a network, not one address", f"{shown(text)} 是网段，不是单个地址"),
            Sentence("a network belongs in `ranges:`", "网段应写在 `ranges:` 中"),
        )
    if _NUMERIC.fullmatch(text):
        raise wrong(Sentence(f"{shown(text)} is no IPv4 or IPv6 address", f"{shown(text)} 不是 IPv4 或 IPv6 地址"))
    if hint := meant_by(text):
        raise wrong(Sentence(f"{shown(text)} is no IPv4 address", f"{shown(text)} 不是 IPv4 地址"), hint)
    raise wrong(
        Sentence(
            f"{shown(text)} is no IPv4 address, IPv6 address or host name",
            f"{shown(text)} 不是 IPv4 地址、IPv6 地址或主机名",
        )
    )


Address = Annotated[str, AfterValidator(check_address)]
