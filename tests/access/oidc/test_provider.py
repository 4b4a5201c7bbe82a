"""What is asked of an OpenID provider, how often, and what a token has to be signed with."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest

from opsmon.access.oidc import kept_document
from opsmon.access.oidc.id_token import OidcError
from opsmon.access.oidc.provider import KEYS_AT_MOST_EVERY_S, KNOWN_FOR_S, OidcProvider
from opsmon.model.secret import Secret
from tests.support.access.fake_provider import FakeProvider
from tests.support.web.scene import StandingClock

CLAIMS: dict[str, Any] = {"iss": "https://id.example", "sub": "u-17", "aud": "opsmon"}
METADATA = "/.well-known/openid-configuration"


@pytest.fixture
async def far_end() -> AsyncIterator[FakeProvider]:
    made = FakeProvider()
    await made.start()
    yield made
    await made.stop()


class Asker:
    """What we hold of the provider, by a clock that stands still."""

    def __init__(self, far_end: FakeProvider) -> None:
        self.clock = StandingClock()
        self.provider = OidcProvider(far_end.settings, self.clock)

    def wait(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)

    async def refusal(self, token: str) -> str:
        with pytest.raises(OidcError) as refused:
            await self.provider.claims(token)
        return str(refused.value)


@pytest.fixture
def asker(far_end: FakeProvider) -> Asker:
    return Asker(far_end)


async def test_metadata_and_keys_are_asked_for_once_an_hour(far_end: FakeProvider, asker: Asker) -> None:
    for _ in range(3):
        assert (await asker.provider.claims(far_end.signed(CLAIMS)))["sub"] == "u-17"
    assert far_end.asked == {METADATA: 1, "/keys": 1}
    asker.wait(KNOWN_FOR_S + 1)
    await asker.provider.claims(far_end.signed(CLAIMS))
    assert far_end.asked == {METADATA: 2, "/keys": 2}


async def test_a_token_of_a_new_key_is_taken_after_one_more_look_at_the_keys(
    far_end: FakeProvider, asker: Asker
) -> None:
    await asker.provider.claims(far_end.signed(CLAIMS))
    far_end.turn_keys("second")
    asker.wait(KEYS_AT_MOST_EVERY_S + 1)
    assert (await asker.provider.claims(far_end.signed(CLAIMS)))["sub"] == "u-17"
    assert far_end.asked["/keys"] == 2


async def test_a_flood_of_unknown_keys_asks_the_provider_once_in_a_while(far_end: FakeProvider, asker: Asker) -> None:
    good = far_end.signed(CLAIMS)
    await asker.provider.claims(good)
    asker.wait(KEYS_AT_MOST_EVERY_S + 1)
    forged = [far_end.signed(CLAIMS, kid=f"unknown-{number}") for number in range(20)]
    told = await asyncio.gather(*map(asker.refusal, forged))
    assert far_end.asked["/keys"] == 2
    assert all("cannot be verified" in one for one in told)
    assert await asker.provider.claims(good)


async def test_many_at_once_wait_for_one_answer(far_end: FakeProvider, asker: Asker) -> None:
    far_end.held.clear()
    waiting = [asyncio.ensure_future(asker.provider.describe()) for _ in range(30)]
    await far_end.reached.wait()
    far_end.held.set()
    assert len(await asyncio.gather(*waiting)) == 30
    assert far_end.asked[METADATA] == 1


async def test_a_provider_that_fails_is_left_alone_for_some_seconds(far_end: FakeProvider, asker: Asker) -> None:
    far_end.status = 503
    told = await asyncio.gather(*(asker.refusal("x.y.z") for _ in range(20)))
    assert far_end.asked == {METADATA: 1}
    assert {one.partition("refuses")[2] for one in told} == {" with status 503"}
    far_end.status = 200
    asker.wait(kept_document.FAILED_FOR_S + 1)
    assert await asker.provider.claims(far_end.signed(CLAIMS))


async def test_while_newer_keys_cannot_be_had_those_that_are_known_open(far_end: FakeProvider, asker: Asker) -> None:
    good, unknown = far_end.signed(CLAIMS), far_end.signed(CLAIMS, kid="unknown")
    await asker.provider.claims(good)
    asker.wait(KEYS_AT_MOST_EVERY_S + 1)
    far_end.status = 500
    assert "refuses with status 500" in await asker.refusal(unknown)
    assert (await asker.provider.claims(good))["sub"] == "u-17"


async def test_an_answer_that_comes_in_pieces_is_read_to_its_end(far_end: FakeProvider, asker: Asker) -> None:
    far_end.in_pieces = True
    assert await asker.provider.claims(far_end.signed(CLAIMS))


async def test_a_token_without_a_signature_of_the_providers_is_refused(far_end: FakeProvider, asker: Asker) -> None:
    """RFC 8725, 2.1: no algorithm, the public key as a secret, another's key, and a signature of something else."""
    good = far_end.signed(CLAIMS)
    head, body, signature = good.split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).rstrip(b"=").decode()
    other = base64.urlsafe_b64encode(json.dumps({**CLAIMS, "sub": "boss"}).encode()).rstrip(b"=").decode()
    stranger = FakeProvider()
    forged = {
        "no algorithm": f"{none}.{body}.", "no algorithm, a signature": f"{none}.{body}.{signature}",
        "the public key as a secret": far_end.signed_with_the_public_key(CLAIMS),
        "another's key of the same name": stranger.signed(CLAIMS), "other claims": f"{head}.{other}.{signature}",
        "no signature": f"{head}.{body}.", "nothing": "", "no token": "a.b", "not text": "é.é.é",
    }  # fmt: skip
    for what, token in forged.items():
        assert "cannot be verified" in await asker.refusal(token), what
    assert await asker.provider.claims(good)


async def test_a_provider_with_another_name_is_refused_with_both(far_end: FakeProvider, asker: Asker) -> None:
    far_end.metadata = {"issuer": "https://id.example/\x1b[2J"}
    told = await asker.refusal("x.y.z")
    assert "'https://id.example/" in told
    assert far_end.issuer in told
    assert "\x1b" not in told


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://id.example/x", "", None, 17])
async def test_an_endpoint_that_is_not_safe_is_refused(
    far_end: FakeProvider, asker: Asker, name: str, address: object
) -> None:
    far_end.metadata = {name: address}
    assert f"gives no safe {name}" in await asker.refusal("x.y.z")


async def test_one_that_is_down_is_told_with_its_address(far_end: FakeProvider, asker: Asker) -> None:
    await far_end.stop()
    assert f"no answer from {far_end.issuer}{METADATA}" in await asker.refusal("x.y.z")


async def test_a_token_is_asked_for_with_the_clients_secret_and_its_absence_told(far_end: FakeProvider) -> None:
    """RFC 6749, 2.3.1: name and secret are encoded as fields of a form, so that a colon in one parts nothing."""
    settings = replace(far_end.settings, client_id="https://monitor.example", client_secret=Secret("a:b +电"))
    provider, far_end.token = OidcProvider(settings, StandingClock()), "a.b.c"
    assert await provider.redeem("code", "verifier", "https://monitor.example/return") == "a.b.c"
    scheme, _, word = far_end.shown.partition(" ")
    name, _, secret = base64.b64decode(word).decode().partition(":")
    assert (scheme, unquote_plus(name), unquote_plus(secret)) == ("Basic", settings.client_id, "a:b +电")
    far_end.status = 400
    with pytest.raises(OidcError, match="/token refuses with status 400"):
        await provider.redeem("code", "verifier", "https://monitor.example/return")
