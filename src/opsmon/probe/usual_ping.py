"""The usual ping, prepared once a check: one echo to an address that nobody has to look up, judged by its coming back.

A fleet is mostly pinged so. Such pings are sent and brought home together (`schedule/ping_sweep.py`), and their samples
are the very ones that the check made alone would bring.
"""

from array import array
from datetime import datetime
from math import nan
from typing import NamedTuple

from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import Outcome, Reading, Sample, SeriesBlock
from opsmon.protocol.icmp.echo import Echo


class UsualPing(NamedTuple):
    """`common` and `block` are the series of every check and of a ping; `way` the version of IP and the hash of the
    address, as every check shows them."""

    device: DeviceName
    check: CheckName
    address: str
    timeout_s: float
    size_bytes: int
    common: SeriesBlock
    block: SeriesBlock
    way: tuple[float, float]

    def sample_of(self, echo: Echo, started_at: datetime, at: datetime, duration_s: float) -> Sample:
        """The sample of an echo that came back."""
        rtt_s, hop_limit, setup_s = echo
        version, hashed = self.way
        common = array("d", (1.0, duration_s, self.timeout_s, version, hashed, 0.0))
        values = array("d", (0.0, setup_s, rtt_s, nan if hop_limit is None else hop_limit))
        readings = (Reading(self.common, common), Reading(self.block, values))
        return Sample(self.device, self.check, Outcome.OK, started_at, at, duration_s, "", readings)
