"""What the journal holds of who came in: who signed in, who could not, every change of who may what, and what was
asked for that the engine does not decide.

`at` is when it was written down, `done_at` when it happened: the command line changes accounts while no daemon runs.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AccountChange(StrEnum):
    ADDED = "added"
    GRANTED = "granted"  # another role or scope, or money
    PASSWORD = "password"  # noqa: S105 - a word of the list
    TITLED = "titled"  # how it is called, or its language
    DISABLED = "disabled"
    ENABLED = "enabled"
    SESSIONS_ENDED = "sessions_ended"
    TOKEN_ADDED = "token_added"  # noqa: S105 - a word of the list
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a word of the list


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in; `began_by` is `password` or the issuer of an OpenID provider."""

    at: datetime
    account: str
    began_by: str
    done_at: datetime
    via: str = ""


class SignOutReason(StrEnum):
    """How a session came to its end."""

    LEFT = "left"  # the person signed out
    ENDED = "ended"  # the person ended it from another browser
    REPLACED = "replaced"  # the same browser signed in anew
    DISPLACED = "displaced"  # the account had more sessions than one may have
    EXPIRED = "expired"  # its time was over, or it lay unused for too long


@dataclass(frozen=True, slots=True)
class SignedOut:
    """A session of `account` is over since `done_at`; `count` of them, where several ended together. What ends with a
    change of the account is told by that change."""

    at: datetime
    account: str
    how: SignOutReason
    done_at: datetime
    via: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class SignInFailed:
    """So many attempts failed from `since` on, until `done_at`. `account` is "" where no such name is known: people
    type their password there. `address` is "" where they came from too many to tell."""

    at: datetime
    account: str
    address: str
    count: int
    since: datetime
    done_at: datetime


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """An account, or the token of that name, is another one; `detail` says what it may from now on."""

    at: datetime
    account: str
    change: AccountChange
    by: str
    done_at: datetime
    detail: str = ""
    via: str = ""
    detail_zh: str = ""


class RequestedOperation(StrEnum):
    CHANNEL_TEST = "channel_test"
    DELIVERY_RETRY = "delivery_retry"
    DEVICE_PROBE = "device_probe"


@dataclass(frozen=True, slots=True)
class OperationRequested:
    """Somebody had something done that changes nothing of the world: `subject` is the channel, the delivery or the
    device. It is written before it is done, whatever comes of it."""

    at: datetime
    account: str
    operation: RequestedOperation
    subject: str
    done_at: datetime
    via: str = ""


AccessEvent = SignedIn | SignedOut | SignInFailed | AccountChanged | OperationRequested
