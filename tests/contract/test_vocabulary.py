"""Words of an incident that its contract does not know: refused with the word that was probably meant."""

import pytest

from opsmon.contract.vocabulary import unknown_words
from tests.support.contract.rulebook import book, stock_books

E, A, C, D = "xicheng-vc-2025", "xicheng-stats-2023", "baizhifang-2026", "stations-it"


@pytest.mark.parametrize(
    ("contract", "labels", "field", "hint"),
    [
        (E, {"venue": "burau"}, "labels", "did you mean `bureau`?"),
        (E, {"venue": "Bureau"}, "labels", "did you mean `bureau`?"),
        (E, {"venu": "bureau"}, "labels", "did you mean `venue`?"),
        (E, {"venue": "moon"}, "labels", "known: bureau, community, enterprise, main-hall"),
        (C, {"cause": "extern"}, "labels", "did you mean `external`?"),
        (C, {"cause": "carier"}, "labels", "did you mean `carrier`?"),
        (C, {"casue": "external"}, "labels", "did you mean `cause`?"),
        (D, {"unit": "chaoyan"}, "labels", "did you mean `chaoyang`?"),
        (A, {"system": "mial"}, "labels", "did you mean `mail`?"),
    ],
)
def test_a_slip_in_a_label_is_pointed_out(contract: str, labels: dict[str, str], field: str, hint: str) -> None:
    (wrong,) = unknown_words(book(contract), labels=labels)
    assert wrong.field == field
    assert wrong.key == next(iter(labels))
    assert wrong.hint.startswith(hint)


def test_service_kind_and_severity_are_checked_too_and_all_at_once() -> None:
    found = unknown_words(book(E), service="vcc", kind="mcv", severity="urgent", labels={"venue": "burau"})
    assert [(one.field, one.hint) for one in found] == [
        ("service", "did you mean `vc`?"),
        ("kind", "did you mean `mcu`?"),
        ("severity", "known: ordinary, major, emergency"),
        ("labels", "did you mean `bureau`?"),
    ]


@pytest.mark.parametrize("labels", [{"rack": "7"}, {"system": "heating"}, {"floor": "2"}, {"owner": "office"}])
def test_labels_of_ones_own_are_nobodys_business(labels: dict[str, str]) -> None:
    assert unknown_words(book(A), labels=labels) == ()


def test_every_word_that_a_stock_contract_lists_is_known_to_it() -> None:
    for one in stock_books().values():
        for service in one.contract.services:
            assert unknown_words(one, service=service) == ()
        for key, values in one.contract.labels.items():
            assert all(unknown_words(one, labels={key: value}) == () for value in values)


def test_what_is_not_given_is_not_wrong() -> None:
    assert unknown_words(book(E)) == ()
