"""How we speak to people."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Voice:
    """Language of the sentences (`zh` or `en`), zone of the times in them, and where our console is."""

    language: str = "en"
    timezone: ZoneInfo = UTC_ZONE
    console_url: str = ""
