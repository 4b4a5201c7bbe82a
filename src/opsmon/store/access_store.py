"""Accounts, sessions and tokens in the store. Every method is synchronous, may be called from any thread, and raises
StoreError where the database fails.

`opsmon user` and `opsmon token` write here while the daemon runs: nothing of it moves the journal's end. What the
journal is to be told of a change is written with it, as a note that the daemon takes up.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, delete, false, func, insert, select, update

from opsmon.model.access_event import AccessEvent
from opsmon.model.account import AccessToken, Account, Grant, Role, Scope, SignInSession
from opsmon.model.name import ContractId, SiteName
from opsmon.store import access_schema as tables
from opsmon.store.codec import decode_event, encode_event
from opsmon.store.database import transaction
from opsmon.store.outbox import time_text

NoteOver = Callable[[SignInSession], Sequence[AccessEvent]]  # what the journal is told of a session that is over


def no_note(session: SignInSession) -> Sequence[AccessEvent]:
    """Nothing."""
    return ()


class AccessStore:
    """Made by `Store.access`, over the same database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def accounts(self) -> tuple[Account, ...]:
        """All, in the order of their names."""
        with transaction(self._engine, writes=False) as connection:
            return tuple(map(_account_of, connection.execute(select(tables.account).order_by(tables.account.c.name))))

    def account(self, name: str) -> Account | None:
        return self._one_account(tables.account.c.name == name)

    def account_of_subject(self, issuer: str, subject: str) -> Account | None:
        """The account of somebody whom an OpenID provider vouches for."""
        return self._one_account((tables.account.c.issuer == issuer) & (tables.account.c.subject == subject))

    def _one_account(self, where: Any) -> Account | None:
        with transaction(self._engine, writes=False) as connection:
            row = connection.execute(select(tables.account).where(where)).first()
        return None if row is None else _account_of(row)

    def count_accounts(self) -> int:
        """How many could sign in."""
        with transaction(self._engine, writes=False) as connection:
            query = select(func.count()).select_from(tables.account).where(tables.account.c.disabled.is_(False))
            return int(connection.execute(query).scalar_one())

    def put_account(self, account: Account, notes: Iterable[AccessEvent], *, ends_sessions: bool = False) -> None:
        """Adds the account, or writes it anew; with `ends_sessions` everybody who is signed in as it is out."""
        values = _account_values(account)
        with transaction(self._engine, writes=True) as connection:
            known = update(tables.account).where(tables.account.c.name == account.name)
            if connection.execute(known.values(**values)).rowcount == 0:
                connection.execute(insert(tables.account).values(**values))
            if ends_sessions:
                connection.execute(delete(tables.session).where(tables.session.c.account == account.name))
            _add_notes(connection, notes)

    def add_session(
        self, session: SignInSession, notes: Iterable[AccessEvent] = (), *, at_most: int, note_over: NoteOver = no_note
    ) -> None:
        """Adds it; the account's oldest go where it has more than `at_most`, each with its note."""
        table = tables.session
        with transaction(self._engine, writes=True) as connection:
            connection.execute(insert(table).values(**_session_values(session)))
            mine = select(table.c.id).where(table.c.account == session.account)
            old = mine.order_by(table.c.seen_at.desc(), table.c.id).offset(at_most)
            gone = _end(connection, table.c.id.in_(old.subquery().select()), note_over)
            _add_notes(connection, (*notes, *gone))

    def session(self, number: str) -> tuple[SignInSession, Account] | None:
        """A session by its id, with its account."""
        with transaction(self._engine, writes=False) as connection:
            row = connection.execute(select(tables.session).where(tables.session.c.id == number)).first()
            if row is None:
                return None
            found = _session_of(row)
            owner = connection.execute(select(tables.account).where(tables.account.c.name == found.account)).one()
        return found, _account_of(owner)

    def sessions_of(self, account: str) -> tuple[SignInSession, ...]:
        """Those of an account, the last seen first."""
        query = select(tables.session).where(tables.session.c.account == account)
        with transaction(self._engine, writes=False) as connection:
            return tuple(map(_session_of, connection.execute(query.order_by(tables.session.c.seen_at.desc()))))

    def session_seen(self, number: str, now: datetime) -> None:
        with transaction(self._engine, writes=True) as connection:
            seen = update(tables.session).where(tables.session.c.id == number)
            connection.execute(seen.values(seen_at=time_text(now)))

    def end_session(self, number: str, account: str, notes: Iterable[AccessEvent] = ()) -> bool:
        """Whether there was such a session of this account; it is over."""
        mine = (tables.session.c.id == number) & (tables.session.c.account == account)
        with transaction(self._engine, writes=True) as connection:
            found = bool(connection.execute(delete(tables.session).where(mine)).rowcount)
            _add_notes(connection, notes if found else ())
        return found

    def end_other_sessions(
        self, account: str, but: str = "", note_of: Callable[[int], AccessEvent] | None = None
    ) -> int:
        """How many sessions of an account were ended: all but one."""
        others = (tables.session.c.account == account) & (tables.session.c.id != but)
        with transaction(self._engine, writes=True) as connection:
            ended = int(connection.execute(delete(tables.session).where(others)).rowcount)
            _add_notes(connection, (note_of(ended),) if ended and note_of is not None else ())
        return ended

    def forget_sessions(self, now: datetime, unused_since: datetime, note_over: NoteOver = no_note) -> None:
        """Takes away those whose time is over, and those that do not stay and were last used at `unused_since` or
        before; each with its note."""
        table = tables.session
        unused = (table.c.seen_at <= time_text(unused_since)) & (table.c.stays == false())
        over = (table.c.ends_at <= time_text(now)) | unused
        with transaction(self._engine, writes=False) as connection:
            if connection.execute(select(table.c.id).where(over).limit(1)).first() is None:
                return
        with transaction(self._engine, writes=True) as connection:
            _add_notes(connection, _end(connection, over, note_over))

    def tokens(self) -> tuple[AccessToken, ...]:
        """All, in the order of their names."""
        with transaction(self._engine, writes=False) as connection:
            return tuple(map(_token_of, connection.execute(select(tables.token).order_by(tables.token.c.name))))

    def token(self, number: str) -> AccessToken | None:
        with transaction(self._engine, writes=False) as connection:
            row = connection.execute(select(tables.token).where(tables.token.c.id == number)).first()
        return None if row is None else _token_of(row)

    def add_token(self, token: AccessToken, notes: Iterable[AccessEvent]) -> None:
        with transaction(self._engine, writes=True) as connection:
            connection.execute(insert(tables.token).values(**_token_values(token)))
            _add_notes(connection, notes)

    def revoke_token(self, name: str, notes: Iterable[AccessEvent]) -> bool:
        """Whether there was a token of that name; it opens nothing any more."""
        with transaction(self._engine, writes=True) as connection:
            found = connection.execute(delete(tables.token).where(tables.token.c.name == name)).rowcount
            _add_notes(connection, notes if found else ())
        return bool(found)

    def add_notes(self, notes: Sequence[AccessEvent]) -> None:
        """What the journal is to be told beside a change of these tables."""
        with transaction(self._engine, writes=True) as connection:
            _add_notes(connection, notes)

    def notes(self, limit: int = 100) -> tuple[tuple[int, AccessEvent], ...]:
        """What the journal has yet to be told, the oldest first, each with its number."""
        query = select(tables.access_note).order_by(tables.access_note.c.number).limit(limit)
        with transaction(self._engine, writes=False) as connection:
            rows = connection.execute(query).all()
        told = ((int(row.number), decode_event(row.type, json.loads(row.payload))) for row in rows)
        return tuple((number, event) for number, event in told if isinstance(event, AccessEvent))

    def notes_told(self, numbers: Sequence[int]) -> None:
        """The journal has them."""
        with transaction(self._engine, writes=True) as connection:
            connection.execute(delete(tables.access_note).where(tables.access_note.c.number.in_(numbers)))


