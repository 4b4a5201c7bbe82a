"""A sign-in through the provider, there and back. Nothing is kept here between the two: the browser holds one random
word, and state, nonce and the verifier of PKCE (RFC 7636) are derived from it."""

import asyncio
import base64
import hashlib
import hmac
import re
from dataclasses import replace
from urllib.parse import urlencode

from opsmon.access.directory import grant_words
from opsmon.access.oidc.id_token import OidcError, person_of
from opsmon.access.oidc.provider import OidcProvider
from opsmon.access.oidc.settings import OidcPerson, OidcSettings
from opsmon.access.secret_word import derived, new_word
from opsmon.clock import Clock
from opsmon.model.access_event import AccountChange, AccountChanged
from opsmon.model.account import Account, Grant
from opsmon.store.access_store import AccessStore
from opsmon.text.bilingual import Sentence

RETURN_PATH = "/login/oidc/return"
_UNFIT = re.compile(r"[^a-z0-9._-]+")
_MAX_NAME = 50


class OidcSignIn:
    """`public_url` is where browsers find this console."""

    def __init__(self, settings: OidcSettings, public_url: str, store: AccessStore, clock: Clock) -> None:
        self.settings = settings
        self._store, self._clock = store, clock
        self._redirect_uri = public_url + RETURN_PATH
        self._provider = OidcProvider(settings, clock)

    async def begin(self) -> tuple[str, str]:
        """The provider's page to go to, and the word for the browser to keep. Raises OidcError."""
        known, word = await self._provider.describe(), new_word()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(_verifier(word).encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code", "client_id": self.settings.client_id, "redirect_uri": self._redirect_uri,
            "scope": " ".join(self.settings.scopes), "state": derived(word, "state"), "nonce": derived(word, "nonce"),
            "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        page = str(known["authorization_endpoint"])
        return f"{page}{'&' if '?' in page else '?'}{urlencode(query)}", word

    async def finish(self, word: str, state: str, code: str, issuer: str) -> Account:
        """The account of the one who comes back. Raises OidcError."""
        if not word or not hmac.compare_digest(state.encode(), derived(word, "state").encode()):
            raise OidcError(
                Sentence(
                    "this answers another sign-in, or one that began too long ago: begin anew",
                    "这是另一次登录的应答，或该登录开始得太久：请重新登录",
                )
            )
        if issuer and issuer != self.settings.issuer:  # RFC 9207
            raise OidcError(
                Sentence(
                    f"the answer is of issuer {issuer[:200]!r}, opsmon.yaml names {self.settings.issuer!r}",
                    f"应答由 {issuer[:200]!r} 签发，而 opsmon.yaml 写的是 {self.settings.issuer!r}",
                )
            )
        token = await self._provider.redeem(code, _verifier(word), self._redirect_uri)
        claims = await self._provider.claims(token)
        person = person_of(claims, self.settings, derived(word, "nonce"), self._clock.now())
        grant = self.settings.grant_of(person.groups)
        if grant is None:
            raise OidcError(
                Sentence(
                    f"none of your groups has a role here: `http: {{oidc: {{roles: …}}}}` names {self._groups()}",
                    f"您所在的组在此没有角色：`http: {{oidc: {{roles: …}}}}` 中有 {self._groups()}",
                )
            )
        return await asyncio.to_thread(self._account_of, person, grant)

    def _groups(self) -> str:
        return ", ".join(sorted(self.settings.roles))

    def _account_of(self, person: OidcPerson, grant: Grant) -> Account:
        """The account of the person, made at the first sign-in. The role follows the groups; scope and money do where
        the settings say what groups are limited to, and are ours otherwise."""
        known = self._store.account_of_subject(person.issuer, person.subject)
        if known is None:
            known = Account(self._free_name(person), grant, person.title, issuer=person.issuer, subject=person.subject)
            self._store.put_account(known, (self._note(known, AccountChange.ADDED),))
            return known
        if known.disabled:
            raise OidcError(Sentence("this account is disabled", "该账号已停用"))
        given = grant if self.settings.limits else replace(known.grant, role=grant.role)
        if known.grant != given:
            known = replace(known, grant=given)
            self._store.put_account(known, (self._note(known, AccountChange.GRANTED),))
        return known

    def _free_name(self, person: OidcPerson) -> str:
        """The person's name there, where nobody has it here: an account of ours is never taken over."""
        name = _UNFIT.sub("-", person.name.partition("@")[0].lower()).strip("-._")[:_MAX_NAME] or "person"
        if self._store.account(name) is None:
            return name
        return f"{name}-{hashlib.sha256(f'{person.issuer} {person.subject}'.encode()).hexdigest()[:8]}"

    def _note(self, account: Account, change: AccountChange) -> AccountChanged:
        now = self._clock.now()
        may = grant_words(account.grant)
        return AccountChanged(now, account.name, change, self.settings.issuer, now, str(may), detail_zh=may.zh)


def _verifier(word: str) -> str:
    """64 characters of the 66 that RFC 7636, 4.1 allows."""
    return derived(word, "verifier")
