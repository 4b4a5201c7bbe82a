"""Two contracts' sites under one console, each with a fault, and whoever may come in."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from opsmon.access.directory import AccountDirectory, Changer
from opsmon.engine.input import AddFact, MarkDone, SetOverride
from opsmon.model.account import EVERYTHING, Account, Grant, Role, Scope, SignInSession
from opsmon.model.device import Device
from opsmon.model.incident import Fact, FactType
from opsmon.model.name import ClauseId, ContractId, IncidentId, PersonId, RotaName, SiteName
from opsmon.web.settings import PortSettings
from opsmon.web.sign_in.cookie import PLAIN_NAME, csrf_field_of
from opsmon.web.sign_in.csrf import HEADER
from tests.support.browser.story import silence
from tests.support.web.commands import has_a_rota
from tests.support.web.scene import WebScene, everything_answers

CONTRACT = ContractId("xicheng-vc-2025")
HALL, LAB = Scope(contracts=frozenset({CONTRACT})), Scope(sites=frozenset({SiteName("lab")}))
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


class Held(NamedTuple):
    """All that a command may change, and the devices that were probed out of turn."""

    entries: int
    accounts: tuple[object, ...]
    tokens: tuple[object, ...]
    sessions: tuple[object, ...]
    probed: int


class Fleet:
    """The hall is of a contract, the lab of none. What can be named in a path is there for both, where it can be."""

    def __init__(self, folder: Path, settings: PortSettings | None = None) -> None:
        self.scene = WebScene(folder, settings)
        everything_answers(self.scene)
        self.of_hall = self.scene.dies("core-1")
        self.of_lab = self.scene.dies("ups-1")
        has_a_rota(self.scene)
        self._probed: list[Device] = []
        self.scene.parts = replace(self.scene.parts, probe_now=self._probed.append)
        self._made = 0

    @property
    def directory(self) -> AccountDirectory:
        return AccountDirectory(self.scene.store.access, self.scene.clock.now, Changer("test", "local:test"))

    def happens(self) -> None:
        """Whatever a path may name is there from now on."""
        self._command()
        self._add_people()

    def _command(self) -> None:
        take, day, at = self.scene.daemon.take, date(2026, 11, 20), self.scene.clock.now()
        take(AddFact(IncidentId(self.of_hall), Fact(FactType.ON_SITE, at, "值班员")))
        take(MarkDone(CONTRACT, ClauseId("E13"), date(2026, 11, 18), at, "值班员"))
        take(SetOverride(RotaName("vc"), "day", day, PersonId("b"), PersonId("i"), "lead"))
        for site in ("erlong-hall", "lab"):
            silence(self.scene, site=site)
        self.scene.daemon.wait(1)

    def _add_people(self) -> None:
        access, now = self.scene.store.access, self.scene.clock.now()
        access.put_account(Account("li", Grant(Role.VIEWER)), ())
        session = SignInSession("0" * 64, "li", now, now, now + timedelta(days=1), False, "password", "192.0.2.8", "")
        access.add_session(session, (), at_most=1)
        self.directory.add_token("grafana", Grant(Role.VIEWER), timedelta(days=9))

    def names(self) -> dict[str, tuple[str, str]]:
        """What there is of the hall and of the lab; "none" where there is nothing."""
        world = self.scene.daemon.world
        swap = next(map(str, world.roster.overrides.by_id), "none")
        held = sorted(world.paging.silences.values(), key=lambda one: one.fields["site"])
        silences = (str(held[0].id), str(held[-1].id)) if held else ("none", "none")
        return {
            "incident": (self.of_hall, self.of_lab), "device": ("core-1", "ups-1"), "site": ("erlong-hall", "lab"),
            "contract": (CONTRACT, CONTRACT), "obligation": ("E13", "E13"), "name": (CONTRACT, "lab"),
            "silence": silences, "override": (swap, swap), "rota": ("vc.ics", "vc.ics"),
            "account": ("li", "li"), "token": ("grafana", "grafana"), "channel": ("oncall", "oncall"),
            "metric": ("probe_icmp_duration_seconds",) * 2, "delivery": ("x", "x"),
            "hash": ("x", "x"), "file": ("x", "x"),
        }  # fmt: skip

    def headers(self, role: Role, scope: Scope = EVERYTHING, *, money: bool = False) -> dict[str, str]:
        """A new token of this role and scope, as a programme shows it."""
        self._made += 1
        word = self.directory.add_token(f"made-{self._made}", Grant(role, scope, money), timedelta(days=1))
        return {"Authorization": f"Bearer {word}"}

    async def browser(self, role: Role, scope: Scope = EVERYTHING) -> dict[str, str]:
        """What the browser of one who signed in sends with a form of ours."""
        self._made += 1
        account = Account(f"person-{self._made}", Grant(role, scope))
        self.scene.store.access.put_account(account, ())
        sessions = self.scene.parts.access.sessions
        for _ in range(2):  # the other is on a telephone
            word, _session = await sessions.begin(account, "password", "192.0.2.7", "", (), stays=False)
        return {"Cookie": f"{PLAIN_NAME}={word}", HEADER: csrf_field_of(word), **FROM_HERE}

    def held(self) -> Held:
        """As it is now."""
        access = self.scene.store.access
        accounts = access.accounts()
        sessions = tuple(one.id for account in accounts for one in access.sessions_of(account.name))
        return Held(self.scene.store.head.seq, accounts, access.tokens(), sessions, len(self._probed))


def filled(path: str, names: Mapping[str, tuple[str, str]], side: int) -> str:
    """The address about what is the hall's (0) or the lab's (1)."""
    return re.sub(r"\{(\w+)\}", lambda found: names[found[1]][side], path)
