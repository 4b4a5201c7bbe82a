"""What each metric is: its type and its meaning, as data.

Names of interfaces are those of IF-MIB (RFC 2863) as snmp_exporter's module `if_mib` gives them, names of pings and
other probes are blackbox_exporter's, so that dashboards written for those work unchanged; the rest is normalised over
vendors under `opsmon_`.
"""

from typing import NamedTuple

PREFIX = "opsmon_"


class Metric(NamedTuple):
    """`kind` is a type of the text format: counter, gauge or untyped."""

    kind: str
    help: str


def _counter(text: str) -> Metric:
    return Metric("counter", text)


def _gauge(text: str) -> Metric:
    return Metric("gauge", text)


UNKNOWN = Metric("untyped", "")

INTERFACES: dict[str, Metric] = {
    "ifNumber": _gauge("How many interfaces the device has."),
    "ifIndex": _gauge("The interface's number, unique over the device."),
    "ifType_info": _gauge("The kind of the interface, in the words of the IANA list; always 1."),
    "ifMtu": _gauge("The largest packet that the interface takes, in octets."),
    "ifSpeed": _gauge("Bandwidth in bits a second; 4294967295 means: see ifHighSpeed."),
    "ifPhysAddress": _gauge("The interface's address on its own layer, as a label; always 1."),
    "ifAdminStatus": _gauge("What the operator wants of the interface: 1 up, 2 down, 3 testing."),
    "ifOperStatus": _gauge(
        "What the interface does: 1 up, 2 down, 3 testing, 4 unknown, 5 dormant, 6 notPresent, 7 lowerLayerDown."
    ),
    "ifLastChange": _gauge("The device's uptime when the interface came into its present state, in hundredths."),
    "ifInOctets": _counter("Octets received, 32-bit."),
    "ifInUcastPkts": _counter("Unicast packets received, 32-bit."),
    "ifInNUcastPkts": _counter("Broadcast and multicast packets received, 32-bit."),
    "ifInDiscards": _counter("Good packets received and thrown away."),
    "ifInErrors": _counter("Packets received with errors."),
    "ifInUnknownProtos": _counter("Packets received of a protocol that nobody here speaks."),
    "ifOutOctets": _counter("Octets sent, 32-bit."),
    "ifOutUcastPkts": _counter("Unicast packets sent, 32-bit."),
    "ifOutNUcastPkts": _counter("Broadcast and multicast packets sent, 32-bit."),
    "ifOutDiscards": _counter("Good packets thrown away instead of being sent."),
    "ifOutErrors": _counter("Packets that could not be sent because of errors."),
    "ifOutQLen": _gauge("Packets waiting to be sent."),
    "ifSpecific": _gauge("A pointer to a MIB of the medium; long out of use."),
    "ifInMulticastPkts": _counter("Multicast packets received, 32-bit."),
    "ifInBroadcastPkts": _counter("Broadcast packets received, 32-bit."),
    "ifOutMulticastPkts": _counter("Multicast packets sent, 32-bit."),
    "ifOutBroadcastPkts": _counter("Broadcast packets sent, 32-bit."),
    "ifHCInOctets": _counter("Octets received, 64-bit."),
    "ifHCInUcastPkts": _counter("Unicast packets received, 64-bit."),
    "ifHCInMulticastPkts": _counter("Multicast packets received, 64-bit."),
    "ifHCInBroadcastPkts": _counter("Broadcast packets received, 64-bit."),
    "ifHCOutOctets": _counter("Octets sent, 64-bit."),
    "ifHCOutUcastPkts": _counter("Unicast packets sent, 64-bit."),
    "ifHCOutMulticastPkts": _counter("Multicast packets sent, 64-bit."),
    "ifHCOutBroadcastPkts": _counter("Broadcast packets sent, 64-bit."),
    "ifLinkUpDownTrapEnable": _gauge("Whether the interface tells of its ups and downs by trap: 1 yes, 2 no."),
    "ifHighSpeed": _gauge("Bandwidth in millions of bits a second."),
    "ifPromiscuousMode": _gauge("Whether every frame is taken in: 1 yes, 2 no."),
    "ifConnectorPresent": _gauge("Whether there is a plug that a hand can reach: 1 yes, 2 no."),
    "ifCounterDiscontinuityTime": _gauge("The device's uptime when the interface's counters last jumped."),
}

