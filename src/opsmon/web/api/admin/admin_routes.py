"""The addresses of accounts and tokens."""

from opsmon.web.api.admin import accounts, tokens
from opsmon.web.api.admin.schemas import (
    AccountDocument,
    DisabledBody,
    EndedDocument,
    GrantBody,
    NewAccountBody,
    NewTokenBody,
    NewTokenDocument,
    NothingBody,
    PasswordBody,
    SessionDocument,
    TitleBody,
    TokenDocument,
)
from opsmon.web.auth import Access
from opsmon.web.route import Route

_ACCOUNT = "/api/v1/accounts/{account}"
_ADMIN = Access.ADMIN
ADMIN_ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/v1/accounts", accounts.list_accounts, "Who may sign in", _ADMIN, answer=AccountDocument,
          many=True),
    Route("POST", "/api/v1/accounts", accounts.add_account, "Add an account with a password", _ADMIN,
          body=NewAccountBody, answer=AccountDocument, status=201),
    Route("PUT", f"{_ACCOUNT}/grant", accounts.set_grant, "Set what an account may, and on what", _ADMIN,
          body=GrantBody, answer=AccountDocument),
    Route("PUT", f"{_ACCOUNT}/title", accounts.set_title, "Set how a person is called, and the language", _ADMIN,
          body=TitleBody, answer=AccountDocument),
    Route("PUT", f"{_ACCOUNT}/password", accounts.set_password, "Set the password of an account", _ADMIN,
          body=PasswordBody, answer=AccountDocument),
    Route("PUT", f"{_ACCOUNT}/disabled", accounts.set_disabled, "Keep an account out, or let it in again", _ADMIN,
          body=DisabledBody, answer=AccountDocument),
    Route("GET", f"{_ACCOUNT}/sessions", accounts.list_sessions, "Where an account is signed in", _ADMIN,
          answer=SessionDocument, many=True),
    Route("POST", f"{_ACCOUNT}/sessions/end", accounts.end_sessions, "End every session of an account", _ADMIN,
          body=NothingBody, answer=EndedDocument),
    Route("GET", "/api/v1/tokens", tokens.list_tokens, "The tokens of programmes", _ADMIN, answer=TokenDocument,
          many=True),
    Route("POST", "/api/v1/tokens", tokens.add_token, "Make a token, which is shown this once", _ADMIN,
          body=NewTokenBody, answer=NewTokenDocument, status=201),
    Route("POST", "/api/v1/tokens/{token}/revoke", tokens.revoke_token, "Take a token away", _ADMIN,
          body=NothingBody, answer=TokenDocument),
)  # fmt: skip
"""Each is for admins of everything: one with a limit could else widen it."""
