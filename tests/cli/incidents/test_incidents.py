"""`opsmon incidents` against a console that is served over TCP, with the real engine behind it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestServer

from opsmon.cli.main import run
from opsmon.engine.input import Reloaded
from opsmon.model.name import IncidentId
from opsmon.web.server import make_application
from tests.support.cli.said import Said
from tests.support.engine.paged import on_call
from tests.support.web.scene import TOKEN, WebScene, everything_answers

Opsmon = Callable[..., Coroutine[Any, Any, Said]]


@pytest.fixture
def scene(tmp_path: Path) -> WebScene:
    made = WebScene(tmp_path)
    made.parts = replace(made.parts, settings=replace(made.parts.settings, root=tmp_path))
    everything_answers(made)
    return made


@pytest.fixture
async def port(scene: WebScene) -> AsyncIterator[int]:
    async with TestServer(make_application(scene.parts)) as server:
        assert server.port is not None
        yield server.port


@pytest.fixture
def opsmon(tmp_path: Path, port: int, capsys: pytest.CaptureFixture[str]) -> Opsmon:
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}", token: {TOKEN}}}\nlanguage: en\n')

    async def call(*words: str) -> Said:
        code = await asyncio.to_thread(run, ["--root", str(tmp_path), *words])
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return call


async def test_list_shows_what_is_left_on_the_clocks(scene: WebScene, opsmon: Opsmon) -> None:
    assert (await opsmon("incidents", "list")).out == "no incidents\n"
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", "list")
    assert said.code == 0
    assert name in said.out
    assert "mcu-1 does not answer" in said.out
    assert "E2 on site 2m47s left" in said.out
    assert "mcu-1 does not answer | erlong-hall" in said.out
    scene.daemon.wait(300)
    assert "!! E2 on site 2m13s over" in (await opsmon("incidents", "list")).out
    listed = (await opsmon("incidents", "list", "--json")).json
    assert [incident["id"] for incident in listed] == [name]
    assert (await opsmon("incidents", "list", "--site", "lab", "--json")).json == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("incidents", "list", "--site", "labb"), "no site `labb` (did you mean `lab`?)"),
        (("incidents", "list", "--device", "mcu1"), "no device `mcu1` (did you mean `mcu-1`?)"),
        (("incidents", "list", "--contract", "x"), "no contract `x`"),
        (("incidents", "list", "--condition", "DeviceDwon"), "no condition `DeviceDwon` (did you mean `DeviceDown`?)"),
        (("incidents", "clocks", "--clause", "ZZ9"), "no clause `ZZ9`"),
        (("incidents", "clocks", "--site", "nowhere"), "no site `nowhere`"),
        (("notify", "list", "--channel", "oncal"), "no channel `oncal` (did you mean `oncall`?)"),
    ],
)
async def test_a_name_that_nobody_knows_is_no_all_clear(
    scene: WebScene, opsmon: Opsmon, words: tuple[str, ...], told: str
) -> None:
    said = await opsmon(*words)
    assert (said.code, said.out, told in said.err) == (2, "", True), said.err


async def test_a_daemon_of_another_root_is_not_taken_for_ours(scene: WebScene, tmp_path: Path, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    other = tmp_path / "other"
    other.mkdir()
    (other / "opsmon.yaml").write_text((tmp_path / "opsmon.yaml").read_text())
    assert (await opsmon("incidents", "list")).code == 0
    for words in (("list",), ("ack", name, "--by", "a")):
        said = await opsmon("incidents", *words, "--root", str(other))
        assert (said.code, said.out) == (3, "")
        assert f"watches {tmp_path} (instance {scene.parts.instance}), not {other}" in said.err
    assert [fact.type for fact in scene.daemon.world.incidents.by_id[IncidentId(name)].facts] == ["detected"]


@pytest.mark.parametrize("token", ["", ", token: another-token-of-32-characters-x"])
async def test_a_command_with_another_daemons_token_or_none_is_told_whose_daemon_it_asked(
    scene: WebScene, tmp_path: Path, opsmon: Opsmon, port: int, token: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}"{token}}}\nlanguage: en\n')
    said = await opsmon("incidents", "ack", scene.dies("mcu-1"), "--by", "a", "--root", str(other))
    assert (said.code, f"watches {tmp_path} (instance" in said.err) == (3, True), said.err


async def test_a_wrong_token_for_our_own_daemon_stays_a_wrong_token(
    scene: WebScene, tmp_path: Path, opsmon: Opsmon, port: int
) -> None:
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}"}}\nlanguage: en\n')
    said = await opsmon("incidents", "ack", scene.dies("mcu-1"), "--by", "a")
    assert (said.code, "the bearer token is missing or wrong" in said.err) == (2, True), said.err


async def test_a_hint_names_the_command_and_not_an_address_of_the_api(opsmon: Opsmon) -> None:
    for words, lists in (
        (("incidents", "show", "20260101-9"), "`opsmon incidents list --state all`"),
        (("incidents", "list", "--site", "nowhere"), "`opsmon inventory list`"),
        (("incidents", "list", "--device", "nothing"), "`opsmon inventory list`"),
        (("incidents", "maintenance", "nothing", "--until", "23:59"), "`opsmon inventory list`"),
    ):
        said = await opsmon(*words)
        assert (said.code, f"{lists} lists them" in said.err, "/api/" in said.err) == (2, True, False), said.err


async def test_a_second_acknowledge_says_who_holds_it_and_since_when(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    assert (await opsmon("incidents", "ack", name, "--by", "张三")).code == 0
    since = scene.clock.now().astimezone(ZoneInfo("Asia/Shanghai")).isoformat(timespec="seconds")
    scene.daemon.wait(20)
    said = await opsmon("incidents", "ack", name, "--by", "李四")
    assert (said.code, f"held by 张三 since {since}" in said.err) == (1, True), said.err
    assert (await opsmon("incidents", "event", name, "reported", "--by", "用户")).code == 0
    assert (await opsmon("incidents", "ack", name, "--by", "李四")).code == 0  # the report's clock waits for it


async def test_a_time_of_day_that_is_none_is_wrong_input(scene: WebScene, opsmon: Opsmon) -> None:
    said = await opsmon("incidents", "event", scene.dies("mcu-1"), "reported", "--at", "25:01", "--by", "用户")
    assert (said.code, "`25:01` is no time of the day" in said.err) == (2, True)


async def test_show_tells_everything(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", "show", name)
    assert said.code == 0
    for word in ("mcu-1", "erlong-hall", "xicheng-vc-2025", "E2", "detected", "monitoring"):
        assert word in said.out
    assert (await opsmon("incidents", "show", name, "--json")).json["id"] == name


async def test_show_tells_who_was_let_in_and_when_a_past_fact_was_written_down(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    told_at = scene.clock.now().isoformat()
    scene.daemon.wait(1_800)
    await opsmon("incidents", "event", name, "on_site", "--at", told_at, "--by", "驻场员")
    await opsmon("incidents", "judge", name, "--severity", "major", "--by", "班长", "--reason", "a meeting")
    said = await opsmon("incidents", "show", name)
    assert "[recorded 11-20 10:3" in said.out
    assert said.out.count("[via token:token@127.0.0.1]") == 2


async def test_a_person_shows_the_first_token_that_the_account_can_open(
    scene: WebScene, opsmon: Opsmon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = scene.dies("mcu-1")
    settings = (
        (tmp_path / "opsmon.yaml")
        .read_text()
        .replace(
            f"token: {TOKEN}", "tokens: [{name: li, token: {env: LI_TOKEN}}, {name: wang, token: {env: WANG_TOKEN}}]"
        )
    )
    (tmp_path / "opsmon.yaml").write_text(settings)
    said = await opsmon("incidents", "ack", name, "--by", "王")
    assert (said.code, "the environment variable LI_TOKEN is not set" in said.err) == (2, True)
    monkeypatch.setenv("WANG_TOKEN", TOKEN)
    assert (await opsmon("incidents", "ack", name, "--by", "王")).code == 0


async def test_ack_and_event_are_believed_by_the_engine(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    acknowledged = (await opsmon("incidents", "ack", name, "--by", "值班员", "--json")).json
    assert acknowledged["facts"][-1]["by"] == "值班员"
    scene.daemon.wait(5)
    at = scene.clock.now().isoformat()
    said = await opsmon("incidents", "event", name, "on_site", "--at", at, "--by", "驻场员", "--note", "到场", "--json")
    assert said.code == 0
    fact = said.json["facts"][-1]
    assert (fact["type"], fact["by"], fact["note"]) == ("on_site", "驻场员", "到场")
    (incident,) = scene.daemon.world.incidents.open_incidents()
    assert [fact.type for fact in incident.facts] == ["detected", "acknowledged", "on_site"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("show", "20261120-99"), 2, "no incident '20261120-99'"),
        (("event", "ID", "arrived"), 2, "arrived"),
        (("event", "ID", "on_site", "--at", "2026-11-20T10:00:00"), 2, "has no offset"),
        (("event", "ID", "on_site", "--at", "yesterday"), 2, "is no time"),
        (("event", "ID", "on_site", "--at", "2030-01-01T00:00:00Z"), 1, "in the future"),
        (("event", "ID", "excluded"), 1, "needs a reason"),
        (("list", "--state", "bad"), 2, "state: Input should be"),
    ],
)
async def test_what_cannot_be_is_told_with_the_right_exit_code(
    scene: WebScene, opsmon: Opsmon, words: tuple[str, ...], code: int, told: str
) -> None:
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", *(name if word == "ID" else word for word in words))
    assert said.code == code
    assert told in said.err
    assert "Traceback" not in said.err


async def test_a_wrong_token_is_told(scene: WebScene, opsmon: Opsmon, tmp_path: Path, port: int) -> None:
    name = scene.dies("mcu-1")
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}", token: wrong}}\n')
    said = await opsmon("incidents", "ack", name)
    assert said.code == 2
    assert "token" in said.err
    assert TOKEN not in said.err
    assert (await opsmon("incidents", "list")).code == 0


async def test_without_a_daemon_the_exit_code_is_3_and_the_way_to_start_it_is_told(
    opsmon: Opsmon, tmp_path: Path, unused_tcp_port: int
) -> None:
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{unused_tcp_port}"}}\nlanguage: en\n')
    said = await opsmon("incidents", "list", "--json")
    assert said.code == 3
    assert "`opsmon run` starts it" in said.err
    assert said.json["exit_code"] == 3


async def test_something_else_on_the_port_is_no_daemon(opsmon: Opsmon, tmp_path: Path) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    (tmp_path / "opsmon.yaml").write_text(f'http: {{listen: "127.0.0.1:{port}"}}\nlanguage: en\n')
    said = await opsmon("incidents", "list")
    server.close()
    assert said.code == 3
    assert "no opsmon daemon" in said.err


async def test_the_rest_of_the_root_may_be_broken(scene: WebScene, opsmon: Opsmon, tmp_path: Path) -> None:
    (tmp_path / "inventories").mkdir()
    (tmp_path / "inventories" / "lab.yaml").write_text("{broken")
    name = scene.dies("mcu-1")
    assert (await opsmon("incidents", "ack", name)).code == 0


CALL = ("open", "--site", "erlong-hall", "--condition", "no picture", "--by", "用户")


async def test_open_prints_the_id_and_the_incident_lives_like_any_other(scene: WebScene, opsmon: Opsmon) -> None:
    said = await opsmon("incidents", *CALL, "--kind", "大屏", "--label", "cause=external", "--note", "since morning")
    assert (said.code, said.err) == (0, "")
    name = said.out.strip()
    shown = (await opsmon("incidents", "show", name, "--json")).json
    assert (shown["condition"], shown["device"], shown["kind"]) == ("no picture", "", "display")
    assert (shown["own_labels"], shown["reported_by"], shown["watched"]) == ({"cause": "external"}, "用户", False)
    assert "no picture" in (await opsmon("incidents", "list")).out
    assert "E2" in (await opsmon("incidents", "clocks")).out
    assert (await opsmon("incidents", "event", name, "resolved", "--by", "值班员")).code == 0
    assert (await opsmon("incidents", "list", "--state", "open")).out == "no incidents\n"
    assert "E9 report" in (await opsmon("incidents", "list")).out  # its report is owed still
    for paper in ("acknowledged", "report_filed"):
        assert (await opsmon("incidents", "event", name, paper, "--by", "值班员")).code == 0
    assert (await opsmon("incidents", "list")).out == "no incidents\n"
    other = await opsmon("incidents", *CALL, "--json", "--severity", "major")
    assert set(other.json) == {"id"}


async def test_open_says_which_incident_a_report_belongs_to(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", *CALL, "--device", "mcu-1")
    assert (said.code, said.out) == (0, f"{name}\n")
    assert "it is an incident already: DeviceDown mcu-1" in said.err


async def test_withdraw_takes_the_number_that_show_prints(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    await opsmon("incidents", "event", name, "on_site", "--by", "值班员")
    said = await opsmon("incidents", "withdraw", name, "2", "--by", "班长", "--reason", "wrong venue")
    assert said.code == 0
    assert "[withdrawn]" in said.out
    assert "wrong venue [withdraws 2]" in said.out
    again = await opsmon("incidents", "withdraw", name, "2", "--by", "班长", "--reason", "again")
    assert (again.code, "fact 2 is already withdrawn" in again.err) == (1, True)


async def test_judge_tells_what_was_judged_before(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    words = ("incidents", "judge", name, "--by", "值班员", "--reason", "seen on the spot")
    first = await opsmon(*words, "--severity", "emergency", "--label", "cause=external")
    assert (first.code, first.err) == (0, "")
    assert "值班员 judged it emergency cause=external: seen on the spot" in first.out
    second = await opsmon(*words, "--label", "cause=")
    assert second.code == 0
    assert "judged it emergency" in second.err
    nothing = await opsmon(*words)
    assert (nothing.code, "nothing would change" in nothing.err) == (1, True)
    slip = await opsmon(*words, "--label", "venue=mainhall")
    assert (slip.code, "did you mean `main-hall`?" in slip.err) == (1, True)


async def test_exclude_keeps_the_digest_of_the_paper(scene: WebScene, opsmon: Opsmon, tmp_path: Path) -> None:
    name = scene.dies("mcu-1")
    paper = tmp_path / "停电通知.pdf"
    paper.write_bytes(b"a power cut")
    words = ("incidents", "exclude", name, "--by", "值班员", "--note", "a power cut", "--approved-by", "科长")
    said = await opsmon(*words, "--file", str(paper), "--clauses", "E2, E9", "--json")
    fact = said.json["facts"][-1]
    assert (fact["approved_by"], fact["clauses"], fact["paper"]) == ("科长", ["E2", "E9"], "停电通知.pdf")
    assert fact["paper_sha256"] == hashlib.sha256(b"a power cut").hexdigest()
    gone = await opsmon(*words, "--file", str(tmp_path / "gone.pdf"))
    assert (gone.code, "does not exist" in gone.err) == (2, True)
    nobody = await opsmon("incidents", "exclude", name, "--by", "值班员", "--note", "a power cut")
    assert (nobody.code, "--approved-by" in nobody.err) == (2, True)
    unknown = await opsmon(*words, "--clauses", "E99")
    assert (unknown.code, "has no clause `E99`" in unknown.err) == (1, True)


async def test_severity_and_maintenance_need_no_curl(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    assert (await opsmon("incidents", "severity", name, "emergency", "--json")).json["severity"] == "emergency"
    until = "2026-11-20T23:00:00+08:00"
    begun = await opsmon("incidents", "maintenance", "core-1", "--until", until, "--note", "new firmware")
    assert (begun.code, begun.out) == (0, "core-1: maintenance\n")
    assert (await opsmon("incidents", "maintenance", "core-1", "--end")).code == 0
    neither = await opsmon("incidents", "maintenance", "core-1")
    assert (neither.code, "--until" in neither.err) == (2, True)


async def test_an_acknowledgement_that_counts_for_nothing_yet_says_what_is_missing(
    scene: WebScene, opsmon: Opsmon
) -> None:
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", "ack", name, "--by", "值班员")
    assert said.code == 0
    assert "E1: no report or notice is recorded, so its clock has not begun" in said.err
    assert f"opsmon incidents event {name} reported --at TIME" in said.err
    (incident,) = scene.daemon.world.incidents.open_incidents()
    assert incident.facts[-1].type == "acknowledged"
    told = await opsmon("incidents", "event", name, "reported", "--by", "用户", "--json")
    assert told.json["missing"] == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("open", "--site", "erlong", "--condition", "x", "--by", "a"), 2, "did you mean `erlong-hall`?"),
        ((*CALL, "--device", "mcu1"), 2, "did you mean `mcu-1`?"),
        ((*CALL, "--kind", "tv"), 2, "tv"),
        ((*CALL, "--service", "vcc"), 2, "did you mean `vc`?"),
        ((*CALL, "--label", "venue"), 2, "`venue` is no label"),
        ((*CALL, "--reported-at", "2026-11-01T00:00:00+08:00"), 2, "more than 7 days ago"),
        ((*CALL, "--reported-at", "2026-11-20T09:00:00"), 2, "has no offset"),
        (("open", "--site", "erlong-hall", "--by", "a"), 2, "--condition"),
        (("withdraw", "ID", "9", "--by", "a", "--reason", "b"), 1, "no fact 9"),
        (("withdraw", "ID", "1", "--by", "a"), 2, "--reason"),
        (("withdraw", "20261120-99", "1", "--by", "a", "--reason", "b"), 2, "no incident"),
        (("judge", "20261120-99", "--by", "a", "--reason", "b"), 2, "no incident"),
        (("maintenance", "mcu1", "--end"), 2, "did you mean 'mcu-1'?"),
    ],
)
async def test_wrong_input_of_people_is_told_with_the_right_exit_code(
    scene: WebScene, opsmon: Opsmon, words: tuple[str, ...], code: int, told: str
) -> None:
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", *(name if word == "ID" else word for word in words))
    assert (said.code, told in said.err) == (code, True), said.err


async def test_a_word_that_it_is_over_while_monitoring_sees_it_is_taken_and_told(
    scene: WebScene, opsmon: Opsmon
) -> None:
    name = scene.dies("mcu-1")
    said = await opsmon("incidents", "event", name, "resolved", "--by", "值班员")
    assert said.code == 0
    assert "[monitoring still saw the fault]" in said.out
    assert "monitoring still sees the fault" in said.err


async def test_a_daemon_that_cannot_take_it_now_is_not_a_refusal(scene: WebScene, opsmon: Opsmon) -> None:
    name = scene.dies("mcu-1")
    scene.daemon.store_is_full = True
    said = await opsmon("incidents", "ack", name, "--by", "值班员")
    assert (said.code, "not now: the store is full" in said.err) == (3, True)


async def test_an_incident_is_taken_over_from_whoever_has_it(scene: WebScene, opsmon: Opsmon) -> None:
    scene.daemon.take(Reloaded(replace(scene.daemon.world.rules, oncall=on_call())))
    name = scene.dies("mcu-1")
    await opsmon("incidents", "ack", name, "--by", "p-li")
    scene.daemon.wait(20)
    refused = await opsmon("incidents", "ack", name, "--by", "p-wang")
    assert (refused.code, "held by p-li" in refused.err) == (1, True), refused.err
    said = await opsmon("incidents", "takeover", name, "--by", "p-wang", "--note", "p-li is ill")
    assert said.code == 0
    assert scene.daemon.world.paging.pages[IncidentId(name)].holder == "p-wang"
