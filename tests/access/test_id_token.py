"""What an ID token has to prove: each claim that is wrong is refused, and both issuers are named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from opsmon.access.oidc.id_token import OidcError, person_of
from opsmon.access.oidc.settings import OidcSettings, OidcSpec
from opsmon.model.account import Grant, Role, Scope
from opsmon.model.name import ContractId
from opsmon.model.secret import Secret

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
ISSUER = "https://id.example"
SETTINGS = OidcSettings(ISSUER, "opsmon", Secret("x"), {"duty": Role.RESPONDER, "leads": Role.MANAGER})
GOOD: dict[str, Any] = {
    "iss": ISSUER, "aud": "opsmon", "sub": "u-17", "nonce": "n", "groups": ["duty", "other"],
    "exp": (NOW + timedelta(minutes=5)).timestamp(), "iat": NOW.timestamp(), "preferred_username": "wang",
}  # fmt: skip


def test_a_good_token_names_a_person() -> None:
    person = person_of(GOOD, SETTINGS, "n", NOW)
    assert (person.subject, person.name, person.groups) == ("u-17", "wang", frozenset({"duty", "other"}))
    assert SETTINGS.grant_of(person.groups) == Grant(Role.RESPONDER)
    assert SETTINGS.grant_of(frozenset({"duty", "leads"})) == Grant(Role.MANAGER)
    assert SETTINGS.grant_of(frozenset({"other"})) is None


def test_the_group_with_the_widest_role_says_what_is_seen() -> None:
    hall, lab = (Scope(contracts=frozenset({ContractId(name)})) for name in ("hall", "lab"))
    roles = {"guests": Role.VIEWER, "duty": Role.RESPONDER, "others": Role.RESPONDER, "leads": Role.MANAGER}
    limits = {"duty": Grant(Role.RESPONDER, hall, money=True), "others": Grant(Role.RESPONDER, lab)}
    settings = replace(SETTINGS, roles=roles, limits=limits)
    assert settings.grant_of(frozenset({"guests", "duty"})) == Grant(Role.RESPONDER, hall, money=True)
    assert settings.grant_of(frozenset({"others", "guests"})) == Grant(Role.RESPONDER, lab)
    assert settings.grant_of(frozenset({"duty", "others"})) == Grant(Role.RESPONDER, hall, money=True)
    assert settings.grant_of(frozenset({"leads", "others"})) == Grant(Role.MANAGER)


def test_limits_of_a_group_that_does_not_come_in_are_a_slip() -> None:
    written = {"issuer": ISSUER, "client_id": "opsmon", "client_secret": Secret("x"), "roles": {"duty": "viewer"}}
    with pytest.raises(ValidationError, match="`limits` names `dutty`, which has no role"):
        OidcSpec.model_validate(written | {"limits": {"dutty": {"contracts": ["hall"]}}})
    resolved = OidcSpec.model_validate(written | {"limits": {"duty": {"contracts": ["hall"]}}}).resolve()
    assert resolved.limits["duty"].scope.contracts == {"hall"}


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"iss": "https://evil.example"}, "issuer 'https://evil.example', opsmon.yaml names 'https://id.example'"),
        ({"iss": None}, "issuer"),
        ({"aud": "another"}, "aud"),
        ({"aud": ["another"]}, "aud"),
        ({"aud": ["opsmon", "another"]}, "azp"),
        ({"azp": "another"}, "azp"),
        ({"exp": (NOW - timedelta(minutes=2)).timestamp()}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": (NOW + timedelta(minutes=2)).timestamp()}, "iat"),
        ({"iat": None}, "iat"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "sub"),
        ({"sub": 17}, "sub"),
    ],
)
def test_what_is_wrong_is_refused_and_named(claims: dict[str, Any], told: str) -> None:
    with pytest.raises(OidcError, match=told):
        person_of({**GOOD, **claims}, SETTINGS, "n", NOW)


def test_several_audiences_are_fine_where_the_token_was_given_to_us() -> None:
    assert person_of({**GOOD, "aud": ["other", "opsmon"], "azp": "opsmon"}, SETTINGS, "n", NOW).name == "wang"


@pytest.mark.parametrize("groups", [None, 17, {"duty": 1}, [17, None]])
def test_groups_of_another_shape_are_none(groups: object) -> None:
    assert person_of({**GOOD, "groups": groups}, SETTINGS, "n", NOW).groups == frozenset()


@pytest.mark.parametrize(
    "issuer", ["http://id.example", "ftp://id.example", "id.example", "https://id.example?x=1", ""]
)
def test_a_provider_without_tls_is_refused(issuer: str) -> None:
    with pytest.raises(ValueError, match="not an issuer"):
        OidcSpec(issuer=issuer, client_id="x", client_secret=Secret("x"), roles={"duty": Role.VIEWER})
