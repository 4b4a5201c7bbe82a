"""What the journal holds of on call: who was told of an incident and why, who holds it, and what is silenced.

People are written into the events by id, as they were at that moment: a replay asks no rota, and the journal is the
evidence. No name, number or address of anybody is in it. `by` is who says so, `via` who was let in to say it
(`opsmon.model.origin`); the ways by which people are told are `channels`, to be tried in order until one accepts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from opsmon.model.name import ChannelName, ClauseId, ContractId, IncidentId, PersonId, PlanName, SilenceId


class CallReason(StrEnum):
    """Why people are told of an incident now."""

    OPENED = "opened"
    UNANSWERED = "unanswered"  # nobody acknowledged the step before in time
    NOBODY_TOLD = "nobody_told"  # no channel took the message of the step before
    MISSED = "missed"  # came due while the daemon was away
    ACKNOWLEDGE_AT_RISK = "acknowledge_at_risk"  # the contract's time for an acknowledgement runs out
    AT_RISK = "at_risk"
    BREACHED = "breached"
    HOLD_ENDED = "hold_ended"  # somebody acknowledged it, and nothing followed
    GIVEN_BACK = "given_back"  # the acknowledgement was withdrawn
    CHANNEL_BACK = "channel_back"  # channels that were away for the whole plan take messages again
    SILENCE_ENDED = "silence_ended"
    MAINTENANCE_ENDED = "maintenance_ended"
    QUIET_ENDED = "quiet_ended"
    REOPENED = "reopened"
    RESOLVED = "resolved"  # it is over, told to those who were told of it


class PauseReason(StrEnum):
    """Why nobody is called, though the incident is open and nobody holds it."""

    SILENCE = "silence"
    MAINTENANCE = "maintenance"
    QUIET = "quiet"  # the plan lets what is not grave wait until the morning


@dataclass(frozen=True, slots=True)
class PageStepTaken:
    """A step of the plan was taken: these people are told, and the next step comes at `next_at`.

    `sequence` is the number of the message among those of the incident; `step` and `round` count from 1.
    """

    at: datetime
    incident: IncidentId
    plan: PlanName
    sequence: int
    step: int
    round: int
    people: tuple[PersonId, ...]
    channels: tuple[ChannelName, ...]
    reason: CallReason
    next_at: datetime


@dataclass(frozen=True, slots=True)
class PageTold:
    """People are told beside the steps: of a clock (`clause` and `target`), or that it is over."""

    at: datetime
    incident: IncidentId
    plan: PlanName
    sequence: int
    people: tuple[PersonId, ...]
    channels: tuple[ChannelName, ...]
    reason: CallReason
    clause: ClauseId | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class PageHeld:
    """A person has acknowledged the incident or works on it: nobody else is called until `until`.

    `withdrawn` are the numbers of the messages that no channel had taken by then: they do not leave any more.
    """

    at: datetime
    incident: IncidentId
    plan: PlanName
    by: str
    until: datetime
    via: str = ""
    withdrawn: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PageMoved:
    """Another person has the incident in the place of `previous`, and holds it until `until`: he took it over, or
    `previous` took back what he had told."""

    at: datetime
    incident: IncidentId
    previous: str
    by: str
    until: datetime
    via: str = ""


@dataclass(frozen=True, slots=True)
class PageResumed:
    """People are called again while the incident is still open: a hold or a pause ended, or a channel takes messages
    again. Where `round` is given, the step after `step` of that round comes at `next_at`; else at once."""

    at: datetime
    incident: IncidentId
    reason: CallReason
    step: int = 0
    round: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PagePaused:
    """Nobody is called until `until` (None: until what it waits for ends); `withdrawn` as in `PageHeld`."""

    at: datetime
    incident: IncidentId
    plan: PlanName
    reason: PauseReason
    until: datetime | None = None
    silence: SilenceId | None = None
    withdrawn: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PageExhausted:
    """Every step of every round was taken, and nobody acknowledged."""

    at: datetime
    incident: IncidentId


@dataclass(frozen=True, slots=True)
class PageReplanned:
    """The plan is another one now, or the clock was set: the page goes on at `step` of it, next at `next_at` (while
    people are called) or `until` (while it is held)."""

    at: datetime
    incident: IncidentId
    plan: PlanName
    step: int
    next_at: datetime | None
    until: datetime | None
    reason: str


NO_PLAN = "no_plan"


@dataclass(frozen=True, slots=True)
class PageEnded:
    """Nobody is called any more. `reason` is how the incident or its page ended; `NO_PLAN`: no plan is for it now, and
    those who were told have still to hear of its end."""

    at: datetime
    incident: IncidentId
    reason: str


@dataclass(frozen=True, slots=True)
class NoticeAccepted:
    """A channel took the message `sequence` of the incident for these people. The attempt that it took began at
    `attempted_at`; `doubtful_since` is when an earlier one began of which nobody knows whether it was taken."""

    at: datetime
    incident: IncidentId
    sequence: int
    channel: ChannelName
    delivery: str
    people: tuple[PersonId, ...]
    attempted_at: datetime
    accepted_at: datetime
    doubtful_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class NoticeFailed:
    """No channel took the message in time; `channel` is the last that was tried."""

    at: datetime
    incident: IncidentId
    sequence: int
    channel: ChannelName
    delivery: str
    reason: str


class SilenceNews(StrEnum):
    """What the owner of a silence is told of it."""

    NEARLY_OVER = "nearly_over"  # four fifths of its time are used
    OVER = "over"
    MATCHES_NOTHING = "matches_nothing"  # for a day


@dataclass(frozen=True, slots=True)
class SilenceSet:
    """Incidents that agree with every given field page nobody until `until`; their clocks run on.

    `owner` answers for it. `ends_with_incident`: it is over, too, when what it covers is. `stops_clocks`: people are
    not told either that a clock of such an incident is at risk or breached.
    """

    at: datetime
    silence: SilenceId
    until: datetime
    owner: str
    reason: str
    by: str
    via: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    ends_with_incident: bool = False
    stops_clocks: bool = False


@dataclass(frozen=True, slots=True)
class SilenceWarned:
    """The owner of a silence is told of it: `people` by `channels`. `fields` are what it covers."""

    at: datetime
    silence: SilenceId
    news: SilenceNews
    owner: str
    until: datetime
    reason: str
    people: tuple[PersonId, ...] = ()
    channels: tuple[ChannelName, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SilenceEnded:
    """A silence is over: its time came, what it covers ended, or a person (`by`) ended it."""

    at: datetime
    silence: SilenceId
    by: str
    reason: str
    via: str = ""


@dataclass(frozen=True, slots=True)
class ObligationTold:
    """People are told that a task of a contract's recurring obligation is at risk or overdue (`state`)."""

    at: datetime
    contract: ContractId
    obligation: ClauseId
    service: str
    part: str
    due_at: datetime
    state: str
    people: tuple[PersonId, ...]
    channels: tuple[ChannelName, ...]


@dataclass(frozen=True, slots=True)
class ChannelNearlyUsed:
    """Four fifths of what a channel may send in a calendar month are used: `people` are told by `channels`. `month` is
    `2026-11`, in the root's zone."""

    at: datetime
    channel: ChannelName
    month: str
    used: int
    per_month: int
    people: tuple[PersonId, ...] = ()
    channels: tuple[ChannelName, ...] = ()


PageEvent = (
    PageStepTaken
    | PageTold
    | PageHeld
    | PageMoved
    | PageResumed
    | PagePaused
    | PageExhausted
    | PageReplanned
    | PageEnded
    | NoticeAccepted
    | NoticeFailed
)
SilenceEvent = SilenceSet | SilenceWarned | SilenceEnded
