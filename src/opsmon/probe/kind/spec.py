"""What the Specs of all probe kinds share: their own fields, ports and patterns."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from opsmon.bounds import EXPECTED_CHARS
from opsmon.pattern.cost import refusal_of
from opsmon.spec import Seconds, Spec, wrong
from opsmon.text.bilingual import Sentence

Port = Annotated[int, Field(ge=1, le=65535)]


def _check_pattern(written: object) -> object:
    if isinstance(written, str):
        try:
            re.compile(written)
        except re.error as error:
            raise wrong(Sentence(f"no regular expression: {error}", f"不是正则表达式：{error}")) from None
        if slow := refusal_of(written, EXPECTED_CHARS, re.MULTILINE):
            raise wrong(Sentence(f"the pattern may hold the daemon: {slow}", f"该模式可能拖住守护进程：{slow}"))
    return written


Pattern = Annotated[str, BeforeValidator(_check_pattern), WithJsonSchema({"type": "string", "format": "regex"})]


class CheckSpec(Spec):
    """What every check may say about itself, whatever its kind. `name` tells two checks of one kind apart; `family` is
    the version of IP by which a host name is asked, both where it is not given."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=64)] | None = None
    """Tells two checks of one kind apart · 名称，同类检查有多个时需要"""
    timeout: Annotated[Seconds, Field(gt=0, le=600)] | None = None
    """How long an answer is waited for · 超时"""
    family: Literal[4, 6] | None = None
    """4 or 6: the version of IP by which a host name is asked · IP 版本"""

    def resolve(self) -> object:
        """The frozen settings that travel as `Check.settings`; None for a kind that has none."""
        return None
