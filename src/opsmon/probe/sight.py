"""What of the fleet cannot be measured, and whether it is this machine that is blind.

A LOCAL_FAULT blames no device, and so nobody hears of it: a name with a slip in it is never resolved and its device
never watched; an uplink that is gone makes a whole fleet silent. This watch keeps both in sight. Blind is who has such
faults with more devices than have answered since they began. A check that is measured again, whatever it finds, has no
fault of ours any more: a fleet that died while we were blind is told. Nothing of it is a state of a device.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from opsmon.model.name import CheckName, DeviceName
from opsmon.model.sample import LocalCause, Outcome, Sample

MIN_DEVICES = 3
NEARLY_NOBODY = 10  # one in so many
SETTLE_S = 20.0  # after blindness: neighbours and routes beyond ours are found again, and nobody is blamed by then
NEVER_MEASURED_S = 45.0  # told within two minutes of the start, whose first checks are spread over a minute
NOT_MEASURED_S = 90.0
_Key = tuple[DeviceName, CheckName]


@dataclass(slots=True)
class Unmeasured:
    """A check that cannot be made, since when (monotonic seconds), and why by its last run."""

    device: DeviceName
    check: CheckName
    since_s: float
    detail: str
    ever: bool  # whether it was measured before
    told: bool = False

    def is_due(self, now_s: float) -> bool:
        """Whether it has lasted for long enough to be told."""
        age_s = now_s - self.since_s
        return not self.told and (age_s >= NOT_MEASURED_S if self.ever else age_s >= NEVER_MEASURED_S)


class Sight:
    """`note` takes every sample; `is_blind` and `told` are read at any time."""

    def __init__(self) -> None:
        self._unmeasured: dict[_Key, Unmeasured] = {}
        self._measured: set[_Key] = set()
        self._faulty: dict[DeviceName, dict[CheckName, LocalCause]] = {}
        self._answered: set[DeviceName] = set()  # since the first of the faults that last
        self._devices: set[DeviceName] = set()
        self._now_s, self._settled_at_s = 0.0, float("-inf")
        self._blind_to, self._blind_by = 0, LocalCause.NETWORK  # of the last blindness
        self.is_blind = False

    def note(self, sample: Sample, now_s: float) -> None:
        key, self._now_s = (sample.device, sample.check), now_s
        if sample.outcome is Outcome.LOCAL_FAULT:
            self._note_fault(key, sample, now_s)
            return
        if self._unmeasured:
            self._unmeasured.pop(key, None)
        self._measured.add(key)
        if self._faulty or now_s < self._settled_at_s:
            self._note_measured(sample)

    def excuses(self, sample: Sample) -> bool:
        """Whether a failure says nothing of the device now, because this machine can reach nobody."""
        if sample.outcome not in (Outcome.TIMEOUT, Outcome.REFUSED):
            return False
        if not self.is_blind and self._now_s >= self._settled_at_s:
            return False
        # Half of a fleet may lie behind one tunnel of ours: those that answer are seen, and so is their silence.
        nearly_nobody = len(self._answered) * NEARLY_NOBODY <= self._blind_to
        return nearly_nobody and self._blind_by is not LocalCause.NAMES

    @property
    def cause(self) -> LocalCause | None:
        """What most of the faults are."""
        causes = [cause for causes in self._faulty.values() for cause in causes.values()]
        return max(set(causes), key=lambda cause: (causes.count(cause), cause), default=None)

    @property
    def faulty(self) -> int:
        """With how many devices something of ours is at fault now."""
        return len(self._faulty)

    def due(self, now_s: float) -> list[Unmeasured]:
        """The checks that nobody was told of yet, and now should be; not while blindness explains them. A silent name
        service explains no name: among those that it does not answer for may be one with a slip in it."""
        if self.is_blind and self._blind_by is not LocalCause.NAMES:
            return []
        found = [one for one in self._unmeasured.values() if one.is_due(now_s)]
        for one in found:
            one.told = True
        return found

    def told(self) -> list[Unmeasured]:
        """Every check that could not be made for so long that it was told."""
        return [one for one in self._unmeasured.values() if one.told]

    def keep_only(self, devices: Iterable[DeviceName]) -> None:
        """Forgets every other device (after a reload)."""
        kept = set(devices)
        self._unmeasured = {key: one for key, one in self._unmeasured.items() if key[0] in kept}
        self._measured = {key for key in self._measured if key[0] in kept}
        self._faulty = {name: causes for name, causes in self._faulty.items() if name in kept}
        self._answered &= kept
        self._devices = kept
        self._look()

    def _note_measured(self, sample: Sample) -> None:
        """What answers is seen; what is measured and does not answer has at least no fault of ours."""
        if sample.outcome.reached:
            self._answered.add(sample.device)
            self._faulty.pop(sample.device, None)
        elif sample.device in self._faulty:
            self._faulty[sample.device].pop(sample.check, None)
            if not self._faulty[sample.device]:
                del self._faulty[sample.device]
        self._look()

    def _note_fault(self, key: _Key, sample: Sample, now_s: float) -> None:
        known = self._unmeasured.get(key)
        if known is None:
            ever = key in self._measured
            self._unmeasured[key] = Unmeasured(sample.device, sample.check, now_s, sample.detail, ever)
        else:
            known.detail = sample.detail
        # A right that was never there is no accident: it is told as a check that cannot be made.
        lasting = sample.cause is LocalCause.PERMISSION and key not in self._measured
        if sample.cause is not None and not lasting:
            if not self._faulty:
                self._answered.clear()
            self._faulty.setdefault(sample.device, {})[sample.check] = sample.cause
            self._answered.discard(sample.device)
            self._look()

    def _look(self) -> None:
        least = min(MIN_DEVICES, len(self._devices) or MIN_DEVICES)
        was_blind, faulty = self.is_blind, len(self._faulty)
        self.is_blind = faulty >= least and faulty > len(self._answered)
        if self.is_blind and not was_blind:
            self._blind_to, self._blind_by = faulty, self.cause or LocalCause.NETWORK
        elif self.is_blind:
            self._blind_to = max(faulty, self._blind_to)
        elif was_blind:
            self._settled_at_s = self._now_s + SETTLE_S
