"""Lines that nobody typed: no commit for a night in which nothing changed, no message of a log in a configuration."""

import pytest

from opsmon.backup.proof.configuration import normalised
from opsmon.backup.proof.volatile import log_message_in
from tests.support.backup.far_end import FarEnd, Manners, behave, ios_config, vrp_config
from tests.support.backup.rig import Rig, stock_recipes

STAMPS = (
    "2026-11-27 02:10:03.001 +08:00",
    "2026-11-27 02:10:03+08:00 DST",
    "Fri Nov 27 02:10:03.123 UTC",
    "02:10:03 CST Fri Nov 27 2026",
    "*02:10:03.123 UTC Fri Nov 27 2026",
    "02:10:03 UTC Fri 11/27/2026",
    "Nov 27 02:10:03",
    "!Time: Fri Nov 27 02:10:03 2026",
    "# nov/27/2026 02:10:03 by RouterOS 6.48",
    "# Exported by admin on Fri Nov 27 02:10:03 2026",
    "!! Last configuration change at Fri Nov 27 2026 by admin",
    "Time source is NTP, 02:10:03.123 CST Fri Nov 27 2026",
    "Load for five secs: 1%/0%; one minute: 1%; five minutes: 1%",
    "2026年11月27日 02:10:03",
    "系统时间:2026-11-27 02:10:03",
    "System time: 2026-11-27 02:10",
    "{master:0}",
    "{primary:node0}",
    "{backup:1}[edit]",
    "ntp clock-period 17179869",
    "! stack unit 1 role master",
    "#private-encryption-key=PlantedKey==",
    "uptime is 3 days",
    "Current configuration : 123 bytes",
    "!Startup config saved at: Thu Nov 26 12:10:01 2026",
    "!Current SNTP Synchronized Time: SNTP Client Mode Is Disabled",
    "! Created: Fri Nov 27 02:10:03 2026",
    "! On terminal: ssh-1",
    "# inactive time",
    "# poe-out status: short_circuit",
    "# ether5 not ready",
    "<!-- generated 2026-11-27T02:10:03+0800 -->",
    "Info: The configuration was changed at 2026-11-26 12:10:01.",
    "Configuration last modified by admin at Thu Nov 26 12:10:01 2026",
    "<last_rule_upd_time>1764209403</last_rule_upd_time>",
)
TYPED = (
    "interface Vlanif1", " description moved 2026-11-27 02:10", "hostname core-1", "sysname core-1", "version 15.2",
    "#", "!", "! switch 1", "boot system flash:c2960.bin", "user-interface vty 0 4", "stack",
    "! made by the night shift",
    "nat 10:00", " time-range worktime 08:00 to 18:00 working-day", "absolute start 08:00 1 January 2026",
    "clock timezone CST 8", "set mode standby", "clock summer-time CEST recurring",
)  # fmt: skip
MESSAGES = (
    "%Nov 28 02:10:04:512 2026 core-1 IFNET/3/PHY_UPDOWN: Physical state on the interface changed to down.",
    "Nov 28 2026 02:10:04+08:00 core-1 %%01IFNET/4/LINK_STATE(l)[0]:The line protocol has entered the DOWN state.",
    "#Nov 28 2026 02:10:04+08:00 core-1 DS/4/DATASYNC_CFGCHANGE:OID 1.3.6.1",
    "*Mar  1 00:00:05.123: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
    "000123: Nov 28 02:10:04: %SYS-5-CONFIG_I: Configured from console",
    "%SYS-5-CONFIG_I: Configured from console",
    "2026 Nov 28 02:10:04 core-1 %ETHPORT-5-IF_DOWN: Interface Ethernet1/1 is down",
    "%ASA-5-111008: User 'ops' executed the 'write' command.",
    "RP/0/RSP0/CPU0:Nov 28 02:10:04.123 : ifmgr[233]: %PKT_INFRA-LINK-3-UPDOWN : Interface",
    "Message from syslogd@mx-1 at Nov 28 02:10:04  ...",
    "Broadcast message from root@host (pts/0)",
    "I 11/28/26 02:10:04 00076 ports: port 1 is now on-line",
    "2026-11-28 02:10:04, WARNING@NET: interface down",
    "<189>Nov 28 02:10:04 192.0.2.1-1 TRAPMGR: Link Down",
    "An alarm 18 level 3 occurred at 02:10:04",
    "Nov 28 02:10:04 mx-1 mgd[1234]: UI_COMMIT: user",
    "02:10:04 echo: system,error,critical login failure",
)
ON_THEIR_OWN = (
    "%LINK-W-Down:  gi1/0/1",
    "27-Nov-2026 02:10:03 :%AAA-I-DISCONNECT: http connection for user cisco",
    "11/27/2026 02:10:03.45 <Info:vlan.msgs.portLinkStateDown> Port 1 link down",
    "<Warn:vlan.msgs> Slot-1: Port 1:1 link down",
    "nov/27/2026 02:10:03 system,error,critical login failure for user root",
    "2026-11-27 02:10:03 system,error,critical login failure for user root",
    "Nov 27 02:10:03 localhost kernel: [12345.678] eth0: link down",
    "2026/11/27 02:10:03 WARNING: Interface Ethernet1/1 changed state to down",
    "[2026-11-27 02:10:03] Local7.Info 192.0.2.1 link down",
    "%2026-11-27 02:10:03:123 core-1 IFNET/3/PHY_UPDOWN: Physical state on the interface changed",
    "*** --- SHUTDOWN in 0:05:00 ---",
    "The system is going down for reboot NOW!",
)
NAMED = (
    '    set comment "%ASA-4-106023: deny"', " alias exec down show log | include %LINK-3-UPDOWN:",
    '        message "Nov 27 02:10:03 host-1 sshd[123]: failed";', "   regex %LINK-3-UPDOWN:",
    ' event syslog pattern "%LINK-3-UPDOWN: Interface"', "logging discriminator A mnemonics drops UPDOWN",
    " description %LINK-3-UPDOWN: none", ' action 1.0 syslog msg "%A-3-B: x"',
    "! Last configuration change at 10:00:00 CST Fri Nov 27 2026 by wang", " password cipher %^%#ab/3/cd:%^%#",
    "clock summer-time CEST date Mar 29 2026 2:00 Oct 25 2026 3:00", "ntp server 192.0.2.1",
)  # fmt: skip
VRP = stock_recipes().by_platform["huawei_vrp"]


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_stamp_above_the_first_line_is_left_out(stamp: str) -> None:
    assert normalised(f"{stamp}\n{vrp_config()}", VRP) == vrp_config()


