"""Reads and changes accounts in a visitor's name, for the API and for pages."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from aiohttp import web

from opsmon.access.directory import AccountDirectory, Changer, check_scope
from opsmon.errors import ConfigError
from opsmon.model.account import Grant, Role
from opsmon.web.context import PARTS
from opsmon.web.errors import RequestError, unfit
from opsmon.web.visit import refuse_limited, view_of, visitor_of

T = TypeVar("T")


async def change(request: web.Request, act: Callable[[AccountDirectory], T]) -> T:
    """What `act` gives back, done to the accounts as an admin of everything: who is limited could else widen his own
    scope. It holds at once. Raises RequestError: 403 for who may not, 422 for what cannot be. Raises StoreError."""
    visitor = visitor_of(request)
    if not visitor.may(Role.ADMIN):
        raise unfit(visitor.account, visitor.role, Role.ADMIN)
    refuse_limited(request)
    return await change_as_visitor(request, act)


async def change_as_visitor(request: web.Request, act: Callable[[AccountDirectory], T]) -> T:
    """The same, for whoever came in: the caller has judged that he may."""
    parts, visitor = request.app[PARTS], visitor_of(request)
    directory = AccountDirectory(parts.access.store, parts.clock.now, Changer(visitor.account, visitor.via))
    try:
        done = await asyncio.to_thread(act, directory)
    except ConfigError as error:
        (first, *_) = error.problems
        raise RequestError(422, first.message, first.hint) from None
    finally:
        parts.access.forget()
    return done


def check_grant(request: web.Request, grant: Grant) -> Grant:
    """The grant. Raises RequestError 422 for a contract or site that there is not."""
    rules = view_of(request).rules
    try:
        check_scope(grant.scope, frozenset(rules.contracts), frozenset(rules.inventory.sites))
    except ConfigError as error:
        raise RequestError(422, error.problems[0].message, error.problems[0].hint) from None
    return grant
