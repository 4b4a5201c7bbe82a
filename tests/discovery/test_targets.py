"""What a sweep is told to ask: every address once, mistakes before it begins, and no network beyond the limit."""

from pathlib import Path

import pytest

from opsmon.discovery.gateway import own_gateways
from opsmon.discovery.targets import check_size, parse_targets, read_list
from opsmon.errors import ConfigError


def test_networks_and_hosts_give_each_address_once_without_those_left_out() -> None:
    targets = parse_targets(["192.0.2.0/29", "192.0.2.3", "2001:db8::7", "192.0.2.6/31"], ["192.0.2.4/31"])
    assert list(targets) == ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.6", "2001:db8::7"]


def test_every_word_that_is_no_network_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_targets(["core-1", "10.1.2.0/33", "224.0.0.0/24", "10.0.0.0/30"], ["nothing"])
    assert len(raised.value.problems) == 4


def test_a_network_beyond_the_limit_is_refused_with_the_time_that_it_takes() -> None:
    targets = parse_targets(["10.1.0.0/16"])
    with pytest.raises(ConfigError, match=r"65,534 addresses .* take 54m37s .*--most 65534"):
        check_size(targets, 20, 4096)
    check_size(targets, 20, 65_534)
    with pytest.raises(ConfigError, match="--hosts FILE"):
        check_size(parse_targets(["2001:db8::/64"]), 20, 4096)


def test_a_list_has_comments_and_blanks(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("\ufeff# first\n192.0.2.1  # core\n\n2001:db8::1, 192.0.2.9\n", "utf-8")
    assert read_list(tmp_path / "hosts") == ["192.0.2.1", "2001:db8::1", "192.0.2.9"]
    (tmp_path / "hosts").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="no list"):
        read_list(tmp_path / "hosts")


def test_the_gateways_are_those_of_the_default_routes(tmp_path: Path) -> None:
    head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
    routes = "eth0\t00000000\t0102000A\t0003\t0\t0\t0\t00000000\neth0\t0002000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"
    (tmp_path / "route").write_text(head + routes)
    hop = "fe800000000000000000000000000001"
    (tmp_path / "ipv6_route").write_text(f"{'0' * 32} 00 {'0' * 32} 00 {hop} 00000400 1 0 3 eth0\n")
    assert own_gateways(tmp_path / "route", tmp_path / "ipv6_route") == {"10.0.2.1", "fe80::1"}
    assert own_gateways(tmp_path / "none", tmp_path / "none") == frozenset()
