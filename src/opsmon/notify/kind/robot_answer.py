"""What all robots' answers have in common: a refusal inside a 200, a throttle as a 400, a page of a proxy."""

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from opsmon.notify.message import TAKEN, ChannelAnswer, Verdict, VerdictKind
from opsmon.notify.wire.retry_after import retry_after_s

_CLOCK_TOLERANCE_S = 60.0
_BUSY_WAIT_S = 5.0
_THROTTLED_WAIT_S = 60.0
_MAX_CODE = 10**9
Verdicts = Mapping[int, Verdict]


def judge_http(answer: ChannelAnswer, now: datetime) -> Verdict | None:
    """What the status alone says; None where the body decides."""
    status, said = answer.status, f": {answer.quoted}" if answer.quoted else ""
    if status == 429 or status >= 500:
        asked_s = retry_after_s(_header(answer, "Retry-After"), _header(answer, "Date"), now)
        wait_s = (_THROTTLED_WAIT_S if status == 429 else _BUSY_WAIT_S) if asked_s is None else asked_s
        return Verdict(VerdictKind.LATER, f"HTTP {status}{said}", wait_s)
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
        return Verdict(known.kind, reason, known.wait_s)
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
    return Verdict(verdict.kind, f"{verdict.reason}; {words}", verdict.wait_s)


def _header(answer: ChannelAnswer, name: str) -> str:
    return next((value for key, value in answer.headers.items() if key.lower() == name.lower()), "")