PROBES: dict[str, Metric] = {
    "probe_success": _gauge("Whether the check succeeded: 1 or 0."),
    "probe_duration_seconds": _gauge("How long the check took."),
    "probe_timeout_seconds": _gauge("How long the check would have waited."),
    "probe_ip_protocol": _gauge("The version of IP that the check used: 4 or 6."),
    "probe_ip_addr_hash": _gauge("A hash of the address that the check used, to see it change."),
    "probe_dns_lookup_time_seconds": _gauge("How long the name took to resolve."),
    "probe_icmp_duration_seconds": _gauge("How long the ping took in each phase: resolve, setup, rtt."),
    "probe_icmp_reply_hop_limit": _gauge("The hop limit (TTL) that the echo reply arrived with."),
    "probe_http_status_code": _gauge("The status of the HTTP answer."),
    "probe_http_duration_seconds": _gauge(
        "How long the request took in each phase: resolve, connect, tls, processing, transfer."
    ),
    "probe_http_content_length": _gauge("The length that the HTTP answer announced, in bytes."),
    "probe_http_uncompressed_body_length": _gauge("The length of the HTTP answer's body, in bytes."),
    "probe_http_last_modified_timestamp_seconds": _gauge("When the page last changed, as the server says."),
    "probe_http_ssl": _gauge("Whether the last answer came over TLS: 1 or 0."),
    "probe_http_version": _gauge("The version of HTTP of the answer."),
    "probe_http_redirects": _gauge("How many redirects the server wanted."),
    "probe_ssl_earliest_cert_expiry": _gauge("When the first certificate of the chain expires, in seconds since 1970."),
    "probe_ssl_last_chain_expiry_timestamp_seconds": _gauge(
        "When the verified chain ends, in seconds since 1970; absent where nothing was verified."
    ),
    "probe_ssl_last_chain_info": _gauge("The server's certificate, as labels; always 1."),
    "probe_tls_version_info": _gauge("The version of TLS, as a label; always 1."),
    "probe_tls_cipher_info": _gauge("The cipher suite, as a label; always 1."),
    "probe_failed_due_to_regex": _gauge("Whether the text that came back is why the check failed: 1 or 0."),
}

