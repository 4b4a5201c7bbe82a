"""`http:` of `opsmon.yaml`: where the daemon's one port is, and what commands need."""

import ipaddress
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from opsmon.access.oidc.settings import OidcSettings, OidcSpec
from opsmon.errors import ConfigError
from opsmon.model.secret import Secret
from opsmon.spec import SecretField, Spec, text_schema, wrong
from opsmon.text.near_miss import shown
from opsmon.web.identity import dialled

DEFAULT_LISTEN = "127.0.0.1:9876"
USUAL_NAME = "token"  # of the one that `http.token` gives
MIN_LINK_KEY = 32
MAX_TOKENS = 200  # each request with a token is compared with all of them
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_URL = re.compile(r"[!-~]{1,500}")
PUBLIC_URL = text_schema(r"^https?://[^\s?#]+$", "not an address for browsers", "https://monitor.example/opsmon")


def is_loopback(host: str) -> bool:
    """Whether the text is an address of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class NamedToken:
    """A bearer token, and whose it is: the name stands in the journal beside what was commanded with it."""

    name: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class PortSettings:
    """Without a token there are no commands, and beyond loopback no reading either.

    `token` is one without a name, `tokens` have names. From `proxies` X-Forwarded-For and -Proto are believed.
    """

    host: str = "127.0.0.1"
    port: int = 9876
    token: Secret | None = None
    root: Path | None = None  # of the daemon, or of the command that asks it; None where nobody holds them together
    tokens: tuple[NamedToken, ...] = ()
    proxies: tuple[Network, ...] = ()
    oidc: OidcSettings | None = None
    link_key: Secret | None = None  # by which links in messages are signed, where several daemons share a store
    public_url: str = ""  # under which people's browsers reach it, without a slash at the end; "" where nobody said

    @property
    def known_tokens(self) -> tuple[NamedToken, ...]:
        """All that open the door; the one of `http.token` is named `token`."""
        return self.tokens if self.token is None else (NamedToken(USUAL_NAME, self.token), *self.tokens)

    def trusts(self, address: str) -> bool:
        """Whether the address is one of a proxy that says for whom it asks."""
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        inner = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
        return any((inner or parsed) in network for network in self.proxies)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can come in; a name other than `localhost` may lead anywhere."""
        return self.host == "localhost" or is_loopback(self.host)

    @property
    def url(self) -> str:
        """Where a client on this machine finds the daemon."""
        host = dialled(self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def _check_listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port[:6]) <= 65535):
        raise wrong("not an address to listen on", "such as `127.0.0.1:9876` or `[::1]:9876`; port 0 takes a free one")
    return text


def _check_token_name(text: str) -> str:
    """It stands in the journal before an `@`."""
    if not _NAME.fullmatch(text):
        raise wrong("not a name for a token", "up to 60 ASCII letters, digits, `.`, `_` and `-`, such as `duty-desk`")
    return text


def _check_proxy(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise wrong("not an address or network of a proxy", "such as `127.0.0.1` or `10.1.2.0/24`") from None
    return text


def check_public_url(text: str) -> str:
    """Links and forms are made with it, and a browser's word of where it comes from is compared with it."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    is_plain = not (parts.query or parts.fragment or parts.username or parts.password) and port != 0
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain or not _URL.fullmatch(text):
        raise wrong("not an address for browsers", "such as `https://monitor.example/opsmon`")
    return text.rstrip("/")


_TOKEN_NAME = text_schema(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$", "up to 60 ASCII letters, digits, `.`, `_` and `-`")


class TokenSpec(Spec):
    """One of `http: {tokens: [...]}`"""

    name: Annotated[str, AfterValidator(_check_token_name), _TOKEN_NAME]
    """Whose it is: the journal writes it beside each command · 持有人，写入日志"""
    token: SecretField
    """The token, as a reference · 令牌（写引用）"""


def _check_tokens(tokens: list[TokenSpec]) -> list[TokenSpec]:
    names = [one.name for one in tokens]
    for name in names:
        if names.count(name) > 1:
            raise wrong(f"two tokens are named {shown(name)}", "the journal tells people apart by these names")
    return tokens


_LISTEN = text_schema(r"^.+:[0-9]{1,5}$", "not an address to listen on, such as 127.0.0.1:9876", DEFAULT_LISTEN)


class PortSpec(Spec):
    """`http:`"""

    listen: Annotated[str, AfterValidator(_check_listen), _LISTEN] = DEFAULT_LISTEN
    """Address and port; 127.0.0.1:9876 unless told · 监听地址和端口"""
    token: SecretField | None = None
    """What commands have to show, as a reference; without one there are no commands · 命令的令牌（写引用）"""
    tokens: Annotated[list[TokenSpec], Field(max_length=MAX_TOKENS), AfterValidator(_check_tokens)] = Field(
        default_factory=list
    )
    """Tokens of people by their names, so that the journal says who gave a command · 各人的令牌"""
    trusted_proxies: list[Annotated[str, AfterValidator(_check_proxy)]] = Field(default_factory=list)
    """Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed · 信任的代理"""
    link_key: SecretField | None = None
    """Signs links, for daemons that share a store: a reference to at least 32 characters · 链接的签名密钥（写引用）"""
    public_url: Annotated[str, AfterValidator(check_public_url), PUBLIC_URL] = ""
    """The address under which browsers reach the port through a proxy: of links, and of forms · 浏览器访问的地址"""

    oidc: OidcSpec | None = None
    """Sign-in through an OpenID provider; it sends browsers back to `public_url` · 统一身份认证（OIDC）"""

    @model_validator(mode="after")
    def _oidc_leads_back(self) -> "PortSpec":
        """A provider sends browsers only to an address that it was told beforehand."""
        if self.oidc is not None and not self.public_url:
            raise wrong("`oidc` needs `public_url`", "the address of this console that the provider sends browsers to")
        return self

    @model_validator(mode="after")
    def _link_key_is_long(self) -> "PortSpec":
        """Who guesses it can acknowledge in anybody's name."""
        with suppress(ConfigError):  # a reference that led nowhere is told of by the loader
            if self.link_key is not None and len(self.link_key.reveal()) < MIN_LINK_KEY:
                raise wrong(f"a `link_key` of less than {MIN_LINK_KEY} characters", "`openssl rand -hex 32` makes one")
        return self

    @model_validator(mode="after")
    def _tokens_differ(self) -> "PortSpec":
        """One word under two names would say of nobody who it was."""
        seen: dict[str, str] = {}
        for one in self.resolve().known_tokens:
            with suppress(ConfigError):  # a reference that led nowhere is told of by the loader
                first = seen.setdefault(one.secret.reveal(), one.name)
                if first != one.name:
                    raise wrong(f"the tokens {shown(first)} and {shown(one.name)} are the same", "each has its own")
        if self.token is not None and any(one.name == USUAL_NAME for one in self.tokens):
            raise wrong(f"{shown(USUAL_NAME)} is the name of `http.token`", "give that of `tokens` another name")
        return self

    def resolve(self, root: Path | None = None) -> PortSettings:
        """The settings that the piece describes, of this root."""
        host, _, port = self.listen.rpartition(":")
        tokens = tuple(NamedToken(one.name, one.token) for one in self.tokens)
        proxies = tuple(ipaddress.ip_network(one) for one in self.trusted_proxies)
        oidc = None if self.oidc is None else self.oidc.resolve()
        return PortSettings(
            host.strip("[]"), int(port), self.token, root, tokens, proxies, oidc, self.link_key, self.public_url
        )
