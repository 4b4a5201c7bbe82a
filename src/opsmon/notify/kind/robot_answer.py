"""What all robots' answers have in common: a refusal inside a 200, a throttle as a 400, a page of a proxy."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime

from opsmon.notify.message import TAKEN, ChannelAnswer, Verdict, VerdictKind
from opsmon.notify.wire.retry_after import retry_after_s

_CLOCK_TOLERANCE_S = 60.0
_SET_THE_CLOCK = "set it (`timedatectl set-ntp true`, or name a time server that this machine reaches)"
_BUSY_WAIT_S = 5.0
_THROTTLED_WAIT_S = 60.0
_MAX_CODE = 10**9
# How long a robot may ban whoever sends too much. Where it does not say, only the next refusal shows that it does.
_BAN_S = 600.0
_WAIT_HEADERS = ("Retry-After", "X-Ogw-Ratelimit-Reset")  # the second is Feishu's gateway's, in seconds
Verdicts = Mapping[int, Verdict]


def throttled(reason: str, wait_s: float) -> Verdict:
    """Too much was sent: `wait_s` at first, and longer while it goes on."""
    return Verdict(VerdictKind.LATER, reason, wait_s, _BAN_S)


def judge_http(answer: ChannelAnswer, now: datetime) -> Verdict | None:
    """What the status alone says; None where the body decides."""
    status, said = answer.status, f": {answer.quoted}" if answer.quoted else ""
    if status == 429 or status >= 500:
        asked_s = _asked_wait_s(answer, now)
        wait_s = (_THROTTLED_WAIT_S if status == 429 else _BUSY_WAIT_S) if asked_s is None else asked_s
        reason = f"HTTP {status}{said}"
        return throttled(reason, wait_s) if status == 429 else Verdict(VerdictKind.LATER, reason, wait_s)
    if 300 <= status < 400:
        return Verdict(VerdictKind.CHANNEL_DOWN, f"HTTP {status}: redirects are not followed; give the final address")
    if status in (401, 403, 404, 405, 407):
        return Verdict(VerdictKind.CHANNEL_DOWN, f"HTTP {status}{said}; see whether address and key are right")
    if status == 413:
        return Verdict(VerdictKind.TOO_LONG, f"HTTP {status}{said}")
    return None


def judge_robot(answer: ChannelAnswer, now: datetime, field: str, verdicts: Verdicts) -> Verdict:
    """By the number in `field` of the answer's JSON: 0 is taken, others stand in `verdicts`; an unknown one refuses."""
    code = code_of(answer.body, field)
    if code is not None and (code == 0) and 200 <= answer.status < 300:
        return TAKEN
    if code is not None and code in verdicts:
        known = verdicts[code]
        reason = f"{known.reason} ({field} {code}){': ' + answer.quoted if answer.quoted else ''}"
        asked_s = _asked_wait_s(answer, now) if known.kind is VerdictKind.LATER else None
        return replace(known, reason=reason, wait_s=max(known.wait_s, asked_s or 0.0))
    by_status = judge_http(answer, now)
    if by_status is not None:
        return by_status
    if code is None:
        reason = f"HTTP {answer.status} and no answer of a robot: {answer.quoted or 'nothing'}"
        return Verdict(VerdictKind.CHANNEL_DOWN, reason)
    return Verdict(VerdictKind.REFUSED, f"{field} {code}: {answer.quoted}")


def code_of(body: bytes, field: str) -> int | None:
    """The number in a field of a JSON object; None where there is none."""
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        return None
    code = record.get(field) if isinstance(record, dict) else None
    if isinstance(code, str) and code.isascii() and code.removeprefix("-").isdigit() and len(code) < 11:
        code = int(code)
    is_number = isinstance(code, int) and not isinstance(code, bool) and abs(code) < _MAX_CODE
    return code if is_number else None


def with_clock(verdict: Verdict, answer: ChannelAnswer, now: datetime) -> Verdict:
    """The verdict on a signature, with how far our clock is from the platform's where that may be why."""
    try:
        theirs = parsedate_to_datetime(_header(answer, "Date"))
        ahead_s = (now - theirs).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return verdict
    if abs(ahead_s) < _CLOCK_TOLERANCE_S:
        return verdict
    words = f"our clock is {abs(ahead_s):.0f} s {'fast' if ahead_s > 0 else 'slow'}"
    return replace(verdict, reason=f"{verdict.reason}; {words} by the answer's Date: {_SET_THE_CLOCK}")


def _asked_wait_s(answer: ChannelAnswer, now: datetime) -> float | None:
    """The longest that a header asks us to wait; None where none does."""
    date = _header(answer, "Date")
    asked = (retry_after_s(_header(answer, name), date, now) for name in _WAIT_HEADERS)
    return max((wait_s for wait_s in asked if wait_s is not None), default=None)


def _header(answer: ChannelAnswer, name: str) -> str:
    return next((value for key, value in answer.headers.items() if key.lower() == name.lower()), "")
