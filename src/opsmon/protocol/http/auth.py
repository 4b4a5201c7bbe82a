"""Answers to authentication challenges: Basic (RFC 7617) and Digest (RFC 7616, and RFC 2617 as old devices have it).

Texts are wire text (see `wire_text`): a realm in GBK goes back, and into the digest, octet by octet as it came.
Used by RTSP and HTTP checks alike. Digest is preferred, SHA-256 before MD5; Basic is only for who offers nothing else.
Pure: the client's nonce is a parameter.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest

from opsmon.bounds import HEADER_FIELD_CHARS
from opsmon.model.secret import Secret
from opsmon.protocol.wire_text import wire_octets, wire_text

# A character of GBK may end in the octet of a backslash, which then escapes nothing.
_GBK_PAIR = r"[\udc81-\udcfe][@-~\udc80-\udcfe]"
# A name begins where none goes on, and nothing that was passed over is looked at again: linear in the header's length.
_PARAMETER = re.compile(
    rf'(?<![A-Za-z0-9_-])([A-Za-z0-9_-]++)\s*+=\s*+(?:"((?:{_GBK_PAIR}|[^"\\]|\\.)*+)"|([^\s,"]++))'
)
_SCHEME = re.compile(r"(?:^|,)\s*(Digest|Basic)\b(?!\s*=)", re.IGNORECASE)
_HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
    "SHA-256": hashlib.sha256,
    "SHA-512-256": lambda data: hashlib.new("sha512_256", data),
}
MAX_CHALLENGES = 8  # header fields that are read of one answer
_PREFERENCE = ("SHA-512-256", "SHA-256", "MD5")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in that a server offers."""

    scheme: str
    parameters: Mapping[str, str]

    @property
    def algorithm(self) -> str:
        return self.parameters.get("algorithm", "MD5").upper()

    @property
    def hash_name(self) -> str:
        return self.algorithm.removesuffix("-SESS")


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks, and with which password."""

    username: str
    password: Secret


def parse_challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """Every Digest and Basic challenge of the first WWW-Authenticate headers; several may share one header."""
    found = []
    for whole in islice(headers, MAX_CHALLENGES):
        header = whole[:HEADER_FIELD_CHARS]
        starts = list(_SCHEME.finditer(header))
        for start, following in zip_longest(starts, starts[1:]):
            text = header[start.end() : following.start() if following else None]
            parameters = {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(text)}
            found.append(Challenge(start[1].lower(), parameters))
    return tuple(found)


def choose_challenge(challenges: Iterable[Challenge]) -> Challenge | None:
    """The strongest that can be answered: Digest with a known hash and `auth` or no qop, else Basic."""
    challenges = tuple(challenges)
    for hash_name in _PREFERENCE:
        for challenge in challenges:
            if challenge.scheme == "digest" and challenge.hash_name == hash_name and _is_answerable(challenge):
                return challenge
    return next((challenge for challenge in challenges if challenge.scheme == "basic"), None)


def login_codes(challenge: Challenge, login: Login) -> tuple[str, ...]:
    """The codes in which a device may want name and password, the likelier first (RFC 7616, 4, knows only UTF-8).

    One where it makes no difference: a second try with the same octets would only count as another wrong password.
    """
    given = challenge.parameters
    if (login.username + login.password.reveal()).isascii() or given.get("charset", "").upper() == "UTF-8":
        return ("utf-8",)
    is_utf_8 = not any("\udc80" <= char <= "\udcff" for char in given.get("realm", ""))
    return ("utf-8", "gb18030") if is_utf_8 else ("gb18030", "utf-8")


def coded_login(login: Login, code: str) -> Login:
    """The login as wire text of a code."""
    texts = (wire_text(text.encode(code, "replace")) for text in (login.username, login.password.reveal()))
    username, password = texts
    return Login(username, Secret(password))


def answer_challenge(challenge: Challenge, login: Login, method: str, uri: str, cnonce: str) -> str:
    """The value of the Authorization header for one request."""
    if challenge.scheme == "basic":
        pair = f"{login.username}:{login.password.reveal()}"
        return "Basic " + base64.b64encode(wire_octets(pair)).decode("ascii")
    return "Digest " + _join(_digest_parameters(challenge, login, method, uri, cnonce))


def _digest_parameters(
    challenge: Challenge, login: Login, method: str, uri: str, cnonce: str
) -> list[tuple[str, str, bool]]:
    given = challenge.parameters
    realm, nonce, count = given.get("realm", ""), given.get("nonce", ""), "00000001"
    qop = "auth" if "qop" in given else ""
    secret = _hashed(challenge, f"{login.username}:{realm}:{login.password.reveal()}")
    if challenge.algorithm.endswith("-SESS"):
        secret = _hashed(challenge, f"{secret}:{nonce}:{cnonce}")
    middle = f"{nonce}:{count}:{cnonce}:{qop}" if qop else nonce
    response = _hashed(challenge, f"{secret}:{middle}:{_hashed(challenge, f'{method}:{uri}')}")
    parameters = [
        ("username", login.username, True),
        ("realm", realm, True),
        ("nonce", nonce, True),
        ("uri", uri, True),
        ("response", response, True),
    ]
    if "algorithm" in given:
        parameters.append(("algorithm", given["algorithm"], False))
    if "opaque" in given:
        parameters.append(("opaque", given["opaque"], True))
    if qop:
        parameters += [("qop", qop, False), ("nc", count, False), ("cnonce", cnonce, True)]
    elif challenge.algorithm.endswith("-SESS"):
        parameters.append(("cnonce", cnonce, True))
    return parameters


def _is_answerable(challenge: Challenge) -> bool:
    offered = challenge.parameters.get("qop")
    return offered is None or "auth" in re.split(r"[\s,]+", offered.lower())


def _hashed(challenge: Challenge, text: str) -> str:
    return _HASHES[challenge.hash_name](wire_octets(text)).hexdigest()


def _join(parameters: Iterable[tuple[str, str, bool]]) -> str:
    return ", ".join(f'{name}="{value}"' if quoted else f"{name}={value}" for name, value, quoted in parameters)