DEVICES: dict[str, Metric] = {
    "opsmon_device_up": _gauge("Whether the device answers: 1 or 0; absent while we cannot tell."),
    "opsmon_device_state": _gauge("1 for the state that the device is in, 0 for every other."),
    "opsmon_device_info": _gauge("Who the device says it is; always 1."),
    "opsmon_device_inventory_info": _gauge("What the inventory says of the device; always 1."),
    "opsmon_interface_important": _gauge("An interface that the inventory marks as important; always 1."),
    "opsmon_interface_important_found": _gauge("Whether an interface has the name that is marked important: 1 or 0."),
    "opsmon_interface_uplink": _gauge("An interface that LLDP finds to lead to a parent of the device; always 1."),
    "opsmon_agent_silent_objects": _gauge("Objects that the agent does not answer, while it answers others."),
    "opsmon_agent_rows_left_out": _gauge("Rows of a table that are not read, since it has too many."),
    "opsmon_device_limit_seconds": _gauge("A length of time that conditions of the device go by."),
    "opsmon_device_uptime_seconds": _gauge("How long the device has been running."),
    "opsmon_device_cpu_ratio": _gauge("How busy the processor is, 0 to 1."),
    "opsmon_device_memory_used_ratio": _gauge("How full the memory pool is, 0 to 1."),
    "opsmon_device_temperature_celsius": _gauge("Temperature at a sensor of the device."),
    "opsmon_device_fan_ok": _gauge("Whether the fan works: 1 or 0."),
    "opsmon_device_psu_ok": _gauge("Whether the power supply works: 1 or 0."),
    "opsmon_device_clock_offset_seconds": _gauge("How far the device's clock is ahead of ours."),
    "opsmon_ping_loss_ratio": _gauge("Pings of the last run that were not answered, 0 to 1."),
    "opsmon_ping_sent_total": _counter("Pings to a device that is pinged every 5 s or more often, since the start."),
    "opsmon_ping_lost_total": _counter("Those of them that were not answered."),
    "opsmon_ping_rtt_seconds_total": _counter("The round trips of those that were, added up."),
    "opsmon_ssh_value": _gauge("A number out of what a command printed, by the name of its group."),
    "opsmon_rtsp_tracks": _gauge("How many tracks of a medium the described stream has."),
    "opsmon_check_last_timestamp_seconds": _gauge("When the check was last done, in seconds since 1970."),
    "opsmon_ups_on_battery": _gauge("Whether the UPS feeds its load from the battery: 1 or 0."),
    "opsmon_ups_battery_charge_ratio": _gauge("How full the battery is, 0 to 1."),
    "opsmon_ups_runtime_remaining_seconds": _gauge("How long the battery will carry the present load."),
    "opsmon_ups_load_ratio": _gauge("Load against capacity, 0 to 1."),
    "opsmon_ups_input_volts": _gauge("Voltage at the input."),
    "opsmon_ups_output_volts": _gauge("Voltage at the output."),
    "opsmon_ups_battery_temperature_celsius": _gauge("Temperature of the battery."),
    "opsmon_ups_battery_replace": _gauge("Whether the UPS asks for a new battery: 1 or 0."),
    "opsmon_env_temperature_celsius": _gauge("Temperature of the room at a sensor."),
    "opsmon_env_humidity_ratio": _gauge("Relative humidity of the room at a sensor, 0 to 1."),
    "opsmon_nvr_disk_ok": _gauge("Whether the recorder's disk works: 1 or 0."),
    "opsmon_nvr_channel_online": _gauge("Whether the camera channel delivers: 1 or 0."),
    "opsmon_wlc_aps": _gauge("How many access points the controller knows."),
    "opsmon_wlc_aps_up": _gauge("How many access points are joined to the controller."),
    "opsmon_wlc_clients": _gauge("How many wireless clients are joined."),
    "opsmon_storage_volume_used_ratio": _gauge("How full the volume is, 0 to 1."),
    "opsmon_storage_disk_ok": _gauge("Whether the disk works: 1 or 0."),
    "opsmon_storage_pool_ok": _gauge(
        "Whether a pool, array or RAID set has all its redundancy: 1, or 0 while degraded, rebuilding or failed."
    ),
    "opsmon_printer_waste_space_ratio": _gauge("How much of a waste box is still free, 0 to 1."),
    "opsmon_printer_supply_ratio": _gauge("How much of the supply is left, 0 to 1."),
    "opsmon_firewall_sessions": _gauge("How many sessions the firewall holds."),
}

CATALOGUE: dict[str, Metric] = INTERFACES | PROBES | DEVICES
_FOREIGN_PREFIXES = ("probe_", "snmp_", "smokeping_")


def exposed_name(metric: str) -> str:
    """The name on the page: other exporters' names stay as they are, everything else carries our prefix."""
    if metric.startswith((PREFIX, *_FOREIGN_PREFIXES)) or metric in INTERFACES:
        return metric
    return PREFIX + metric


def meaning_of(metric: str) -> Metric:
    """Type and help of an exposed name; what the catalogue does not know is untyped."""
    return CATALOGUE.get(metric, UNKNOWN)
