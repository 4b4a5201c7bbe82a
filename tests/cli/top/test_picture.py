"""What is on the screen: as wide and as high as it, in both languages, what matters most where there is little room."""

import re

import pytest
from rich.cells import cell_len

from opsmon.cli.top.column import columns_for, widths_of
from opsmon.cli.top.picture import TopPicture, whole_picture
from opsmon.cli.top.state import TopState
from opsmon.cli.top.tables import TABLES
from opsmon.model.sample import Outcome
from tests.support.cli.load import late, load_of, row, slow

LANGUAGES = ("en", "zh")
SIZES = ((80, 24), (120, 40), (200, 60), (40, 12), (20, 5))
ENGLISH = re.compile(r"[A-Za-z]{2,}")


def picture(
    width: int = 80, height: int = 24, language: str = "en", load: object = None, **chosen: object
) -> TopPicture:
    state = TopState(**chosen)  # type: ignore[arg-type]
    return TopPicture(load_of() if load is None else load, state, width, height, language)  # type: ignore[arg-type]


def words(made: TopPicture) -> list[str]:
    return [line.plain.rstrip() for line in made.lines()]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("table", TABLES)
def test_it_fills_the_screen_and_no_line_is_too_long(table: str, size: tuple[int, int], language: str) -> None:
    lines = picture(*size, language, table=table, wanted="", typing=False).lines()
    assert len(lines) <= size[1]
    assert size[1] < 12 or len(lines) == size[1]
    assert max(line.cell_len for line in lines) <= size[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", TABLES)
def test_every_cell_stands_below_its_heading(table: str, language: str) -> None:
    shown = TABLES[table]
    for width in range(30, 200, 7):
        columns = columns_for(shown, width, language)
        widths = widths_of(columns, width, language)
        assert sum(widths) + 2 * (len(widths) - 1) <= max(width, widths[0])
        assert all(cells > cell_len(one.heading.in_(language)) for one, cells in zip(columns, widths, strict=True))


def test_where_it_is_narrow_what_matters_most_is_left() -> None:
    keys = {width: [one.key for one in columns_for(TABLES["checks"], width, "en")] for width in (40, 80, 200)}
    assert keys[40][:1] == ["name"]
    assert {"checks_per_s", "failed", "p99_s", "late_p99_s", "cpu_ratio"} <= set(keys[80])
    assert {outcome.value for outcome in Outcome} - {"ok"} <= set(keys[200])


@pytest.mark.parametrize("language", LANGUAGES)
def test_half_of_the_outcomes_are_never_shown_without_those_before_them(language: str) -> None:
    order = ["degraded", "timeout", "refused", "auth", "protocol", "local_fault"]
    for width in range(60, 200):
        found = [one.key for one in columns_for(TABLES["sites"], width, language) if one.key in order]
        assert found == order[: len(found)]


def test_the_header_tells_each_figure() -> None:
    head = "\n".join(words(picture(120)))
    for told in (
        "2,000 devices, 2 sites, 2,215 checks", "up 1d1h", "41.2 a second now", "41.2 over 60 s",
        "failed 0.50 a second",
        "12.3 % of a core now", "snmp 5.00 %", "half within 50.0 ms, 99 % within 190 ms, worst 400 ms",
        "loop: 1 hold, 330 ms, by check ssh of mcu-1", "173 MiB: 165,458 numbers", "journal 2,069", "no place 1",
        "held back 5", "messages -", "streams 1",
    ):  # fmt: skip
        assert told in head, told


def test_what_is_wrong_has_a_colour_and_what_is_not_has_none() -> None:
    calm = load_of(holds={"count": 0, "held_s": 0.0, "longest_by": ""})
    calm["minute"]["failures_per_s"] = 0.0
    calm["queues"]["checks_waiting"] = 0
    loud = load_of()
    loud["lateness"]["worst_s"] = 9.0
    styles = [{str(span.style) for line in picture(load=load).header for span in line.spans} for load in (calm, loud)]
    assert not {"red", "yellow"} & styles[0]
    assert {"red", "yellow"} <= styles[1]


def test_rows_are_sorted_turned_filtered_and_scrolled() -> None:
    first = words(picture(table="devices"))
    assert next(line for line in first if line.startswith("dev-")).split()[0] == "dev-000"
    turned = words(picture(table="devices", reverse=True))
    assert "摄像机-西门" in next(line for line in turned if "icmp" in line)
    scrolled = words(picture(table="devices", first=1_000))
    assert "摄像机-西门" in [line for line in scrolled if "icmp" in line][-1]
    assert "101 of 101" in scrolled[-1]
    filtered = words(picture(table="devices", wanted="DEV-01"))
    assert {line.split()[0] for line in filtered if line.startswith("dev-")} == {f"dev-01{n}" for n in range(10)}
    assert "filter: DEV-01" in filtered[-1]
    assert "nothing of that name" in "\n".join(words(picture(table="sites", wanted="nowhere")))


def test_what_is_not_known_sorts_below_all_else() -> None:
    names = [
        line.split()[0] for line in words(picture(sort="cpu_ratio", width=120)) if line[:4] in ("icmp", "snmp", "web ")
    ]
    assert names[-1] == "web"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_device_says_cannot_steer_the_terminal(language: str) -> None:
    load = load_of(
        slowest=[slow("a\x1b[2J\u202eb", 1.0)], late=[late("c\x07\r\nd", 2.0)], sites=[row("e", "f\x1b]0;g\x07")],
        holds={"count": 1, "held_s": 1.0, "longest_by": "h\x1b[31m"},
    )  # fmt: skip
    for table in TABLES:
        text = "\n".join(line.plain for line in picture(140, language=language, table=table, load=load).lines())
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_a_chinese_reader_meets_names_and_units_alone() -> None:
    for table in TABLES:
        text = "\n".join(words(picture(140, 40, "zh", table=table)))
        found = set(ENGLISH.findall(re.sub(r"dev-\d+|check ssh of mcu-\d|mcu-\d", "", text)))
        assert found <= {"opsmon", "Ping", "SNMP", "MiB", "ms", "hall", "lab", "web", "Esc"}, found


def test_the_tables_of_one_picture_are_whole_and_one_below_the_other() -> None:
    lines = [line.plain.rstrip() for line in whole_picture(load_of(), [TopState(name) for name in TABLES], 160, "en")]
    assert sum("icmp" in line and line.startswith("dev-") for line in lines) == 100
    assert [lines.index(title) for title in ("checks", "sites", "slowest", "late 2", "CPU")] == sorted(
        lines.index(title) for title in ("checks", "sites", "slowest", "late 2", "CPU")
    )


def test_trouble_is_told_at_the_bottom() -> None:
    made = TopPicture(load_of(), TopState(), 80, 24, "en", "no answer from http://127.0.0.1:9 (refused)")
    assert words(made)[-1].startswith("no answer from")
