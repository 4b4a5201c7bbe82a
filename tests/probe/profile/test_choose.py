"""Which profile a device gets."""

import pytest

from tests.support.probe.profile.making import profiles_of
from tests.support.stock import stock_profiles

NET_SNMP = "1.3.6.1.4.1.8072.3.2.10"
CARD = "1.3.6.1.4.1.99999.1.0"
PROFILES = profiles_of(
    {"name": "vendor", "match": [{"sysobjectid": "1.3.6.1.4.1.9"}]},
    {"name": "family", "match": [{"sysobjectid": "1.3.6.1.4.1.9.1"}, {"sysdescr": "Family OS"}]},
    {"name": "firewall", "match": [{"sysobjectid": "1.3.6.1.4.1.9.1", "sysdescr": "security appliance"}]},
    {"name": "linux", "match": [{"sysobjectid": "1.3.6.1.4.1.8072", "weak": True}]},
    {"name": "card", "match": [{"sysobjectid": NET_SNMP, "present": CARD, "value": "^UPS"}]},
    {"name": "camera", "match": [{"sysobjectid": "", "present": CARD}]},
)


@pytest.mark.parametrize(
    ("where", "words", "profile"),
    [
        ("1.3.6.1.4.1.9.6.1", "", "vendor"),
        ("1.3.6.1.4.1.9.1.1208", "", "family"),
        (".1.3.6.1.4.1.9.1.1208", "", "family"),
        ("1.3.6.1.4.1.9.1.1208", "Adaptive SECURITY appliance", "firewall"),
        ("1.3.6.1.4.1.99", "", "generic"),
        (NET_SNMP, "Linux host 5.10", "linux"),
        (NET_SNMP, "this is Family OS 7", "family"),
        ("1.3.6.1.4.1.99", "this is Family OS 7", "family"),
        ("", "", "generic"),
        ("1.0.3.0.6.0.1.0", "", "generic"),
    ],
)
def test_the_longest_prefix_wins_then_the_words(where: str, words: str, profile: str) -> None:
    assert PROFILES.choose(where, words).name == profile


def test_what_only_one_device_has_tells_it_from_others_of_its_number() -> None:
    question = PROFILES.questions(NET_SNMP, "Linux")
    assert [".".join(map(str, oid)) for oid in question] == [CARD]
    assert PROFILES.choose(NET_SNMP, "Linux", {question[0]: b"UPS 5"}).name == "card"
    assert PROFILES.choose(NET_SNMP, "Linux", {question[0]: b"printer"}).name == "linux"
    assert PROFILES.choose(NET_SNMP, "Linux", {}).name == "linux"


def test_a_device_without_a_number_is_asked_too() -> None:
    for none in ("", "0.0"):
        question = PROFILES.questions(none, "")
        assert PROFILES.choose(none, "", {question[0]: b"anything"}).name == "camera"
    assert PROFILES.questions("1.3.6.1.4.1.9.1.5", "") == ()


def test_a_name_like_another_makers_is_no_match() -> None:
    stock = stock_profiles()
    assert (
        stock.choose("1.3.6.1.4.1.30065.1.3011", "Arista Networks EOS running on an Arista DCS-7150S-52").name
        == "generic"
    )
    assert stock.choose("1.3.6.1.4.1.99999.1", "DCS-3950-28C Device").name == "dcn"
