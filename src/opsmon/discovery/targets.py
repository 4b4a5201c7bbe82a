"""Which addresses a sweep asks: networks and single ones, without those that are left out; bounded before it begins."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from opsmon.errors import ConfigError, Problem
from opsmon.model.duration import format_duration
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import shown

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
USUAL_ADDRESSES = 4096
MAX_ADDRESSES = 262_144  # more of them are no sweep: a /14, and memory for what answers
MAX_LIST_OCTETS = 8_000_000
MAX_SHOWN_S = 10**8
_SUCH_AS = Sentence(
    "such as 10.1.2.0/24, 10.1.2.7 or 2001:db8::7; names are not swept",
    "例如 `10.1.2.0/24`、`10.1.2.7` 或 `2001:db8::7`；不扫描主机名",
)
_NOT_ASKED = Sentence("multicast, broadcast and reserved addresses are not asked", "不扫描组播、广播和保留地址")


@dataclass(frozen=True, slots=True)
class Targets:
    """`networks` in the order given, `singles` besides; iterated, each address comes once."""

    networks: tuple[IpNetwork, ...]
    without: tuple[IpNetwork, ...] = ()
    words: tuple[str, ...] = field(default=(), compare=False)

    @property
    def count(self) -> int:
        """How many addresses at most; those that stand in two networks or are left out count too."""
        return sum(_hosts(network) for network in self.networks)

    def __iter__(self) -> Iterator[str]:
        seen: list[IpNetwork] = []
        for network in self.networks:
            for address in network.hosts() if network.num_addresses > 1 else [network.network_address]:
                if not any(address in one for one in (*self.without, *seen)):
                    yield str(address)
            seen.append(network)


def _hosts(network: IpNetwork) -> int:
    """Without the network's own address, and of IPv4 without the broadcast, where it has them (RFC 3021, RFC 4291)."""
    if network.num_addresses <= 2:
        return network.num_addresses
    return network.num_addresses - (2 if network.version == 4 else 1)


def parse_targets(words: Sequence[str], without: Sequence[str] = ()) -> Targets:
    """Networks and addresses as typed, or from a list. Raises ConfigError with every word that is neither."""
    problems: list[Problem] = []
    networks = [one for word in words if (one := _parse(word, problems))]
    left_out = [one for word in without if (one := _parse(word, problems, option="--exclude"))]
    if problems:
        raise ConfigError(tuple(problems))
    kept = tuple(dict.fromkeys(networks))
    if not kept:
        told = Sentence("no address to ask", "没有可扫描的地址")
        raise ConfigError(
            (
                Problem(
                    "",
                    0,
                    0,
                    told,
                    Sentence(
                        "`opsmon discover 10.1.2.0/24`, or `--hosts FILE`",
                        "`opsmon discover 10.1.2.0/24`，或 `--hosts FILE`",
                    ),
                ),
            )
        )
    return Targets(kept, tuple(left_out), tuple(words))


def _parse(word: str, problems: list[Problem], option: str = "") -> IpNetwork | None:
    before = f"{option} " if option else ""
    try:
        network = ipaddress.ip_network(word.strip(), strict=False)
    except ValueError:
        message = Sentence(
            f"{before}{shown(word)} is no network and no address", f"{before}{shown(word)} 不是网段，也不是地址"
        )
        problems.append(Problem("", 0, 0, message, _SUCH_AS))
        return None
    if option:
        return network
    if network.is_multicast or network.network_address in ipaddress.ip_network("240.0.0.0/4"):
        told = Sentence(f"{shown(word)} can be no device's address", f"{shown(word)} 不可能是设备地址")
        problems.append(Problem("", 0, 0, told, _NOT_ASKED))
        return None
    return network


def read_lines(file: Path) -> list[str]:
    """The lines of a list that people keep. Raises OSError, ConfigError for what is no text."""
    with file.open("rb") as stream:
        octets = stream.read(MAX_LIST_OCTETS + 1)
    try:
        if len(octets) > MAX_LIST_OCTETS:
            raise ValueError
        return octets.decode("utf-8-sig").splitlines()
    except ValueError:
        told = Sentence("no list: text in UTF-8 of at most 8 MB", "不是列表：须为 8 MB 以内的 UTF-8 文本")
        raise ConfigError((Problem(str(file), 0, 0, told),)) from None


def read_list(file: Path) -> list[str]:
    """The addresses of a file, one a line; `#` begins a comment. Raises OSError, ConfigError."""
    return [word for line in read_lines(file) for word in line.partition("#")[0].replace(",", " ").split()]


def check_size(targets: Targets, pace: float, most: int) -> None:
    """Raises ConfigError where a sweep is larger than was allowed, and says how long it would take."""
    count = targets.count
    if count <= most:
        return
    length, length_zh = _length(count / pace)
    told = Sentence(
        f"{count:,} addresses are more than {most:,}: at {pace:g} a second they take {length}",
        f"{count:,} 个地址，超过 {most:,} 个：每秒 {pace:g} 个约需 {length_zh}",
    )
    hint = (
        Sentence(
            f"smaller networks, one after the other; or `--most {count}`, and `--pace` if the network can bear more",
            f"请分成较小的网段依次扫描；或用 `--most {count}`，网络允许时再加 `--pace`",
        )
        if count <= MAX_ADDRESSES
        else Sentence(
            f"at most {MAX_ADDRESSES:,}; of IPv6 give the hosts themselves, in `--hosts FILE`",
            f"最多 {MAX_ADDRESSES:,} 个；IPv6 请用 `--hosts FILE` 列出主机",
        )
    )
    raise ConfigError((Problem("", 0, 0, told, hint),))


def _length(seconds: float) -> tuple[str, str]:
    if seconds >= MAX_SHOWN_S:
        return "years", "数年"
    return (format_duration(round(seconds)),) * 2
