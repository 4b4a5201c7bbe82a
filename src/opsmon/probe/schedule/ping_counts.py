"""What became of the pings of a device that is pinged each second: a scrape sees the last of sixty, counters see all.

Confirmations are not counted, and a ping that our own fault kept from leaving or coming home is neither sent nor lost.
"""

from array import array
from dataclasses import dataclass, replace
from functools import lru_cache

from opsmon.model.name import CheckName
from opsmon.model.sample import Reading, Sample, SeriesBlock, SeriesKey
from opsmon.probe.kind.labels import check_labels
from opsmon.protocol.icmp.echo import Echo

COUNTED_FROM_PERIOD_S = 5.0  # and below
SERIES = ("ping_sent_total", "ping_lost_total", "ping_rtt_seconds_total")


@lru_cache(maxsize=256)
def _block(check: CheckName) -> SeriesBlock:
    labels = check_labels(check)
    return SeriesBlock(tuple(SeriesKey(name, labels) for name in SERIES))


@dataclass(slots=True)
class SentAndLost:
    """Since the daemon's start; `rtt_s` is the sum over those that came back."""

    sent: int = 0
    lost: int = 0
    rtt_s: float = 0.0

    def counted(self, sample: Sample, verdict: object) -> Sample:
        """Counts a ping; its sample, with the counters among its readings."""
        if isinstance(verdict, Echo):
            self.rtt_s += verdict.rtt_s
        if sample.outcome.measured:
            self.sent += 1
            self.lost += not isinstance(verdict, Echo)
        values = array("d", (self.sent, self.lost, self.rtt_s))
        return replace(sample, readings=(*sample.readings, Reading(_block(sample.check), values)))
