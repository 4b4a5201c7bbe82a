"""What an SNMPv3 engine reports instead of an answer, and what that means for a person.

A Report is a counter by its name: usmStats (RFC 3414, 5), snmpMPDStats (RFC 3412, 5), and of contexts the two of
SNMP-TARGET-MIB (RFC 3413, 4.1).
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.codec.ber import MalformedBerError, decode_oid, encode_oid
from opsmon.text.bilingual import Sentence


class ReportKind(Enum):
    """The counter that a Report carries, by its name in the MIB."""

    UNSUPPORTED_LEVEL = "usmStatsUnsupportedSecLevels"
    NOT_IN_TIME_WINDOW = "usmStatsNotInTimeWindows"
    UNKNOWN_USER = "usmStatsUnknownUserNames"
    UNKNOWN_ENGINE = "usmStatsUnknownEngineIDs"
    WRONG_DIGEST = "usmStatsWrongDigests"
    DECRYPTION_ERROR = "usmStatsDecryptionErrors"
    UNKNOWN_MODEL = "snmpUnknownSecurityModels"
    INVALID_MESSAGE = "snmpInvalidMsgs"
    UNKNOWN_PDU = "snmpUnknownPDUHandlers"
    UNAVAILABLE_CONTEXT = "snmpUnavailableContexts"
    UNKNOWN_CONTEXT = "snmpUnknownContexts"
    OTHER = "another counter"


_USM_STATS, _MPD_STATS, _TARGETS = (1, 3, 6, 1, 6, 3, 15, 1, 1), (1, 3, 6, 1, 6, 3, 11, 2, 1), (1, 3, 6, 1, 6, 3, 12, 1)
_KINDS: Final = {
    encode_oid((*group, number, 0)): kind
    for group, numbered in (
        (
            _USM_STATS,
            {
                1: ReportKind.UNSUPPORTED_LEVEL, 2: ReportKind.NOT_IN_TIME_WINDOW, 3: ReportKind.UNKNOWN_USER,
                4: ReportKind.UNKNOWN_ENGINE, 5: ReportKind.WRONG_DIGEST, 6: ReportKind.DECRYPTION_ERROR,
            },
        ),
        (_MPD_STATS, {1: ReportKind.UNKNOWN_MODEL, 2: ReportKind.INVALID_MESSAGE, 3: ReportKind.UNKNOWN_PDU}),
        (_TARGETS, {4: ReportKind.UNAVAILABLE_CONTEXT, 5: ReportKind.UNKNOWN_CONTEXT}),
    )
    for number, kind in numbered.items()
}  # fmt: skip
USER_AND_KEYS: Final = frozenset({
    ReportKind.UNSUPPORTED_LEVEL, ReportKind.UNKNOWN_USER, ReportKind.WRONG_DIGEST, ReportKind.DECRYPTION_ERROR,
})  # fmt: skip


def report_kind(names: Sequence[bytes]) -> ReportKind:
    """By the names of its bindings; some engines leave the `.0` away."""
    for name in names[:1]:
        return _KINDS.get(name) or _KINDS.get(name + b"\0") or ReportKind.OTHER
    return ReportKind.OTHER


def refusal_of(kind: ReportKind, names: Sequence[bytes], user: str, context: str) -> ProbeError:
    """The error of a request that was answered by such a Report and by nothing else."""
    outcome = Outcome.AUTH if kind in USER_AND_KEYS else Outcome.PROTOCOL
    en, zh = _WHY.get(kind, _WHY_ELSE)
    told = _dotted(names) if kind is ReportKind.OTHER else kind.value
    words = {"user": user, "context": context}
    return ProbeError(
        outcome,
        Sentence(f"{en.format(**words)}: the agent reports {told}", f"{zh.format(**words)}：设备报告 {told}"),
    )


_WHY: Final = {
    ReportKind.UNSUPPORTED_LEVEL: (
        "user {user} may not ask with these keys, other ones or none are wanted",
        "用户 {user} 的安全级别不符，设备要求另外的认证或加密",
    ),
    ReportKind.NOT_IN_TIME_WINDOW: (
        "the agent's SNMPv3 clock cannot be agreed upon",
        "与设备的 SNMPv3 时钟无法达成一致",
    ),
    ReportKind.UNKNOWN_USER: ("there is no user {user}", "设备上没有用户 {user}"),
    ReportKind.UNKNOWN_ENGINE: (
        "the agent's SNMPv3 engine id cannot be agreed upon",
        "与设备的 SNMPv3 引擎 ID 无法达成一致",
    ),
    ReportKind.WRONG_DIGEST: (
        "wrong password or protocol for user {user}",
        "用户 {user} 的认证口令或认证算法不对",
    ),
    ReportKind.DECRYPTION_ERROR: (
        "wrong privacy key or protocol for user {user}",
        "用户 {user} 的加密口令或加密算法不对",
    ),
    ReportKind.UNAVAILABLE_CONTEXT: ("its context {context} is not available", "上下文 {context} 目前不可用"),
    ReportKind.UNKNOWN_CONTEXT: ("it has no context {context}", "设备没有上下文 {context}"),
}
_WHY_ELSE: Final = ("it does not take our SNMPv3 messages", "设备不接受 SNMPv3 报文")


def _dotted(names: Sequence[bytes]) -> str:
    try:
        return ".".join(map(str, decode_oid(names[0]))) if names else "nothing"
    except MalformedBerError:
        return "nothing"
