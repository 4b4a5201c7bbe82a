"""Events to JSON documents and back, by the types of their fields.

`decode_event` gives exactly what `encode_event` was given (times in UTC). It refuses, with a StoreError that says so,
an event type or a field that it does not know: a journal of a newer opsmon is not to be half understood. A field that
is missing and has a default takes it, so that an older journal is read.
"""

import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NewType, Union, cast, get_args, get_origin, get_type_hints

from opsmon.errors import StoreError
from opsmon.model.access_event import AccountChanged, OperationRequested, SignedIn, SignedOut, SignInFailed
from opsmon.model.duty import ContractWatched, ObligationDone, ObligationExcused, ObligationUndone, TaskChanged
from opsmon.model.event import (
    BackupRecorded,
    ChildAttached,
    ChildDetached,
    ClockChanged,
    CommandRefused,
    ConditionCleared,
    ConditionRaised,
    ConditionUnseen,
    DeviceRenamed,
    DeviceStateChanged,
    DiagnosisAttached,
    Event,
    FactAdded,
    FaultSeen,
    HostKeyRecorded,
    IncidentClosed,
    IncidentOpened,
    IncidentRenewed,
    IncidentReopened,
    MaintenanceSet,
    Measured,
    RecoverySeen,
    RecoveryWithdrawn,
    ScopeJudged,
    SeveritySet,
)
from opsmon.model.incident import Fact
from opsmon.model.page import (
    ChannelNearlyUsed,
    NoticeAccepted,
    NoticeFailed,
    ObligationTold,
    PageEnded,
    PageExhausted,
    PageHeld,
    PageMoved,
    PagePaused,
    PageReplanned,
    PageResumed,
    PageStepTaken,
    PageTold,
    SilenceEnded,
    SilenceSet,
    SilenceWarned,
)
from opsmon.model.roster import DutyChanged, OverrideEnded, OverrideSet
from opsmon.text.bilingual import Sentence

# Raised when the meaning of a field changes; a new event or a new field with a default leaves it as it is.
SCHEMA_VERSION = 1
EVENT_TYPES: dict[str, type[Event]] = {
    "account_changed": AccountChanged,
    "backup_recorded": BackupRecorded,
    "child_attached": ChildAttached,
    "child_detached": ChildDetached,
    "clock_changed": ClockChanged,
    "command_refused": CommandRefused,
    "condition_cleared": ConditionCleared,
    "condition_raised": ConditionRaised,
    "condition_unseen": ConditionUnseen,
    "contract_watched": ContractWatched,
    "device_renamed": DeviceRenamed,
    "duty_changed": DutyChanged,
    "device_state_changed": DeviceStateChanged,
    "diagnosis_attached": DiagnosisAttached,
    "fact_added": FactAdded,
    "fault_seen": FaultSeen,
    "host_key_recorded": HostKeyRecorded,
    "incident_closed": IncidentClosed,
    "incident_opened": IncidentOpened,
    "incident_renewed": IncidentRenewed,
    "incident_reopened": IncidentReopened,
    "maintenance_set": MaintenanceSet,
    "notice_accepted": NoticeAccepted,
    "notice_failed": NoticeFailed,
    "obligation_done": ObligationDone,
    "obligation_excused": ObligationExcused,
    "obligation_told": ObligationTold,
    "channel_nearly_used": ChannelNearlyUsed,
    "obligation_undone": ObligationUndone,
    "override_ended": OverrideEnded,
    "override_set": OverrideSet,
    "operation_requested": OperationRequested,
    "page_ended": PageEnded,
    "page_exhausted": PageExhausted,
    "page_held": PageHeld,
    "page_moved": PageMoved,
    "page_paused": PagePaused,
    "page_replanned": PageReplanned,
    "page_resumed": PageResumed,
    "page_step_taken": PageStepTaken,
    "page_told": PageTold,
    "recovery_seen": RecoverySeen,
    "recovery_withdrawn": RecoveryWithdrawn,
    "scope_judged": ScopeJudged,
    "severity_set": SeveritySet,
    "sign_in_failed": SignInFailed,
    "signed_in": SignedIn,
    "signed_out": SignedOut,
    "silence_ended": SilenceEnded,
    "silence_set": SilenceSet,
    "silence_warned": SilenceWarned,
    "task_changed": TaskChanged,
}
_NAMES = {event_type: name for name, event_type in EVENT_TYPES.items()}

