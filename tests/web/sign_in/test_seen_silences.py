"""Who is limited to a contract or a site sees the silences of what he may see, and nothing that they say of others."""

import pytest

from opsmon.access.view import View, view_of_world
from opsmon.access.visitor import Visitor, VisitorKind
from opsmon.model.account import Grant, Role, Scope
from opsmon.model.name import ContractId, SiteName
from tests.support.browser.story import people_are_called, silence
from tests.support.web.scene import WebScene, everything_answers

CONTRACT = "xicheng-vc-2025"
HALL = Scope(contracts=frozenset({ContractId(CONTRACT)}))
HALL_AS_SITE = Scope(sites=frozenset({SiteName("erlong-hall")}))
LAB = Scope(sites=frozenset({SiteName("lab")}))


@pytest.fixture(autouse=True)
def on_call_here(scene: WebScene) -> None:
    people_are_called(scene)
    everything_answers(scene)


def seen(scene: WebScene, scope: Scope) -> View:
    return view_of_world(scene.daemon.world, Visitor(VisitorKind.TOKEN, "x", Grant(Role.VIEWER, scope)))


@pytest.mark.parametrize(
    ("fields", "seen_by"),
    [
        ({"device": "mcu-1"}, (HALL, HALL_AS_SITE)),
        ({"device": "ups-1"}, (LAB,)),
        ({"site": "erlong-hall"}, (HALL, HALL_AS_SITE)),
        ({"site": "lab", "kind": "ups"}, (LAB,)),
        ({"contract": CONTRACT}, (HALL,)),
        ({"contract": CONTRACT, "site": "erlong-hall"}, (HALL, HALL_AS_SITE)),
        ({"contract": CONTRACT, "device": "ups-1"}, ()),
        ({"site": "lab", "device": "mcu-1"}, ()),
        ({"kind": "ups"}, ()),
    ],
)
def test_a_silence_is_seen_where_all_that_it_is_about_is_seen(
    scene: WebScene, fields: dict[str, str], seen_by: tuple[Scope, ...]
) -> None:
    name = silence(scene, 2, **fields)
    held = scene.daemon.world.paging.silences[name]
    for scope in (HALL, HALL_AS_SITE, LAB):
        assert seen(scene, scope).paging.silences.get(name) == (held if scope in seen_by else None), scope


def test_one_of_every_place_is_seen_without_its_reason_by_those_whose_fault_it_covers(scene: WebScene) -> None:
    name = silence(scene, kind="ups")
    fault = scene.dies("ups-1")
    assert [page.incident for page in scene.daemon.world.paging.covered_by(name)] == [fault]
    view = seen(scene, LAB)
    assert view.paging.silences[name].reason == ""
    assert view.paging.silences[name].fields == {"kind": "ups"}
    assert [page.incident for page in view.paging.covered_by(name)] == [fault]
    assert name not in seen(scene, HALL).paging.silences
    assert seen(scene, Scope()).paging.silences[name].reason == "更换主板"
