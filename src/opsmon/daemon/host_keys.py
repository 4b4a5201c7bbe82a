"""News of SSH host keys: each is a line of the log and an event of the journal, and a changed key an incident."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from opsmon.contract.contract_rules import ContractRules
from opsmon.daemon.backup_obligations import clauses_of
from opsmon.engine.input import RecordHostKey
from opsmon.layout import KNOWN_HOSTS
from opsmon.model.device import Device
from opsmon.model.discovery import Discovery
from opsmon.model.name import ContractId, DeviceName
from opsmon.protocol.host_keys import HostKeyPins, KeyNews, KeyStatus

LOOK_EVERY_S = 5.0
log = logging.getLogger(__name__)
Issue = Callable[[RecordHostKey], Awaitable[object]]
_WORDS = {
    KeyStatus.NEW: "host key of %s, port %d: %s is pinned%s",
    KeyStatus.REFUSED: "host key of %s, port %d: %s is not the pinned one%s: refused",
    KeyStatus.AGAIN: "host key of %s, port %d: the pinned one is shown again (%s)%s",
}


def _log(news: KeyNews) -> None:
    words = _WORDS.get(news.standing)  # that all is well is no news
    if words is not None:
        level = logging.WARNING if news.standing is KeyStatus.REFUSED else logging.INFO
        where = f" at {news.place.address}" if news.place.address else ""
        log.log(level, words, news.place.name, news.place.port, news.fingerprint, where)


class HostKeyNews:
    """Hears the pins of this process, and sees what other processes wrote into their file."""

    def __init__(
        self,
        pins: HostKeyPins,
        issue: Issue,
        devices: Callable[[], Mapping[DeviceName, Device]],
        contracts: Callable[[], Mapping[ContractId, ContractRules]],
    ) -> None:
        self._pins, self._issue, self._devices, self._contracts = pins, issue, devices, contracts
        self._waiting: asyncio.Queue[RecordHostKey] = asyncio.Queue()
        pins.tell = self._hear

    def _hear(self, news: KeyNews) -> None:
        place, name = news.place, DeviceName(news.place.name)
        device = self._devices().get(name)
        if device is not None or place.address or news.standing is not KeyStatus.NEW:
            _log(news)  # a jump host that is no device too; not an address beside a name, nor somebody else's line
        if device is None:
            return
        trusted, again = news.standing is not KeyStatus.REFUSED, news.standing in (KeyStatus.AGAIN, KeyStatus.MET)
        under = "" if trusted else clauses_of(device, self._contracts(), Discovery.HOST_KEY_CHANGED)
        self._waiting.put_nowait(
            RecordHostKey(name, place.port, news.fingerprint, trusted, place.address, again=again, under=under)
        )

    async def run(self) -> None:
        """Journals what is heard, until it is cancelled."""
        while True:
            try:
                self._pins.look()
            except OSError as error:
                log.warning("%s cannot be read: %s", KNOWN_HOSTS, error.strerror)
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._issue(await self._waiting.get())
            except TimeoutError:
                continue