Json = Any
Step = Callable[[Any], Any]
# Name, encoder, decoder and whether it must be there, of each field of a record.
Plan = tuple[tuple[str, Step, Step, bool], ...]


def encode_event(event: Event) -> tuple[str, dict[str, Json]]:
    """The name of the event's type, and its fields as JSON values."""
    return _NAMES[type(event)], _encode_record(event)


def decode_event(name: str, payload: Mapping[str, Json], schema: int = SCHEMA_VERSION) -> Event:
    """The event again. Raises StoreError for what this version does not understand."""
    event_type = EVENT_TYPES.get(name)
    if event_type is None or schema > SCHEMA_VERSION:
        raise StoreError(
            Sentence(
                f"the journal holds {name!r} of schema {schema}: it was written by a newer opsmon",
                f"日志中有模式 {schema} 的 {name!r}：由更新版本的 opsmon 写入",
            )
        )
    try:
        return cast(Event, _decode_record(event_type, payload))
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise StoreError(
            Sentence(f"the journal's {name} cannot be read: {error}", f"日志中的 {name} 无法读取：{error}")
        ) from error


def _encode_record(record: Any) -> dict[str, Json]:
    return {name: encode(getattr(record, name)) for name, encode, _, _ in _PLANS[type(record)]}


def _decode_record(record_type: type[Any], payload: Mapping[str, Json]) -> Any:
    plan = _PLANS[record_type]
    known = {name for name, *_ in plan}
    unknown = sorted(payload.keys() - known)
    if unknown:
        raise ValueError(f"unknown field {unknown[0]!r}: it was written by a newer opsmon")
    values: dict[str, Any] = {}
    for name, _, decode, required in plan:
        if name in payload:
            values[name] = decode(payload[name])
        elif required:
            raise ValueError(f"field {name!r} is missing")
    return record_type(**values)


def _make_plan(record_type: type[Any]) -> Plan:
    hints = get_type_hints(record_type)
    return tuple((item.name, *_steps(hints[item.name]), _is_required(item)) for item in fields(record_type))


def _is_required(item: "Field[Any]") -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _steps(hint: Any) -> tuple[Step, Step]:
    """How a value of this type is written and read."""
    if isinstance(hint, NewType):
        return _steps(hint.__supertype__)
    if get_origin(hint) is not None:
        return _generic(get_origin(hint), hint)
    if is_dataclass(hint):
        return _encode_record, lambda value: _decode_record(cast(type[Any], hint), value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return str, hint
    return _PLAIN[hint]


def _generic(origin: Any, hint: Any) -> tuple[Step, Step]:
    if origin in (Union, types.UnionType):
        return _optional(hint)
    return _sequence(hint) if origin is tuple else (dict, _read_mapping)


def _optional(hint: Any) -> tuple[Step, Step]:
    inner = [part for part in get_args(hint) if part is not types.NoneType]
    encode, decode = _steps(inner[0])
    return (
        lambda value: None if value is None else encode(value),
        lambda value: None if value is None else decode(value),
    )


def _sequence(hint: Any) -> tuple[Step, Step]:
    """A tuple of any length, of values of one type."""
    encode, decode = _steps(get_args(hint)[0])
    return lambda values: [encode(value) for value in values], lambda values: tuple(map(decode, _read_list(values)))


def _read_list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"expected a list, found {value!r}")
    return value


def _write_time(value: datetime) -> str:
    if value.tzinfo is None:
        raise StoreError(
            Sentence(f"a time without an offset cannot be journaled: {value}", f"不带时区的时间不能写入日志：{value}")
        )
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _read_time(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError(f"time without an offset: {value}")
    return at


def _write_float(value: float) -> float | str:
    return float(value) if math.isfinite(value) else str(float(value))


def _read_text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {value!r}")
    return value


def _read_count(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"expected a whole number, found {value!r}")
    return value


def _read_bool(value: Json) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"expected true or false, found {value!r}")
    return value


def _read_mapping(value: Json) -> dict[str, str]:
    return {_read_text(key): _read_text(item) for key, item in value.items()}


_PLAIN: typing.Final[dict[Any, tuple[Step, Step]]] = {
    str: (str, _read_text),
    bool: (bool, _read_bool),
    int: (int, _read_count),
    float: (_write_float, float),
    datetime: (_write_time, _read_time),
}
_PLANS: typing.Final[Mapping[type[Any], Plan]] = {
    record_type: _make_plan(record_type) for record_type in (Fact, Measured, *EVENT_TYPES.values())
}
