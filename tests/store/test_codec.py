"""Every event that the journal can hold comes back as it was; what is not understood is refused in words."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.errors import StoreError
from opsmon.model.access_event import AccessEvent
from opsmon.model.duty import DutyEvent
from opsmon.model.event import (
    BackupRecorded,
    Change,
    ClockEvent,
    ConditionRaised,
    DeviceRenamed,
    Event,
    FactAdded,
    HostKeyRecorded,
    IncidentClosed,
    MaintenanceSet,
    OnCallEvent,
    SeveritySet,
    Transition,
)
from opsmon.model.incident import Fact, FactType, Severity
from opsmon.model.name import DeviceName, IncidentId
from opsmon.model.roster import RosterEvent
from opsmon.store.chain import canonical
from opsmon.store.codec import EVENT_TYPES, SCHEMA_VERSION, decode_event, encode_event

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))])
st.register_type_strategy(
    datetime,
    st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2200, 1, 1), timezones=ZONES),  # noqa: DTZ001 - hypothesis adds the zone
)
st.register_type_strategy(float, st.floats(allow_nan=False))
EVENTS = st.sampled_from(sorted(EVENT_TYPES)).flatmap(lambda name: st.from_type(EVENT_TYPES[name]))


@given(EVENTS)
def test_every_event_comes_back(event: Event) -> None:
    name, payload = encode_event(event)
    stored = canonical(payload)
    assert decode_event(name, json.loads(stored)) == event


def test_every_word_of_the_union_has_a_name() -> None:
    single = {ClockEvent, MaintenanceSet, DeviceRenamed, BackupRecorded, HostKeyRecorded}
    words = {
        *get_args(Transition),
        *get_args(Change),
        *get_args(DutyEvent),
        *get_args(OnCallEvent),
        *get_args(RosterEvent),
        *get_args(AccessEvent),
        *single,
    }
    assert words == set(get_args(Event)) == set(EVENT_TYPES.values())


@given(EVENTS)
def test_a_journal_of_before_tokens_had_names_is_read(event: Event) -> None:
    name, payload = encode_event(event)
    older = {key: value for key, value in payload.items() if key != "via"}
    if isinstance(older.get("fact"), dict):
        older["fact"] = {key: value for key, value in older["fact"].items() if key != "via"}
    told = decode_event(name, json.loads(canonical(older)))
    assert getattr(told, "via", "") == ""
    assert not isinstance(told, FactAdded) or told.fact.via == ""


@given(EVENTS)
def test_the_text_is_canonical_and_can_be_stored(event: Event) -> None:
    _, payload = encode_event(event)
    again = canonical(json.loads(canonical(payload)))
    assert canonical(payload) == again
    again.encode()


def raised(**changes: object) -> ConditionRaised:
    event = ConditionRaised(NOW, DeviceName("ups-1"), "UpsOnBattery", "", NOW, Severity.MAJOR, 1.0, "on battery")
    return replace(event, **changes)  # type: ignore[arg-type]  # any field may be set


def test_text_that_utf8_cannot_carry_is_kept() -> None:
    event = raised(detail="half a pair \ud83d, a NUL \x00, 断电")
    name, payload = encode_event(event)
    text = canonical(payload)
    text.encode()
    assert decode_event(name, json.loads(text)) == event


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_numbers_without_end_are_kept(value: float) -> None:
    name, payload = encode_event(raised(value=value))
    assert decode_event(name, json.loads(canonical(payload))) == raised(value=value)


def test_not_a_number_is_kept() -> None:
    name, payload = encode_event(raised(value=math.nan))
    back = decode_event(name, json.loads(canonical(payload)))
    assert isinstance(back, ConditionRaised)
    assert back.value is not None
    assert math.isnan(back.value)


def test_a_time_without_an_offset_is_not_written() -> None:
    with pytest.raises(StoreError, match="without an offset"):
        encode_event(raised(since=datetime(2026, 1, 1)))  # noqa: DTZ001 - the mistake under test


def test_an_older_event_takes_the_defaults() -> None:
    name, payload = encode_event(IncidentClosed(NOW, IncidentId("20261120-1"), "recovered"))
    del payload["withdrawn"], payload["merged_into"]
    assert decode_event(name, payload) == IncidentClosed(NOW, IncidentId("20261120-1"), "recovered")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "unknown field 'colour': it was written by a newer opsmon"),
        ({"device": 7}, "expected text, found 7"),
        ({"since": "2026-01-01T00:00:00"}, "time without an offset"),
        ({"severity": "fatal"}, "'fatal' is not a valid Severity"),
    ],
)
def test_what_is_not_understood_is_refused_in_words(change: dict[str, object], message: str) -> None:
    name, payload = encode_event(raised())
    with pytest.raises(StoreError, match=message):
        decode_event(name, payload | change)


def test_a_missing_field_is_refused_by_name() -> None:
    name, payload = encode_event(raised())
    del payload["condition"]
    with pytest.raises(StoreError, match="field 'condition' is missing"):
        decode_event(name, payload)


@pytest.mark.parametrize(("name", "schema"), [("moon_rose", SCHEMA_VERSION), ("condition_raised", SCHEMA_VERSION + 1)])
def test_the_words_of_a_newer_version_are_refused(name: str, schema: int) -> None:
    with pytest.raises(StoreError, match="written by a newer opsmon"):
        decode_event(name, encode_event(raised())[1], schema)


def test_a_fact_of_an_older_journal_takes_the_defaults() -> None:
    fact = {"type": "acknowledged", "at": NOW.isoformat(), "by": "duty", "note": ""}
    event = decode_event("fact_added", {"at": NOW.isoformat(), "incident": "20261120-1", "fact": fact})
    assert event == FactAdded(NOW, IncidentId("20261120-1"), Fact(FactType.ACKNOWLEDGED, NOW, "duty"))


def test_a_severity_of_an_older_journal_is_read() -> None:
    told = {"at": NOW.isoformat(), "incident": "20261120-1", "severity": "major", "by": "duty", "note": "whole floor"}
    assert decode_event("severity_set", told) == SeveritySet(
        NOW, IncidentId("20261120-1"), Severity.MAJOR, "duty", "whole floor"
    )


def test_a_list_that_is_none_is_refused_by_what_it_is() -> None:
    fact = {"type": "excluded", "at": NOW.isoformat(), "clauses": "E9"}
    with pytest.raises(StoreError, match="expected a list, found 'E9'"):
        decode_event("fact_added", {"at": NOW.isoformat(), "incident": "20261120-1", "fact": fact})
