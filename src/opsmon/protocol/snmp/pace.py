"""How long an agent is waited for: by what the check allows, and by how fast this agent was seen to be.

Promises: a quick agent that falls silent is given up within the default wait; a slow one is waited for as long as
it was seen to take, so that a request is not sent again while its answer is under way; no wait goes beyond the check's
time-out.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from math import inf

from opsmon.protocol.liveness import Liveness

# RFC 6298, 2: weights of the smoothed time and of its variation, and how many variations are waited beyond.
_SMOOTHING, _VARIATION, _VARIATIONS = 1 / 8, 1 / 4, 4.0
NOTABLE_S = 0.1  # quicker answers say nothing that a wait depends on
_MAX_S = 30.0
ATTEMPTS_OF_ONE_OBJECT = 2  # of an agent that has answered others in the same poll
# Of the wait that a check sets, what a single object is given once the agent has answered others.
_SHARE_OF_ONE_OBJECT = 0.25


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long each attempt of one request waits for its answer; their number is how often it is asked. One that
    `asks_once` waits for as long as all of them, until the agent has answered anything.

    Three seconds in all: with the confirmations of the state room (6.5 s) a dead agent is declared within ten.
    """

    attempts_s: tuple[float, ...] = (0.5, 1.0, 1.5)
    asks_once: bool = False


@dataclass(slots=True)
class ResponseTimes:
    """The smoothed time that an agent takes to answer, kept between polls (RFC 6298, 2)."""

    smoothed_s: float = 0.0
    variation_s: float = 0.0

    def observe(self, took_s: float) -> None:
        """An answer came `took_s` after its request was first sent."""
        if not self.smoothed_s:
            self.smoothed_s, self.variation_s = took_s, took_s / 2
            return
        self.variation_s += _VARIATION * (abs(self.smoothed_s - took_s) - self.variation_s)
        self.smoothed_s += _SMOOTHING * (took_s - self.smoothed_s)

    @property
    def wait_s(self) -> float:
        """How long an answer may take before it is missed."""
        return min(self.smoothed_s + _VARIATIONS * self.variation_s, _MAX_S)


@dataclass(slots=True)
class Terms:
    """What one poll of an agent may take, and what came of it so far.

    `deadline_s` is a time of the loop, after which nothing is asked. `silence_s` is how long a silent agent is waited
    for, where the check sets it, and `retries` how often a request is sent again. `contact` is told whatever came.
    """

    deadline_s: float = inf
    silence_s: float | None = None
    retries: int | None = None
    contact: Liveness = field(default_factory=Liveness)
    ran_out: bool = False  # the deadline came before the poll was through


def waits_of(retry_policy: RetryPolicy, pace: ResponseTimes, terms: Terms) -> tuple[float, ...]:
    """The waits for one request, one for each attempt."""
    scale = max(1.0, pace.wait_s / retry_policy.attempts_s[0]) if pace.smoothed_s else 1.0
    waits = _waits(retry_policy.attempts_s, scale, terms.retries, terms.silence_s, answered=terms.contact.answered)
    return (sum(waits),) if retry_policy.asks_once and not terms.contact.answered else waits


@lru_cache(maxsize=64)
def _waits(
    attempts_s: tuple[float, ...], scale: float, retries: int | None, silence_s: float | None, *, answered: bool
) -> tuple[float, ...]:
    """Remembered: of quick agents, that is nearly always, they are the same."""
    least_s = sum(attempts_s) if silence_s is None else silence_s
    if retries is not None:
        attempts_s = tuple(attempts_s[0] * (number + 1) for number in range(retries + 1))
    if answered:
        attempts_s = attempts_s[:ATTEMPTS_OF_ONE_OBJECT]
        least_s = (silence_s or 0.0) * _SHARE_OF_ONE_OBJECT
    waits = [wait_s * scale for wait_s in attempts_s]
    waits[-1] += max(0.0, least_s - sum(waits))
    return tuple(waits)
