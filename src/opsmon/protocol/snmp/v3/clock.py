"""Our notion of the clock of one authoritative engine (RFC 3414, 2.2 and 2.3): pure, the time is a parameter.

Promises: only what was authenticated moves the notion by which messages are judged; what an engine says unproved
serves for asking it, until something is proved. We are nobody's authority, so nothing of it is kept over a restart: the
first authenticated answer sets it anew.
"""

from dataclasses import dataclass

from opsmon.protocol.snmp.v3.message import MAX_INT

WINDOW_S = 150  # RFC 3414, 2.2.3


@dataclass(slots=True)
class EngineClock:
    """snmpEngineBoots, snmpEngineTime as of `noted_s` of our own clock, latestReceivedEngineTime."""

    boots: int = 0
    seconds: int = 0
    latest_seconds: int = 0
    noted_s: float = 0.0
    is_proved: bool = False

    def at(self, now_s: float) -> tuple[int, int]:
        """Boots and time of the engine, as far as we know."""
        return self.boots, min(self.seconds + int(now_s - self.noted_s), MAX_INT)

    @property
    def is_spent(self) -> bool:
        """Whether the engine has booted so often that nothing of it is timely any more (RFC 3414, 2.2.2)."""
        return self.is_proved and self.boots == MAX_INT

    def hint(self, boots: int, seconds: int, now_s: float) -> None:
        """What an engine says of itself without a proof."""
        if not self.is_proved:
            self.boots, self.seconds, self.noted_s = boots, seconds, now_s

    def take(self, boots: int, seconds: int, now_s: float) -> bool:
        """An authenticated message says so: whether it is timely (RFC 3414, 3.2, 7b)."""
        if not self.is_proved or boots > self.boots or (boots == self.boots and seconds > self.latest_seconds):
            self.set(boots, seconds, now_s)
        known_boots, known_seconds = self.at(now_s)
        if known_boots == MAX_INT or boots < known_boots:
            return False
        return seconds >= known_seconds - WINDOW_S

    def set(self, boots: int, seconds: int, now_s: float) -> None:
        """Also backwards: for what is proved to be fresh in another way."""
        self.boots, self.seconds, self.latest_seconds, self.noted_s = boots, seconds, seconds, now_s
        self.is_proved = True

    def forget(self) -> None:
        """Judge the next authenticated message as the first; ask by what is known until then."""
        self.is_proved = False