@pytest.mark.parametrize("line", TYPED)
def test_what_somebody_typed_is_kept(line: str) -> None:
    assert f"\n{line}\n" in normalised(f"x\n{line}\nx\n", VRP)


def test_between_the_edges_each_line_is_left_out_wherever_it_stands_and_the_others_keep_their_order() -> None:
    recipe = stock_recipes().by_platform["cisco_ios"]
    typed = [f"interface Gi1/0/{n % 7}" for n in range(60)]
    text = "\n".join(line for one in typed for line in (one, "ntp clock-period 17179869", "!", "Nov 27 02:10:03"))
    kept = normalised(f"{text}\nend\n", recipe).split("\n")
    assert "ntp clock-period 17179869" not in kept
    assert "Nov 27 02:10:03" in kept, "a stamp alone is one at the edges only"
    assert [line for line in kept if line.startswith("interface")] == typed


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("before", ["", " port default vl"])
def test_a_message_of_the_log_is_known_on_its_own_and_within_a_line(message: str, before: str) -> None:
    if before and message.startswith(("Message", "Broadcast", "I 1", "<1", "An alarm", "02:")):
        return  # these always begin a line
    assert log_message_in(f"interface Vlanif1\n{before}{message}\nan 5\n")


@pytest.mark.parametrize("message", ON_THEIR_OWN)
def test_a_message_that_only_its_beginning_gives_away(message: str) -> None:
    assert log_message_in(f"interface Vlanif1\n{message}\n mtu 1500\n") == message


