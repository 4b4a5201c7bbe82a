"""The chain shows every way of changing the past that a chain can show."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsmon.store.chain import GENESIS, ChainHead, ChainLink, canonical, forge_link, verify_chain

AT = "2026-11-20T02:00:00.000000+00:00"


def chain(length: int) -> list[ChainLink]:
    links: list[ChainLink] = []
    head = ChainHead()
    for number in range(1, length + 1):
        links.append(forge_link(head, "fact_added", 1, {"at": AT, "incident": "i", "number": number}))
        head = ChainHead(links[-1].seq, links[-1].hash)
    return links


def end_of(links: list[ChainLink]) -> ChainHead:
    return ChainHead(links[-1].seq, links[-1].hash)


def test_an_honest_journal_is_whole() -> None:
    links = chain(5)
    verdict = verify_chain(links, [end_of(links), end_of(links[:2])])
    assert verdict.damage == ()
    assert (verdict.entries, verdict.head) == (5, end_of(links))


def test_an_empty_journal_is_whole() -> None:
    assert verify_chain([], [ChainHead()]).damage == ()
    assert verify_chain([], []).head.hash == GENESIS


@given(length=st.integers(2, 8), data=st.data())
def test_any_change_of_any_field_is_found(length: int, data: st.DataObject) -> None:
    links = chain(length)
    place = data.draw(st.integers(0, length - 1))
    field = data.draw(st.sampled_from(["at", "type", "schema", "incident", "device", "payload", "prev_hash", "hash"]))
    old = getattr(links[place], field)
    new: object = 2 if field == "schema" else data.draw(st.text(max_size=5).filter(lambda text: text != old))
    changes: dict[str, Any] = {field: new}
    changed = [*links[:place], replace(links[place], **changes), *links[place + 1 :]]
    assert verify_chain(changed, [end_of(links)]).damage


@given(length=st.integers(2, 8), data=st.data())
def test_any_removal_is_found(length: int, data: st.DataObject) -> None:
    links = chain(length)
    place = data.draw(st.integers(0, length - 1))
    assert verify_chain([*links[:place], *links[place + 1 :]], [end_of(links)]).damage


def rewrite_from(links: list[ChainLink], place: int) -> list[ChainLink]:
    """What somebody does who knows the rules: he changes an entry and forges every later link."""
    head = ChainHead(links[place - 1].seq, links[place - 1].hash) if place else ChainHead()
    forged = links[:place]
    for number, link in enumerate(links[place:]):
        payload = json.loads(link.payload)
        if number == 0:
            payload["number"] = -1
        forged.append(forge_link(head, link.type, link.schema, payload))
        head = end_of(forged)
    return forged


@given(length=st.integers(1, 8), data=st.data())
def test_a_rewritten_tail_is_found_by_a_head_that_was_kept(length: int, data: st.DataObject) -> None:
    links = chain(length)
    forged = rewrite_from(links, data.draw(st.integers(0, length - 1)))
    assert verify_chain(forged, []).damage == ()  # a chain alone cannot show it
    assert verify_chain(forged, [end_of(links)]).damage


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda links: links[:-1], "is missing: the journal ends at 3"),
        (lambda links: [links[0], *links[2:]], "follows entry 1: 2 removed"),
        (lambda links: [links[0], links[3]], "follows entry 1: 2 to 3 removed"),
        (lambda links: [links[0], links[0], *links[1:]], "follows entry 1"),
        (lambda links: [replace(links[0], at="2020"), *links[1:]], "its columns contradict its content"),
        (lambda links: [replace(links[0], payload="{"), *links[1:]], "its content is no document"),
    ],
)
def test_the_damage_is_told_in_words(damage: Callable[[list[ChainLink]], list[ChainLink]], message: str) -> None:
    links = chain(4)
    verdict = verify_chain(damage(links), [end_of(links)])
    assert any(message in found.message for found in verdict.damage), verdict.damage


def test_canonical_text_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": "二"}) == canonical({"a": "二", "b": 1}) == '{"a":"二","b":1}'
