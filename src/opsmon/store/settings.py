"""`store:` of `opsmon.yaml`: a SQLite file, or a PostgreSQL database, whose password is a reference."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from opsmon.layout import DEFAULT_STORE
from opsmon.model.store_address import StoreAddress
from opsmon.spec import AlsoWritten, SecretField, Spec, text_schema, wrong
from opsmon.text.bilingual import Sentence

SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgresql+psycopg://")
_FORM = r"^(sqlite:///|postgresql(\+psycopg)?://)."


def _check_store(text: str) -> str:
    if not text.startswith((SQLITE, *_POSTGRESQL)) or text in (SQLITE, *_POSTGRESQL):
        examples = f"such as `{DEFAULT_STORE}` (relative to the root) or `postgresql://opsmon@db.example/opsmon`"
        raise wrong("not a store", examples)
    if _has_password(text):
        raise wrong(
            Sentence("a password in the address of the store", "数据库地址中写了密码"),
            "`store: {url: …, password: {env: NAME}}`",
        )
    return text


def _has_password(url: str) -> bool:
    if url.startswith(SQLITE):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port  # one that is no number
        return bool(parts.password) or "password=" in parts.query
    except ValueError:
        raise wrong(
            "not a store",
            Sentence("such as `postgresql://opsmon@db.example/opsmon`", "例如 `postgresql://opsmon@db.example/opsmon`"),
        ) from None


_URL = text_schema(
    _FORM, f"not a store, such as {DEFAULT_STORE}", DEFAULT_STORE, "postgresql://opsmon@db.example/opsmon"
)


class StoreSpec(Spec):
    """`store:`"""

    url: Annotated[str, AfterValidator(_check_store), _URL] = DEFAULT_STORE
    """`sqlite:///FILE`, relative to this file, or `postgresql://USER@HOST/DATABASE` · 日志库地址"""
    password: SecretField | None = None
    """Of the role at PostgreSQL; without one PostgreSQL must let it in otherwise · PostgreSQL 密码"""

    def resolve(self, root: Path) -> StoreAddress:
        """`sqlite:///relative` is relative to the root; `sqlite:////absolute` stays."""
        if self.url.startswith(SQLITE):
            return StoreAddress(SQLITE + str(root / self.url.removeprefix(SQLITE)))
        return StoreAddress(self.url, self.password)


def _from_text(written: object) -> object:
    return {"url": written} if isinstance(written, str) else written


StoreField = Annotated[
    StoreSpec,
    BeforeValidator(_from_text),
    AlsoWritten({"type": "string", "pattern": _FORM, "examples": [DEFAULT_STORE]}),
]