@pytest.mark.parametrize("line", NAMED)
def test_a_configuration_may_name_messages(line: str) -> None:
    assert log_message_in(f"x\n{line}\nx\n") == ""


def test_a_capture_with_a_message_is_read_again(far: FarEnd, rig: Rig) -> None:
    """`{shown}` is the number of the reading; 8 is no severity, so that the second reading here has no message."""
    there = far.device(Manners(config=vrp_config(extra="%LINK-{shown}-UPDOWN: Interface\n#\n")))
    device = rig.device(there)
    there.shown = 6
    assert rig.one(device).ok
    assert there.shown == 8
    assert "%LINK-8-UPDOWN" in rig.text(device)


def test_a_capture_with_messages_in_each_reading_is_refused(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config=vrp_config(extra="%LINK-{shown}-UPDOWN: Interface\n#\n")))
    refused = rig.one(rig.device(there))
    assert "a message of the device's log stands in the configuration" in refused.reason
    assert there.shown == 3


def test_stamps_that_differ_from_night_to_night_are_no_change(far: FarEnd, rig: Rig) -> None:
    there = far.device(Manners(config="2026-11-27 02:10:03.001 +08:00\n" + vrp_config()))
    device = rig.device(there)
    rig.one(device)
    behave(there, config="2026-11-28 02:10:03.001 +08:00\n" + vrp_config())
    assert not rig.one(device).changed


def test_secrets_that_a_make_salts_anew_are_no_change_and_changed_ones_are(far: FarEnd, rig: Rig) -> None:
    """Only a second reading can tell: where secrets alone differ from the last copy, the device is read twice."""
    salted = "local-user ops password cipher %^%#Planted{shown}%^%#\n#\n"
    there = far.device(Manners(config=vrp_config(extra=salted)))
    device = rig.device(there)
    rig.one(device)
    assert not rig.one(device).changed
    behave(there, config=vrp_config(extra=salted + "ftp server enable\n#\n"))
    assert rig.one(device).changed
    behave(there, config=vrp_config(extra="local-user ops password cipher %^%#Fixed%^%#\n#\nftp server enable\n#\n"))
    assert rig.one(device).changed
    behave(there, config=vrp_config(extra="local-user ops password cipher %^%#Other%^%#\n#\nftp server enable\n#\n"))
    assert rig.one(device).unannounced


def test_a_make_that_is_read_twice_and_salts_anew(far: FarEnd, rig: Rig) -> None:
    body = ios_config("core-1", extra="username ops password 7 0011{shown}2233\n!\n").replace("end\n\n", "")
    device = rig.device(far.device(Manners(make="nxos", config=body)))
    result = rig.one(device)
    assert result.ok, result.reason
    assert not rig.one(device).changed


SKELETON = (
    "Building configuration...\n\nCurrent configuration : {} bytes\n!\nboot-start-marker\nboot-end-marker\n{}end\n\n"
)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (SKELETON.format(90, "!\n" * 9), "it does not name the device"),
        (SKELETON.format(90, "hostname edge-1\n" + "!\n" * 9), "nothing in it is like"),
        (SKELETON.format(7423, "version 15.2\nhostname edge-1\n" + "!\n" * 9), "the device announced 7423 bytes"),
    ],
)  # fmt: skip
def test_the_skeleton_that_a_restricted_user_sees_is_refused_at_first_contact(
    far: FarEnd, rig: Rig, config: str, reason: str
) -> None:
    device = rig.device(far.device(Manners(make="ios", host="edge-1", config=config)), "edge-1")
    refused = rig.one(device)
    assert not refused.ok
    assert reason in refused.reason
    assert "`ssh.username` may not be allowed" in refused.reason


def test_parts_that_junos_hides_are_refused(far: FarEnd, rig: Rig) -> None:
    config = (
        "system {\n    host-name mx-1;\n    login {\n        /* ACCESS-DENIED */\n    }\n" + "    x 1;\n" * 9 + "}\n"
    )
    device = rig.device(far.device(Manners(make="junos", host="mx-1", config=config)), "mx-1")
    assert "the device hides parts of it" in rig.one(device).reason
