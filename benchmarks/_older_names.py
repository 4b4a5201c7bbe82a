"""Lets the jobs of `benchmarks.against` run in a tree of before the modules moved (decision 17): a module that the tree
has not is the one that it was.

Imported before anything of opsmon. Only what those jobs use stands here.
"""

import sys
from importlib import import_module
from importlib.util import find_spec

MOVED = {
    "opsmon.probe.kind.icmp": "opsmon.probe.icmp",
    "opsmon.probe.kind.snmp": "opsmon.probe.snmp_check",
    "opsmon.probe.schedule.run_check": "opsmon.probe.worker",
    "opsmon.protocol.icmp.pinger": "opsmon.probe.icmp_pinger",
    "opsmon.protocol.resolver": "opsmon.probe.resolver",
    "opsmon.protocol.snmp.engine": "opsmon.probe.snmp.engine",
    "opsmon.protocol.snmp.session": "opsmon.probe.snmp.session",
}

if find_spec("opsmon.protocol") is None:
    for now, before in MOVED.items():
        sys.modules[now] = import_module(before)
