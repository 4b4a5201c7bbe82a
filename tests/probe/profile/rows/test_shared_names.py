"""What devices of one model have in common is held once, and goes with the last of them."""

import gc
from weakref import ref

from opsmon.model.sample import SeriesKey
from opsmon.probe.profile.rows.shared_names import LabelTable, SharedNames

NAMES = ("ifAlias", "ifName")
PORTS = ("GE1", "GE2")


def table(names: SharedNames, *alias: str) -> LabelTable:
    return names.label_table(NAMES, [alias, PORTS], len(PORTS))


def test_tables_of_the_same_names_are_one_object_with_one_block() -> None:
    names = SharedNames()
    first, second = table(names, "a", "b"), table(names, "a", "b")
    assert first is second
    assert names.table_block(("ifMtu",), first) is names.table_block(("ifMtu",), second)
    assert names.table_block(("ifSpeed",), first) is not names.table_block(("ifMtu",), first)


def test_tables_that_differ_in_one_label_share_the_other() -> None:
    names = SharedNames()
    first, second = table(names, "a", "b"), table(names, "a", "c")
    assert first is not second
    assert first[0] == second[0] == (("ifAlias", "a"), ("ifName", "GE1"))
    assert (first[1], second[1]) == ((("ifAlias", "b"), ("ifName", "GE2")), (("ifAlias", "c"), ("ifName", "GE2")))
    assert first[-1][1][1] is second[-1][1][1]


def test_rows_are_given_one_by_one_and_together() -> None:
    made = table(SharedNames(), "a", "b")
    assert list(made) == [made[0], made[1]] == list(made[0:2])
    assert len(made) == 2
    assert list(SharedNames().label_table((), (), 3)) == [(), (), ()]


def test_blocks_of_the_same_series_are_one_object_unless_other_curves_are_kept() -> None:
    names, keys = SharedNames(), (SeriesKey("wlc_aps"), SeriesKey("wlc_clients"))
    block = names.block(keys)
    assert names.block(tuple(keys)) is block
    assert names.block(keys, (0,)) is not block


def test_what_no_device_has_any_more_is_gone() -> None:
    names = SharedNames()
    made = table(names, "a", "b")
    block = names.table_block(("ifMtu",), made)
    watched = (ref(made), ref(block))
    del made
    gc.collect()
    assert all(one() is not None for one in watched)  # the block has its labels
    del block
    gc.collect()
    assert all(one() is None for one in watched)