def _end(connection: Connection, which: ColumnElement[bool], note_over: NoteOver) -> list[AccessEvent]:
    """Takes these sessions away; their notes."""
    gone = [_session_of(row) for row in connection.execute(select(tables.session).where(which)).all()]
    if gone:
        connection.execute(delete(tables.session).where(tables.session.c.id.in_([one.id for one in gone])))
    return [note for one in gone for note in note_over(one)]


def _add_notes(connection: Connection, notes: Iterable[AccessEvent]) -> None:
    encoded = [encode_event(note) for note in notes]
    rows = [{"type": name, "payload": json.dumps(fields, ensure_ascii=False)} for name, fields in encoded]
    if rows:
        connection.execute(insert(tables.access_note), rows)


def _grant_values(grant: Grant) -> dict[str, Any]:
    contracts, sites = (json.dumps(sorted(names), ensure_ascii=False) for names in _names_of(grant.scope))
    return {"role": grant.role.value, "contracts": contracts, "sites": sites, "money": grant.money}


def _names_of(scope: Scope) -> tuple[frozenset[ContractId], frozenset[SiteName]]:
    return scope.contracts, scope.sites


def _grant_of(fields: Mapping[str, Any]) -> Grant:
    contracts = frozenset(map(ContractId, json.loads(fields["contracts"])))
    sites = frozenset(map(SiteName, json.loads(fields["sites"])))
    return Grant(Role(fields["role"]), Scope(contracts, sites), bool(fields["money"]))


def _account_values(account: Account) -> dict[str, Any]:
    return _plain(account, tables.account) | _grant_values(account.grant)


def _account_of(row: Row[Any]) -> Account:
    fields = dict(row._mapping)
    return Account(grant=_grant_of(fields), **_without_grant(fields))


def _session_values(session: SignInSession) -> dict[str, Any]:
    return _plain(session, tables.session)


def _session_of(row: Row[Any]) -> SignInSession:
    return SignInSession(**_with_times(dict(row._mapping), "began_at", "seen_at", "ends_at"))


def _token_values(token: AccessToken) -> dict[str, Any]:
    return _plain(token, tables.token) | _grant_values(token.grant)


def _token_of(row: Row[Any]) -> AccessToken:
    fields = dict(row._mapping)
    return AccessToken(grant=_grant_of(fields), **_with_times(_without_grant(fields), "made_at", "ends_at"))


def _plain(record: Any, table: Table) -> dict[str, Any]:
    """The fields of a record that are columns by their own names."""
    values = {name: getattr(record, name) for name in table.c.keys() if hasattr(record, name)}  # noqa: SIM118
    return {name: time_text(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _without_grant(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in ("role", "contracts", "sites", "money")}


def _with_times(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return fields | {name: datetime.fromisoformat(fields[name]) for name in names}
