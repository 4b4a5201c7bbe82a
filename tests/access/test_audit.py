"""What becomes of notes of sign-ins, rights and tokens: entries of the journal, each once, whoever made them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from opsmon.access.audit import AccessAudit
from opsmon.access.control import AccessControl
from opsmon.access.directory import AccountDirectory, Changer
from opsmon.access.failed_sign_ins import MAX_ENTRIES
from opsmon.model.access_event import AccountChanged, SignedIn, SignInFailed
from opsmon.model.account import Grant, Role
from opsmon.model.event import Event
from tests.support.web.scene import WebScene

PASSWORD = "four words nobody says"


class Desk:
    """Whoever keeps accounts, and the journal beside him."""

    def __init__(self, scene: WebScene) -> None:
        self.scene, self.access = scene, scene.parts.access
        self.audit = AccessAudit(self.access, scene.daemon.issue)
        self.directory = AccountDirectory(scene.store.access, scene.clock.now, Changer("root", "local:root"))

    def journal(self) -> list[Event]:
        return [entry.event for entry in self.scene.store.read()]

    async def attempt(self, name: str, password: str) -> bool:
        """Whether it was looked at; a later one is looked at anew."""
        self.scene.clock.at += timedelta(hours=2)
        return await self.access.passwords.attempt(name, password, "192.0.2.7") is not None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Until it has looked once, and then until it ends."""
        told = asyncio.Event()
        stop = self.scene.daemon.subscribe(lambda _seq, _events: told.set())
        task = asyncio.create_task(self.audit.run())
        try:
            async with asyncio.timeout(60):
                await told.wait()
            yield
        finally:
            stop()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(WebScene(tmp_path))


async def test_every_change_of_who_may_what_is_in_the_journal_once_and_in_order(desk: Desk) -> None:
    who = desk.directory
    who.add("chief", Grant(Role.ADMIN), PASSWORD)
    who.add("wang", Grant(Role.VIEWER), PASSWORD)
    who.set_grant("wang", Grant(Role.MANAGER, money=True))
    who.set_title("wang", "甲工", "zh")
    who.set_password("wang", PASSWORD + "!")
    who.set_disabled("wang", disabled=True)
    who.set_disabled("wang", disabled=False)
    who.add_token("grafana", Grant(Role.VIEWER), timedelta(days=1))
    who.revoke_token("grafana")
    await desk.audit.tell()
    await desk.audit.tell()
    changes = [event for event in desk.journal() if isinstance(event, AccountChanged)]
    assert [(event.account, event.change) for event in changes] == [
        ("chief", "added"), ("wang", "added"), ("wang", "granted"), ("wang", "titled"), ("wang", "password"),
        ("wang", "disabled"), ("wang", "enabled"), ("grafana", "token_added"), ("grafana", "token_revoked"),
    ]  # fmt: skip
    assert {(event.by, event.via) for event in changes} == {("root", "local:root")}
    assert [event.detail for event in changes if event.change == "granted"] == ["manager of everything, sees money"]
    assert PASSWORD not in repr(changes)
    assert desk.scene.store.access.notes() == ()


async def test_a_sign_in_is_in_the_journal_with_how_and_from_where(desk: Desk) -> None:
    account, now = desk.directory.add("wang", Grant(Role.VIEWER), PASSWORD), desk.scene.clock.now()
    note = SignedIn(now, "wang", "password", now, "session:wang@192.0.2.7")
    await desk.access.sessions.begin(account, "password", "192.0.2.7", "", (note,), stays=False)
    await desk.audit.tell()
    (entry,) = [event for event in desk.journal() if isinstance(event, SignedIn)]
    assert (entry.account, entry.began_by, entry.via) == ("wang", "password", "session:wang@192.0.2.7")


async def test_failed_sign_ins_are_counted_by_name_and_address_and_no_unknown_name_is_kept(desk: Desk) -> None:
    desk.directory.add("wang", Grant(Role.VIEWER), PASSWORD)
    for name, password in (("wang", "guessed it?"), ("wang", "or this one?"), (PASSWORD, "typed in the wrong field")):
        assert not await desk.attempt(name, password)
    async with desk.running():
        pass
    failed = [event for event in desk.journal() if isinstance(event, SignInFailed)]
    assert [(event.account, event.address, event.count) for event in failed] == [
        ("wang", "192.0.2.7", 2), ("", "192.0.2.7", 1),
    ]  # fmt: skip
    assert failed[0].done_at - failed[0].since == timedelta(hours=2)
    assert PASSWORD not in repr(failed)


async def test_attempts_that_have_to_wait_are_counted_and_a_flood_makes_few_entries(desk: Desk) -> None:
    for number in range(3 * MAX_ENTRIES):
        desk.access.failures.count("", f"192.0.2.{number}")
    for _ in range(3):
        await desk.access.passwords.attempt("nobody", "x", "192.0.2.200")
    await asyncio.to_thread(desk.audit._note_failures)
    await desk.audit.tell()
    failed = [event for event in desk.journal() if isinstance(event, SignInFailed)]
    assert len(failed) == MAX_ENTRIES + 1
    assert sum(event.count for event in failed) == 3 * MAX_ENTRIES + 3
    assert [event.address for event in failed][-1] == ""


async def test_what_fails_before_a_stop_is_told_after_the_next_start(desk: Desk) -> None:
    desk.directory.add("wang", Grant(Role.VIEWER), PASSWORD)
    async with desk.running():
        assert not await desk.attempt("wang", "guessed it?")
    assert not any(isinstance(event, SignInFailed) for event in desk.journal())
    desk.scene.parts = replace(desk.scene.parts, access=AccessControl(desk.scene.store.access, desk.scene.clock))
    async with Desk(desk.scene).running():
        pass
    (failed,) = [event for event in desk.journal() if isinstance(event, SignInFailed)]
    assert (failed.account, failed.count) == ("wang", 1)


async def test_while_the_journal_takes_nothing_the_notes_are_kept(desk: Desk) -> None:
    desk.directory.add("wang", Grant(Role.VIEWER), PASSWORD)
    desk.scene.daemon.store_is_full = True
    await desk.audit.tell()
    assert len(desk.scene.store.access.notes()) == 1
    desk.scene.daemon.store_is_full = False
    await desk.audit.tell()
    assert [type(event) for event in desk.journal()] == [AccountChanged]
