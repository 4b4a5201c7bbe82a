"""The stream of changes: what is told, to how many, and who is cut off."""

import asyncio
import json
from datetime import timedelta

import pytest

from opsmon.access.directory import AccountDirectory, Changer
from opsmon.model.access_event import SignOutReason
from opsmon.model.account import LOCAL, Account, Grant, Role, Scope
from opsmon.model.name import SiteName
from opsmon.web.frame import live
from opsmon.web.frame.live import MAX_OF_A_BROWSER, MAX_WAITING, STREAMS, LiveStreams
from tests.support.web.scene import Client, WebScene

PATIENCE_S = 60.0


async def event_of(answer: object) -> dict[str, str]:
    """The next event that a page would hear; a block without one (the retry) is passed over."""
    content = answer.content  # type: ignore[attr-defined]
    found: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE_S):
        while True:
            line = (await content.readline()).decode()
            if not line:
                return {"event": "end"}
            if line == "\n":
                if "event" in found:
                    return found
                found = {}
                continue
            name, _, value = line.rstrip("\n").partition(": ")
            found[name] = value


async def test_a_change_is_told_with_its_incident(scene: WebScene, client: Client) -> None:
    async with client.get("/stream") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert (await event_of(answer))["event"] == "beat"
        name = scene.dies("mcu-1")
        changes: list[dict[str, str]] = []
        while not changes or json.loads(changes[-1]["data"])["seq"] < scene.daemon.seq:
            told = await event_of(answer)
            changes += [told] if told["event"] == "change" else []
        seen = [json.loads(one["data"]) for one in changes]
        assert [one["seq"] for one in seen] == [int(one["id"]) for one in changes]
        assert any(name in one["ids"] for one in seen)


async def test_who_missed_a_change_is_told_of_one(scene: WebScene, client: Client) -> None:
    seen = scene.daemon.seq
    scene.dies("mcu-1")
    async with client.get("/stream", headers={"Last-Event-ID": str(seen)}) as answer:
        assert (await event_of(answer))["event"] == "change"
    async with client.get("/stream", headers={"Last-Event-ID": str(scene.daemon.seq)}) as answer:
        assert (await event_of(answer))["event"] == "beat"


async def test_the_fifth_page_of_a_browser_sends_the_first_away(client: Client) -> None:
    browser = {"Cookie": "opsmon-browser=abc"}
    pages = [await client.get("/stream", headers=browser) for _ in range(MAX_OF_A_BROWSER + 1)]
    heard = [(await event_of(page))["event"] for page in pages]
    assert heard[-1] == "beat"
    oldest = heard[0] if heard[0] == "bye" else (await event_of(pages[0]))["event"]
    assert oldest == "bye"
    assert (await event_of(pages[0]))["event"] == "end"
    for page in pages:
        page.close()


def test_who_does_not_read_is_cut_off() -> None:
    streams = LiveStreams()
    slow, other = streams.enter("a"), streams.enter("b")
    for number in range(MAX_WAITING + 1):
        streams.hear(number, ())
        if other.waiting.full():
            while not other.waiting.empty():
                other.waiting.get_nowait()
    assert len(streams) == 1
    assert slow.waiting.get_nowait() is None


async def test_silence_is_broken_by_beats_that_are_events(client: Client, scene: WebScene) -> None:
    async with client.get("/stream") as answer:
        assert (await event_of(answer))["event"] == "beat"
        assert (await event_of(answer)) == {"event": "beat", "data": str(scene.daemon.seq)}


async def test_the_end_of_the_server_ends_the_streams(client: Client) -> None:
    answer = await client.get("/stream")
    assert (await event_of(answer))["event"] == "beat"
    assert client.app is not None
    client.app[STREAMS].close()
    assert (await event_of(answer))["event"] == "end"
    assert live.BEAT_S < 25  # what the page takes for silence


@pytest.mark.parametrize("end", ["signed out", "disabled", "limited", "token revoked"])
async def test_a_stream_ends_with_what_let_its_reader_in(scene: WebScene, client: Client, end: str) -> None:
    store = scene.store.access
    owner = Account("wang", Grant(Role.VIEWER))
    store.put_account(owner, ())
    scene.clock.at += timedelta(seconds=3)
    directory = AccountDirectory(store, scene.clock.now, Changer("test", "local:test"))
    token = directory.add_token("grafana", Grant(Role.VIEWER), timedelta(days=1))
    sessions = scene.parts.access.sessions
    word, session = await sessions.begin(owner, LOCAL, "192.0.2.7", "", (), stays=False)
    headers = {"Authorization": f"Bearer {token}"} if end == "token revoked" else {"Cookie": f"opsmon={word}"}
    async with client.get("/stream", headers=headers) as answer:
        assert (await event_of(answer))["event"] == "beat"
        scene.clock.at += timedelta(seconds=3)
        scene.daemon.wait(1)
        if end == "signed out":
            await sessions.end(session.id, "wang", SignOutReason.LEFT, "session:wang@192.0.2.7")
        elif end == "token revoked":
            directory.revoke_token("grafana")
        elif end == "disabled":
            directory.set_disabled("wang", disabled=True)
        else:
            directory.set_grant("wang", Grant(Role.VIEWER, Scope(sites=frozenset({SiteName("lab")}))))
        scene.clock.at += timedelta(seconds=3)
        name = scene.dies("mcu-1")
        told = [await event_of(answer)]
        while told[-1]["event"] != "end":
            told.append(await event_of(answer))
        assert name not in str(told)


async def test_a_stream_makes_no_session_last_longer(scene: WebScene) -> None:
    owner = Account("wang", Grant(Role.VIEWER))
    scene.store.access.put_account(owner, ())
    sessions = scene.parts.access.sessions
    word, _ = await sessions.begin(owner, LOCAL, "192.0.2.7", "", (), stays=False)
    scene.clock.at += timedelta(hours=11)
    assert await sessions.still(word) == owner
    scene.clock.at += timedelta(hours=2)
    assert await sessions.still(word) is None
