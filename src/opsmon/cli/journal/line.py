"""One entry of the journal as one line: to be read, and to be searched with grep; times in the root's zone.

On an English terminal the programme's own words stand in it, as they do in JSON; a Chinese reader is told theirs.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.cells import cell_len

from opsmon.model.origin import origin_words
from opsmon.text.journal_reason import reason_words
from opsmon.text.journal_words import event_name, field_name, value_name
from opsmon.text.page_words import SILENCE_FIELDS
from opsmon.text.safe import visible
from opsmon.text.time import iso_second
from opsmon.text.vocabulary import named

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
_BESIDE = ("seq", "type", "at", "hash")
_ZH = "_zh"  # how a field ends that holds the Chinese of another
_SAID = ("reason", "detail", "note")  # what may be a reason of the inside, or a person's own words
_COLUMN = 20  # cells


def entry_line(row: Mapping[str, Any], zone: ZoneInfo, language: str) -> str:
    """A row of `report.journal.journal_rows`."""
    at = iso_second(datetime.fromisoformat(row["at"]), zone)
    fields = {key: value for key, value in row.items() if key not in _BESIDE and value}
    if language != "zh":
        what = "  ".join(f"{key}={_short(value, zone)}" for key, value in fields.items() if not key.endswith(_ZH))
        return f"{row['seq']:>7}  {at}  {row['type']:<{_COLUMN}}  {what}"
    name = event_name(row["type"])
    what = "  ".join(_pairs_zh(row["type"], fields, zone))
    return f"{row['seq']:>7}  {at}  {name}{' ' * (_COLUMN - cell_len(name))}  {what}"


def _short(value: object, zone: ZoneInfo) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return _in_one_line(_at(text, zone))


def _at(text: str, zone: ZoneInfo) -> str:
    return iso_second(datetime.fromisoformat(text), zone) if _TIME.fullmatch(text) else text


def _in_one_line(text: str) -> str:
    return " ".join(visible(text).split())


def _pairs_zh(event: str, fields: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """`设备=core-1` for every field; of one that is there in both languages the Chinese."""
    for key, value in fields.items():
        if key.endswith(_ZH):
            yield f"{field_name(key.removesuffix(_ZH))}={_in_one_line(value)}"
        elif f"{key}{_ZH}" not in fields:
            yield f"{field_name(key)}={_in_one_line(_value_zh(event, key, value, zone))}"


def _value_zh(event: str, key: str, value: object, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return _mapping_zh(event, key, value, zone)
    if isinstance(value, list):
        return "、".join(_value_zh(event, key, one, zone) for one in value)
    text = _at(str(value), zone)
    if key == "via":
        return origin_words(text, "zh")
    named_value = value_name(event, key, text)
    return reason_words(text, "zh") if named_value == text and key in _SAID else named_value


def _mapping_zh(event: str, key: str, value: Mapping[str, Any], zone: ZoneInfo) -> str:
    """A fact by its fields; labels are people's own words, and what a silence covers is told by its names."""
    if key == "fact":
        return f"（{' '.join(_pairs_zh(event, {name: one for name, one in value.items() if one}, zone))}）"
    names = SILENCE_FIELDS if key == "fields" else {}
    return "、".join(f"{named(names, name, 'zh')}={value_name(event, name, str(one))}" for name, one in value.items())
