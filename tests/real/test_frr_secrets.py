"""FRR's own daemons show what they were told, keys and all; what is kept of it holds none of them."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsmon.backup.secrecy.scrub import PLACEHOLDER, Scrubber
from tests.support.programs import require, require_root

pytestmark = pytest.mark.real
CONFIG = """\
interface eth1
 ip router isis CORE
 isis password clear Fr01isis
interface eth2
 ip router isis CORE
 isis password md5 Fr02isis
interface eth3
 ip rip authentication mode text
 ip rip authentication string Fr03rip
 ip ospf authentication-key Fr04ospf
 ip ospf message-digest-key 1 md5 Fr05ospfmd5
router isis CORE
 net 49.0001.0000.0000.0001.00
 area-password clear Fr06area
 domain-password md5 Fr07domain
router bgp 65000
 neighbor 192.0.2.1 remote-as 65001
 neighbor 192.0.2.1 password Fr08bgp
key chain K
 key 1
  key-string Fr09chain
"""
KEYS = [word for word in CONFIG.split() if word.startswith("Fr0")]
# In network and process namespaces of their own: everything that was started ends with the script.
SCRIPT = """
for daemon in zebra isisd ripd ospfd bgpd; do
    /usr/lib/frr/$daemon -d -u frr -g frr --vty_socket "$1" -i "$1/$daemon.pid" -z "$1/zserv.api" -f /dev/null
done
for attempt in $(seq 50); do
    for daemon in zebra isisd ripd ospfd bgpd; do [ -S "$1/$daemon.vty" ] || { sleep 0.1; continue 2; }; done
    break
done
vtysh --vty_socket "$1" -f "$1/frr.conf" >&2
vtysh --vty_socket "$1" -c 'show running-config'
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that FRR's own user can reach, as it can no folder of pytest's."""
    with tempfile.TemporaryDirectory(prefix="opsmon-frr-") as name:
        shutil.chown(name, "frr", "frrvty")
        yield Path(name)


def test_what_frr_shows_is_kept_without_its_keys(request: pytest.FixtureRequest) -> None:
    require("vtysh", "frr")
    require_root()  # FRR gives its rights up to a user of its own
    folder: Path = request.getfixturevalue("folder")
    (folder / "frr.conf").write_text(CONFIG, "ascii")
    words = ["unshare", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", SCRIPT, "sh", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    shown = [key for key in KEYS if key in done.stdout]
    assert len(shown) >= len(KEYS) - 1, done.stderr  # versions differ in what they take
    scrubbed = Scrubber(b"k" * 32).scrub(done.stdout)
    assert [key for key in KEYS if key in scrubbed] == []
    assert len(PLACEHOLDER.findall(scrubbed)) >= len(shown)
