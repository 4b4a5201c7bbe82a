"""`http:` of `opsmon.yaml`: where the daemon's one port is, and what commands need."""

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from opsmon.model.secret import Secret
from opsmon.spec import SecretField, Spec, wrong

DEFAULT_LISTEN = "127.0.0.1:9876"


def is_loopback(host: str) -> bool:
    """Whether the text is an address of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Without a token there are no commands, and beyond loopback no reading either."""

    host: str = "127.0.0.1"
    port: int = 9876
    token: Secret | None = None
    root: Path | None = None  # of the daemon, or of the command that asks it; None where nobody holds them together

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can come in; a name other than `localhost` may lead anywhere."""
        return self.host == "localhost" or is_loopback(self.host)

    @property
    def url(self) -> str:
        """Where a client on this machine finds the daemon."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def _check_listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port[:6]) <= 65535):
        raise wrong("not an address to listen on", "such as `127.0.0.1:9876` or `[::1]:9876`; port 0 takes a free one")
    return text


class HttpSpec(Spec):
    """`http:`"""

    listen: Annotated[str, AfterValidator(_check_listen)] = DEFAULT_LISTEN
    token: SecretField | None = None

    def resolve(self, root: Path | None = None) -> HttpSettings:
        """The settings that the piece describes, of this root."""
        host, _, port = self.listen.rpartition(":")
        return HttpSettings(host.strip("[]"), int(port), self.token, root)
