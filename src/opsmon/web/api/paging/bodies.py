"""What people send about silences and about who has an incident."""

from pydantic import AwareDatetime, Field

from opsmon.web.api.schemas import Body, By


class SilenceBody(Body):
    """A silence to be set."""

    match: dict[str, str] = Field(
        description="contract, site, device, kind, service, severity, condition, or a label; an incident has to agree "
        "with all"
    )
    until: AwareDatetime = Field(description="at most 7 days ahead")
    by: By = None
    reason: str = Field(max_length=4000)
    owner: str = Field(default="", max_length=200, description="who answers for it, told before it ends; else `by`")
    ends_with_incident: bool = Field(default=False, description="it is over, too, when what it covers is")
    stops_clocks: bool = Field(default=False, description="nor are people told that a clock is at risk or breached")


class SilenceEndBody(Body):
    """Why a silence ends before its time."""

    by: By = None
    reason: str = Field(max_length=4000)


class TakeOverBody(Body):
    """Who takes an incident over."""

    by: By = None
    note: str = Field(default="", max_length=4000, description="in the words of who says so")
