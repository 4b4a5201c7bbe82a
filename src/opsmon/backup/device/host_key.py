"""Host keys of backups: the first key of a place is trusted, later only that one (`var/known_hosts`)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import paramiko

from opsmon.protocol.host_keys import HostKeyPins, KeyPlace


class Pinned(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
    """Trusts whom the pins trust; asked before the login. A place without an address is behind a jump host."""

    def __init__(self, pins: HostKeyPins, place: KeyPlace) -> None:
        self._pins, self._place = pins, place
        self.refused = False

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        place = self._place
        if place.address:
            place = replace(place, address=str(client.get_transport().getpeername()[0]))
        self.refused = not self._pins.trusts(place, f"{key.get_name()} {key.get_base64()}")
        if self.refused:
            raise paramiko.SSHException("the host key is not the pinned one")

    def preferring(self, open_transport: Callable[..., paramiko.Transport]) -> Callable[..., paramiko.Transport]:
        """Makes transports that ask for a key of the algorithm that is pinned: a device may have several keys."""

        def opened(*given: Any, **named: Any) -> paramiko.Transport:
            transport = open_transport(*given, **named)
            self._prefer_pinned(transport)
            return transport

        return opened

    def _prefer_pinned(self, transport: paramiko.Transport) -> None:
        options = transport.get_security_options()
        pinned = {key.split()[0] for key in self._pins.keys_of(self._place)}
        if "ssh-rsa" in pinned:  # the same key, signed with SHA-2 (RFC 8332, 3)
            pinned |= {"rsa-sha2-256", "rsa-sha2-512"}
        first = [name for name in options.key_types if name in pinned]
        options.key_types = [*first, *(name for name in options.key_types if name not in pinned)]
