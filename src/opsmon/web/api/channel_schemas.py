"""What is sent and answered about a channel's test message and about a dead letter that is tried again."""

from typing import Literal

from pydantic import BaseModel, Field

from opsmon.web.api.schemas import Body


class ChannelTestBody(Body):
    """Whom the test message is for."""

    person: str = Field(
        default="", max_length=80, description="a person of people.yaml: needed where the channel reaches persons"
    )


class ChannelTestDocument(BaseModel):
    """What became of a test message within ten seconds: `waiting` goes on waiting, with what the last attempt came
    to in `error`."""

    delivery: str
    channel: str
    person: str
    state: Literal["delivered", "waiting", "dead", "withdrawn", "moved"]
    error: str


class NoBody(Body):
    """Says nothing more than the address does."""
