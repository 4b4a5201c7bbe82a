"""What `make bench` writes of all its benchmarks together."""

from benchmarks.__main__ import BENCHMARKS, Run, as_json, others
from benchmarks._rows import Peer, Row

WALK = Row("a walk", 500.0, "µs", None, (Peer("snmp_exporter", 1_000.0, "", "0.21.0", 0.30), Peer("telegraf")))


def test_the_json_has_machine_versions_rows_and_what_was_missed() -> None:
    runs = {"snmp_walk": Run([WALK], 12.0, True), "fleet": Run()}
    told = as_json(runs, {"cores": 2}, quick=True)
    assert told["machine"] == {"cores": 2}
    assert told["quick"] is True
    assert told["versions"]["snmp_exporter"] == "0.21.0"
    assert {"opsmon", "snmp_exporter"} == set(told["versions"]), "telegraf was not here"
    assert told["benchmarks"]["snmp_walk"]["rows"] == [WALK.as_json()]
    assert told["benchmarks"]["fleet"] == {"whole": False, "took_s": 0.0, "rows": []}
    assert told["missed"] == ["a walk: 0.50 of snmp_exporter, bar 0.3"]


def test_every_benchmark_is_a_module_and_no_module_is_left_out() -> None:
    assert not BENCHMARKS.keys() & set(others())
    assert {"against", "board", "memory"} <= set(others())
