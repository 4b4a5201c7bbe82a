"""The numbers by which a device is judged, each with its reason. One frozen value, so that a test or a site may differ.

Promises nothing by itself; `advance` and `machine` read it. All durations are seconds.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient the state room is.

    The re-probes end before the next one starts (1 s, then 2 s, then 2.5 s of patience), so a confirmation never
    overlaps another of the same check, and the last answer is in 6.5 s after the first missed check came home. A check
    whose answers usually take longer is given `patience` times as long, each time, up to its own time-out.
    """

    # When the re-probes of a suspect go out, counted from the arrival of the first failure.
    confirm_after_s: tuple[float, ...] = (1.0, 2.0, 4.0)
    # How long each of them may take at least; a healthy device answers a first packet well within a second.
    confirm_timeout_s: tuple[float, ...] = (1.0, 2.0, 2.5)
    # A confirmation waits for so many times what an answer of the check takes: one over a satellite takes 2.8 s …
    patience: float = 2.0
    # … by the slowest of the last ones; with each answer the slowest before it counts for so much of itself.
    usual_kept: float = 0.8
    # A check that is slow is given so long more to come home, for what happens on the way to us.
    home_s: float = 0.5
    # A confirmation that was lost on our side (local fault, probe still busy) is asked again at this pace …
    confirm_again_s: float = 2.0
    # … until this long after the first failure, and what slow confirmations take; then nothing is asked until the next
    # regular check misses, too.
    give_up_s: float = 60.0
    # Misses with faults of our own between them are counted together if they are no further apart than that.
    interrupted_s: float = 10.0
    # A check that has not come home by then no longer holds back the verdict of the others.
    verdict_s: float = 7.0
    # A child that failed everything waits this long for an answer of its parents; with the above, below 10 s in all.
    parent_wait_s: float = 2.0
    # A parent that is failing itself is worth a longer wait: blaming the child first would page the wrong person.
    suspect_parent_wait_s: float = 12.0
    # While it waits, a child looks at its parents at this pace.
    parent_look_s: float = 0.5
    # A child that fell at most this long before its parent fell with it: checks run once a minute, each at its second.
    reclassify_s: float = 120.0
    # But not one whose parent still answered so long after the child did not: a switch that goes down drops its ports
    # first and answers for a few seconds more.
    own_fault_s: float = 10.0
    # After its parent is back a child is not blamed for so long: a PoE camera boots in 30 to 90 s.
    recovery_grace_s: float = 90.0
    # Children are looked at so soon after their parent changed, spread so that they do not shout at once.
    recheck_after_s: float = 1.0
    recheck_spread_s: float = 4.0
    # A measurement counts for so many periods of its check (two may be lost in the noise), then we do not know.
    stale_periods: float = 3.0
    # … and for so long at least: what is pinged each second is not unknown when we are late for once.
    stale_least_s: float = 15.0
    # So many falls within the window is flapping (a reboot is one, or two); it ends with at most `calm` left in it.
    flap_falls: int = 5
    flap_calm_falls: int = 1
    flap_window_s: float = 900.0
    # A fall is covered by flapping for so much of the period of its quickest check, and for so long at least: what
    # lasts is told as dead within two periods, what comes back by then is more of the same.
    flap_dead_periods: float = 0.8
    flap_dead_s: float = 10.0
    # No news at all for longer means that the machine slept or its clock was set, not that time was watched.
    longest_gap_s: float = 600.0
    # A series missing from so many good polls in a row is unseen. What it told is told to be unseen, and stands.
    absent_polls: int = 3
    # What is unseen for so long has been removed; where a contract's clock would end by that, a person has to say so.
    removed_after_s: float = 7 * 86_400.0

    @property
    def failures_needed(self) -> int:
        """Failures in a row before a check counts as failed: the first, and every confirmation."""
        return 1 + len(self.confirm_after_s)

    def round_at_s(self, number: int) -> float:
        """Seconds after the first failure at which confirmation `number` (from 0) goes out."""
        extra = number - len(self.confirm_after_s) + 1
        if extra <= 0:
            return self.confirm_after_s[number]
        return self.confirm_after_s[-1] + max(self.confirm_timeout_s[-1], self.confirm_again_s) * extra

    def is_last_round(self, number: int) -> bool:
        """Whether confirmation `number` (from 0) is the last of those that are planned, or one after it."""
        return number >= len(self.confirm_after_s) - 1

    def round_timeout_s(self, number: int) -> float:
        """Seconds that confirmation `number` (from 0) may take at least."""
        return self.confirm_timeout_s[min(number, len(self.confirm_timeout_s) - 1)]
