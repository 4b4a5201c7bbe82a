"""A shell's channel that tells a session that was cut from one that stalls, as soon as either can be known.

netmiko polls and waits for its time-out; this waits in `recv`, which comes back at once when the session ends.
"""

import codecs
from typing import Any

from netmiko.channel import SSHChannel

from opsmon.bounds import GREETING_CHARS
from opsmon.errors import BackupError
from opsmon.text.bilingual import Sentence

CHUNK_BYTES, HEARD_CHARS = 65_536, 4_000
_NEXT_LINE = "\x1bE"  # ECMA-48 NEL: how ProCurve ends a line


SESSION_CUT = Sentence("the session was cut", "会话中断")


class CutError(Exception):
    """The session ended while more was expected."""


class StallError(Exception):
    """The session is open and nothing comes."""


class WatchedChannel(SSHChannel):
    """Reads and writes text. Raises CutError and StallError; never gives an empty answer for an end."""

    def __init__(self, conn: Any, encoding: str) -> None:
        super().__init__(conn, encoding)
        self._shell = conn
        self.heard = ""  # the last of what netmiko read
        self._room_chars = GREETING_CHARS  # netmiko searches all that it has read anew for each piece of it
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def receive(self, timeout_s: float) -> str:
        """What came, at once when something is there, else within the time. Raises CutError, StallError."""
        self._shell.settimeout(timeout_s)
        try:
            data: bytes = self._shell.recv(CHUNK_BYTES)
        except TimeoutError:
            raise StallError(f"nothing came for {timeout_s:g} s") from None
        except OSError:
            raise CutError(SESSION_CUT) from None
        if not data:
            raise CutError(SESSION_CUT)
        return self._decoder.decode(data).replace(_NEXT_LINE, "\r\n")

    def send(self, text: str) -> None:
        """Writes it all. Raises CutError."""
        try:
            self._shell.sendall(text.encode("utf-8", "surrogateescape"))
        except OSError:
            raise CutError(SESSION_CUT) from None

    def read_buffer(self) -> str:
        """netmiko's door: what is there now, possibly nothing; raises where nothing will come any more."""
        if self._shell.recv_ready():
            part = self._decoder.decode(self._shell.recv(CHUNK_BYTES))
            self.heard = (self.heard + part)[-HEARD_CHARS:]
            self._room_chars -= len(part)
            if self._room_chars < 0:
                raise BackupError(
                    Sentence(
                        "the device does not stop talking before its first prompt: no configuration is so long",
                        "设备在首个提示符之前输出不止：配置不会这么长",
                    )
                )
            return part
        if self._shell.closed or self._shell.eof_received or not self._shell.get_transport().is_active():
            raise CutError(SESSION_CUT)
        return ""

    def write_channel(self, out_data: str) -> None:
        self.send(out_data)
