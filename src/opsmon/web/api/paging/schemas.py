"""What the API says of on call: the page of an incident, and silences. People are named by their ids."""

from datetime import datetime

from pydantic import BaseModel, Field

from opsmon.model.page import CallReason, PauseReason, SilenceNews
from opsmon.oncall.page import PageState


class AcceptanceDocument(BaseModel):
    """A channel took the message for these people."""

    channel: str
    people: list[str]
    at: datetime
    delivery: str


class CallDocument(BaseModel):
    """One message of a page. `step` and `round` are 0 for one beside the steps."""

    at: datetime
    sequence: int = Field(description="its number among the messages of the incident")
    reason: CallReason
    people: list[str]
    channels: list[str] = Field(description="tried in this order until one took it")
    step: int
    round: int
    accepted: list[AcceptanceDocument]
    failed: list[str] = Field(description="channels by which it could not be told")
    withdrawn: bool = Field(description="no channel had taken it when it was no longer wanted")


class NextCallDocument(BaseModel):
    """What comes next if nobody does anything: a step of the plan, or people being called again."""

    at: datetime
    step: int
    round: int
    people: list[str] = Field(description="by the rota as it is now")
    channels: list[str]


class PageDocument(BaseModel):
    """Who was told of an incident, who has it, and what comes next."""

    plan: str
    state: PageState
    untold: bool = Field(description="nobody could be told yet: no channel took any message")
    since: datetime
    step: int = Field(description="the last that was taken, from 1; 0 before the first")
    steps: int
    round: int
    rounds: int
    holder: str = Field(description='who has it, in his own words; "" where nobody has')
    held_since: datetime | None
    until: datetime | None = Field(description="when the hold or the pause ends")
    pause: PauseReason | None = Field(description="why nobody is called though it is open")
    silence: str | None
    told: list[str] = Field(description="who will be told when it is over")
    next: NextCallDocument | None
    calls: list[CallDocument]


class SilenceDocument(BaseModel):
    """While it holds, incidents that agree with every field of `match` page nobody; their clocks run on."""

    id: str
    match: dict[str, str]
    set_at: datetime
    until: datetime
    remaining_s: float
    owner: str
    reason: str
    by: str
    ends_with_incident: bool
    stops_clocks: bool
    told: list[SilenceNews] = Field(description="what its owner was told of it")
    covers: list[str] = Field(description="open incidents that page nobody because of it")
