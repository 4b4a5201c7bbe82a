"""What is wrong with the fields of a form, in both languages and without a word of the library that found it."""

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from opsmon.text.bilingual import Sentence
from opsmon.text.command_words import FIELDS, MISTAKES, UNFIT
from opsmon.text.vocabulary import named
from opsmon.web.errors import short

MAX_TOLD = 5
PUT_RIGHT = Sentence("put it right, and send it again", "请更正后重新提交")


def mistakes_of(error: ValidationError) -> Sentence:
    """The first of them, by the names of their fields."""
    found = error.errors(include_url=False, include_input=False)[:MAX_TOLD]
    en, zh = (sign.join(_told(found, language)) for language, sign in (("en", "; "), ("zh", "；")))
    return Sentence(en, zh)


def _told(found: Iterable[ErrorDetails], language: str) -> Iterable[str]:
    colon = "：" if language == "zh" else ": "
    for one in found:
        field, *deeper = map(str, one["loc"] or ("",))
        place = ".".join((named(FIELDS, field, language) if language == "zh" else field, *deeper))
        words = MISTAKES.get(one["type"], UNFIT).in_(language).format_map(one.get("ctx", {}))
        yield f"{short(place)}{colon}{words}"
