"""A network namespace of the benchmark's own: nobody else's pings are heard there, and what is dropped there is dropped
for nobody else. For root on Linux, with util-linux, iproute2 and, where answers are lost, nftables.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from functools import cache

from benchmarks._measure import python_module

INSIDE = "--inside-namespace"
_PROGRAMS = ("unshare", "ip", "nft")
_FIELD = (
    "add table inet field",
    "add chain inet field leaving { type filter hook output priority 0 ; }",
    "add set inet field dead { type ipv4_addr ; flags interval ; }",
)
_LEAVING = "inet field leaving icmp type echo-reply"
_DROP_DEAD = f"add rule {_LEAVING} ip saddr @dead drop"


def run_inside(module: str, measure: Callable[[argparse.Namespace], int], parser: argparse.ArgumentParser) -> int:
    """The exit code of `measure`, which runs in a namespace: this process starts the module again in one."""
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside_namespace:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return measure(options)
    if missing := [name for name in _PROGRAMS if shutil.which(name) is None]:
        print(f"this needs {', '.join(missing)} (Debian: util-linux, iproute2, nftables)", file=sys.stderr)
        return 2
    inside = python_module(module, *sys.argv[1:], INSIDE)
    return subprocess.run(["unshare", "--net", *inside], check=False).returncode


def silence(addresses: Iterable[str]) -> None:
    """From now on they answer no ping; requests still reach them."""
    _make_field()
    _nft(f"add element inet field dead {{ {', '.join(addresses)} }}")


def lose(share: float) -> None:
    """So much of all answers to pings is lost by chance."""
    _make_field()
    _nft(f"add rule {_LEAVING} numgen random mod 100000 < {round(share * 100_000)} drop")


@cache
def _make_field() -> None:
    for rule in (*_FIELD, _DROP_DEAD):
        _nft(rule)


def _nft(rule: str) -> None:
    subprocess.run(["nft", rule], check=True)
