"""A recording keeps what tells a model and loses what is the owner's."""

from opsmon.probe.profile.record import format_recording, private_words, scrub
from opsmon.probe.profile.text import raw_text
from opsmon.protocol.snmp.session import Oid, SnmpValue
from tests.support.probe.profile.recording import parse_recording

AGENT = """
1.3.6.1.2.1.1.1.0|4|S5735-L24T4X-A Huawei Versatile Routing Platform, kept by ops@example.org
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2011.2.23.700
1.3.6.1.2.1.1.4.0|4|Wang Xiaoming 13800138000
1.3.6.1.2.1.1.5.0|4|erlong-core-1
1.3.6.1.2.1.1.6.0|4|Room 412, second floor
1.3.6.1.2.1.2.2.1.2.5|4|GigabitEthernet0/0/5
1.3.6.1.2.1.2.2.1.6.5|4x|00e0fc123456
1.3.6.1.2.1.2.2.1.8.5|2|1
1.3.6.1.2.1.4.20.1.1.10.1.2.3|64|10.1.2.3
1.3.6.1.2.1.17.4.3.1.1.0.224.252.18.52.86|4x|00e0fc123456
1.3.6.1.2.1.31.1.1.1.18.5|4|to Wang's office
1.3.6.1.2.1.31.1.1.1.18.6|4|HQ
1.3.6.1.2.1.31.1.1.1.18.7|4|Wang Xiaoming-attic
1.3.6.1.2.1.47.1.1.1.1.11.1|4|2102359576DMHC000120
1.3.6.1.4.1.2011.9.1.0|4|name erlong-core-1 at 10.1.2.3, serial 2102359576DMHC000120
1.3.6.1.4.1.2011.9.2.0|4|MAC 00e0-fc12-3456 or 00:e0:fc:12:34:56, community planted-secret
1.3.6.1.4.1.2011.9.3.0|4x|cfe8c9fab5e7bbb0203133383030313338303030
1.3.6.1.4.1.2011.9.4.0|2|44
1.3.6.1.4.1.2011.9.7.0|4|for Xiaoming-attic only
1.3.6.1.4.1.2011.9.5.0|64|192.168.30.4
1.3.6.1.4.1.2011.9.6.0|4x|fd0012345678000000000000000000ab
1.3.6.1.6.3.15.1.2.2.1.3.1|4|snmp-user
"""
MUST_NOT_SURVIVE = [
    "Wang", "Xiaoming", "13800138000", "erlong", "Room 412", "10.1.2.3", "e0fc12", "e0-fc", "e0:fc", "office",
    "2102359576DMHC000120", "planted-secret", "ops@example.org", "snmp-user", "64|", "|4x|00e0",
    "3133383030313338303030", "c0a81e04", "fd001234", "HQ", "-attic",
]  # fmt: skip


def recording() -> str:
    values = parse_recording(AGENT)
    return format_recording(scrub(values, private_words(values, ["2102359576DMHC000120", "planted-secret", ""])))


def test_nothing_of_the_owner_survives() -> None:
    text = recording()
    assert [word for word in MUST_NOT_SURVIVE if word in text] == []


def test_what_tells_the_model_and_every_number_survives() -> None:
    kept = parse_recording(recording())
    before = parse_recording(AGENT)
    assert kept[(1, 3, 6, 1, 2, 1, 1, 2, 0)] == before[(1, 3, 6, 1, 2, 1, 1, 2, 0)]
    assert kept[(1, 3, 6, 1, 4, 1, 2011, 9, 4, 0)] == 44
    assert raw_text(kept[(1, 3, 6, 1, 2, 1, 1, 1, 0)]).startswith("S5735-L24T4X-A Huawei")
    assert kept[(1, 3, 6, 1, 2, 1, 2, 2, 1, 2, 5)] == b"GigabitEthernet0/0/5"


def test_tables_that_are_keyed_by_addresses_are_left_out() -> None:
    oids = list(parse_recording(recording()))
    assert not [oid for oid in oids if oid[:7] in ((1, 3, 6, 1, 2, 1, 4), (1, 3, 6, 1, 2, 1, 17)) or oid[4] == 6]


def test_every_type_comes_back_as_it_was() -> None:
    values: dict[Oid, SnmpValue] = {
        (1, 3, 1): -7, (1, 3, 2): 2**32 - 1, (1, 3, 3): 2**64 - 1, (1, 3, 4): b"text", (1, 3, 5): b"\xff\x00|",
        (1, 3, 6): (1, 3, 6, 1), (1, 3, 7): b"", (1, 3, 8): "中文".encode(),
    }  # fmt: skip
    text = format_recording(values)
    assert parse_recording(text) == values
    assert [line.split("|")[1] for line in text.splitlines()] == ["2", "66", "70", "4", "4x", "6", "4", "4x"]
