"""Laws of profiles: whatever an agent says, a picture comes out, its texts are clean and its numbers sane."""

from math import isnan

from hypothesis import given, settings
from hypothesis import strategies as st

from opsmon.probe.profile.definition.convert import value_at
from opsmon.probe.profile.definition.metric import METRICS
from opsmon.probe.profile.poller import DevicePoller
from opsmon.probe.profile.record import format_recording, private_words, scrub
from opsmon.probe.profile.text import MAX_VALUE_CHARS, clean_text, number_of
from opsmon.protocol.charset import decode_field, decode_octets
from opsmon.protocol.snmp.session import Oid, SnmpValue
from tests.support.places import TESTS
from tests.support.probe.profile.making import profile_of
from tests.support.probe.profile.recording import RecordedSession, parse_recording
from tests.support.stock import stock_profiles

VOLTS = "1.3.6.1.4.1.99999.1.0"
PROFILES = stock_profiles()
AGENTS = [
    parse_recording(file.read_text("utf-8")) for file in sorted((TESTS / "golden" / "profiles").glob("*.snmprec"))
]
NONSENSE: st.SearchStrategy[SnmpValue] = st.one_of(
    st.integers(-(2**63), 2**64),
    st.floats(),
    st.binary(max_size=40),
    st.tuples(st.integers(0, 9), st.integers(0, 2**32)),
)


@st.composite
def broken_agents(draw: st.DrawFn) -> dict[Oid, SnmpValue]:
    """A sound recording of which some values are taken away and some are nonsense."""
    sound = draw(st.sampled_from(AGENTS))
    hit = draw(st.lists(st.sampled_from(sorted(sound)), max_size=12))
    broken: dict[Oid, SnmpValue] = dict(sound)
    for oid in hit:
        if draw(st.booleans()):
            broken.pop(oid, None)
        else:
            broken[oid] = draw(NONSENSE)
    return broken


@settings(max_examples=60, deadline=None)
@given(broken_agents(), broken_agents(), st.booleans())
async def test_any_two_answers_give_pictures_that_keep_to_the_catalogue(
    first: dict[Oid, SnmpValue], second: dict[Oid, SnmpValue], full: bool
) -> None:
    poller = DevicePoller(PROFILES, all_interface_objects=full)
    for values in (first, second, first):
        picture = await poller.poll(RecordedSession(values))
        for reading in picture.readings:
            assert len(reading.values) == len(reading.block)
            assert len(set(reading.block.keys)) == len(reading.block)
            for key, value in zip(reading.block.keys, reading.values, strict=True):
                rule = METRICS.get(key.metric)
                assert rule is None or isnan(value) or key.metric == "device_uptime_seconds" or rule.holds(value)
                assert all(text == clean_text(text) and len(text) <= MAX_VALUE_CHARS + 8 for _, text in key.labels)


@given(st.binary(max_size=200))
def test_any_octets_are_text_and_a_label(octets: bytes) -> None:
    for decode in (decode_octets, decode_field):
        label = clean_text(decode(octets))
        assert label.encode("utf-8").decode("utf-8") == label
        assert label == clean_text(label)
    number_of(octets)


@settings(max_examples=50, deadline=None)
@given(broken_agents(), st.text("abcdef0123456789", min_size=6, max_size=12))
def test_a_private_word_never_survives_a_recording(values: dict[Oid, SnmpValue], word: str) -> None:
    planted = values | {(1, 3, 6, 1, 4, 1, 9, 9, 0): f"x {word} y".encode(), (1, 3, 6, 1, 2, 1, 1, 5, 0): word.encode()}
    text = format_recording(scrub(planted, private_words(planted)))
    assert not any(
        word in raw.decode("utf-8", "replace") for raw in parse_recording(text).values() if isinstance(raw, bytes)
    )


@given(st.floats(80, 480), st.sampled_from([(1, 0.1, 0.01), (0.1, 1), (0.01, 0.1, 1)]), st.data())
def test_a_voltage_is_the_same_in_whatever_unit_a_card_gives_it(
    volts: float, scales: tuple[float, ...], data: st.DataObject
) -> None:
    scale = data.draw(st.sampled_from(scales))
    written = {"value": "volts", "unit": "volts", "scale": list(scales)}
    source = profile_of(objects={"volts": VOLTS}, metrics={"ups_input_volts": [written]}).metrics["ups_input_volts"][0]
    raw = round(volts / scale)
    told = value_at({source.base.column: {(0,): raw}}, source, (0,))
    assert abs(told - volts) <= 1
    assert value_at({source.base.column: {(0,): 0}}, source, (0,)) == 0
