"""What the API says of the daemon's own load, as the shape of its JSON. Lengths of time are seconds, shares 0 to 1."""

from datetime import datetime

from pydantic import BaseModel, Field

from opsmon.model.sample import Outcome
from opsmon.web.api.schemas import Query

MAX_LISTED = 500


class LoadQuery(Query):
    """How many devices the lists hold."""

    limit: int = Field(default=50, ge=1, le=MAX_LISTED, description="of the slowest, and of the late checks")


class RateDocument(BaseModel):
    """Runs of checks and processor time, a second."""

    lasted_s: float = Field(description="the length of time that it is about")
    checks_per_s: float
    failures_per_s: float = Field(description="runs that ended in anything but `ok`")
    cpu_ratio: float = Field(description="processor time of the daemon, in cores")


class LatenessDocument(BaseModel):
    """How far behind their due time checks began in the last minute; null where none did."""

    p50_s: float | None
    p99_s: float | None
    worst_s: float


class HoldsDocument(BaseModel):
    """How often and how long the event loop stood still for 0.25 s and more in the last minute, and who held it
    longest ("" for nobody)."""

    count: int
    held_s: float
    longest_by: str


class SizesDocument(BaseModel):
    """What is kept in memory, and in the store."""

    rss_bytes: int
    devices: int
    checks: int
    sites: int
    series: int = Field(description="numbers that the last samples hold")
    journal_entries: int


class QueuesDocument(BaseModel):
    """What waits, and what is under way, at this moment."""

    inputs: int = Field(description="samples and commands that wait to be decided")
    checks_running: int
    checks_waiting: int = Field(description="heavy checks without a free place")
    pings_in_flight: int
    held_back: int = Field(description="pings and SNMP calls that wait until their neighbourhood may have another")
    snmp_in_flight: int = Field(description="requests whose answer is awaited")
    snmp_waiting: int = Field(description="calls whose agent has to answer another one first")
    notifications: int | None = Field(description="that wait to be delivered; null while the store cannot be read")
    backups: int = Field(description="scheduled runs of backups under way")
    streams: int = Field(description="open pages that are told of changes")


class PartDocument(BaseModel):
    """What the daemon's processor time of the last minute was spent on: a kind of check, or a part of the daemon."""

    name: str
    cpu_ratio: float = Field(description="in cores")


class LoadRowDocument(BaseModel):
    """The checks of one kind, or of one site, in the last minute. Null is what nothing tells of."""

    name: str
    title: str = Field(description='of a site; "" where it has none')
    checks: int = Field(description="that the inventory has")
    checks_per_s: float
    runs: int
    outcomes: dict[Outcome, int]
    skipped: int = Field(description="runs left out because the one before was not over")
    mean_s: float | None
    p99_s: float | None
    busy: float = Field(description="how many were under way at a time, on the average")
    late_p50_s: float | None
    late_p99_s: float | None
    cpu_ratio: float | None = Field(description="in cores; null of a site, and while too little was seen")


class SlowCheckDocument(BaseModel):
    """The last run of a check of a device. `busy` is the share of its period that it took, `series` how many numbers
    it brought."""

    device: str
    title: str
    site: str
    check: str
    outcome: Outcome
    duration_s: float
    timeout_s: float
    period_s: float
    busy: float
    series: int
    at: datetime


class LateCheckDocument(BaseModel):
    """A check whose next run has not come home. `late_s` counts from when it was due. `stage` is `running` (for longer
    than its time-out), `waiting` (for a free place) or `due`."""

    device: str
    title: str
    site: str
    check: str
    late_s: float
    stage: str
    last_outcome: Outcome
    last_at: datetime


class LoadDocument(BaseModel):
    """Where the daemon's time goes. Rows are of the last minute; of devices they are up to five seconds old, of a fleet
    of fifty thousand up to half a minute."""

    at: datetime
    uptime_s: float
    now: RateDocument = Field(description="of the last few seconds")
    minute: RateDocument
    lateness: LatenessDocument
    holds: HoldsDocument
    sizes: SizesDocument
    queues: QueuesDocument
    parts: list[PartDocument] = Field(description="the greatest first; empty while too little was seen")
    checks: list[LoadRowDocument] = Field(description="by kind of check")
    sites: list[LoadRowDocument]
    slowest: list[SlowCheckDocument] = Field(
        description="the longest, the busiest and those with most numbers, each up to `limit`; the longest first"
    )
    late: list[LateCheckDocument] = Field(description="the latest first, up to `limit`")
    late_count: int = Field(description="how many there are in all")
