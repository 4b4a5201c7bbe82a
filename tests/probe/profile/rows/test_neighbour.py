"""Neighbours by LLDP: facts that propose what a device hangs on."""

from opsmon.probe.profile.poller import DevicePoller
from opsmon.probe.profile.rows.neighbour import FACT
from tests.support.probe.profile.making import profiles_of
from tests.support.probe.profile.recording import RecordedSession, parse_recording

REMOTE, LOCAL = "1.0.8802.1.1.2.1.4.1.1", "1.0.8802.1.1.2.1.3.7.1"
OBJECTS = {
    "lldpLocPortId": f"{LOCAL}.3",
    "lldpLocPortDesc": f"{LOCAL}.4",
    "lldpRemPortId": f"{REMOTE}.7",
    "lldpRemPortDesc": f"{REMOTE}.8",
    "lldpRemSysName": f"{REMOTE}.9",
}
INTERFACES = {
    "labels": {"ifIndex": "index", "ifName": "ifName"},
    "columns": ["ifOperStatus"],
}
IF_OBJECTS = {"ifName": "1.3.6.1.2.1.31.1.1.1.1", "ifOperStatus": "1.3.6.1.2.1.2.2.1.8"}
RECORDING = (
    f"{REMOTE}.9.100.5.1|4|core-1\n{REMOTE}.7.100.5.1|4|Gi1/0/24\n{REMOTE}.8.100.5.1|4|\n"
    f"{REMOTE}.9.100.6.2|4|phone\n{REMOTE}.9.100.7.3|4|\n{REMOTE}.9.1.2.3.4|4|four arcs\n"
    f"{LOCAL}.4.6|4|port six\n"
    "1.3.6.1.2.1.31.1.1.1.1.5|4|Gi0/5\n1.3.6.1.2.1.2.2.1.8.5|2|1\n"
)


async def test_a_neighbour_is_named_by_interface_and_remote_port() -> None:
    profiles = profiles_of({"name": "tested", "objects": OBJECTS | IF_OBJECTS, "tables": {"interfaces": INTERFACES}})
    picture = await DevicePoller(profiles, "tested").poll(RecordedSession(parse_recording(RECORDING)))
    assert picture.neighbours == {f"{FACT}Gi0/5": "core-1 Gi1/0/24", f"{FACT}port six": "phone"}


async def test_a_profile_without_lldp_asks_for_none() -> None:
    session = RecordedSession(parse_recording(RECORDING))
    picture = await DevicePoller(profiles_of({"name": "tested"}), "tested").poll(session)
    assert picture.neighbours == {}
    assert session.walks == []
