"""Limits and facts of contracts in the words of both languages."""

from opsmon.contract.calendar.calendar import DAY_S
from opsmon.contract.calendar.limit import Limit
from opsmon.model.incident import FactType
from opsmon.text.bilingual import Text
from opsmon.text.time import time_of_day
from opsmon.text.vocabulary import FACT_NOUNS, LIMIT_UNITS


def end_words(limit: Limit) -> Text:
    """Where the last day ends."""
    if limit.close_s == DAY_S:
        return Text("ends at 24:00", "至24:00止")
    clock = time_of_day(limit.close_s)
    return Text(f"ends at close of business {clock}", f"至下班时间{clock}止")


def limit_words(limit: Limit) -> Text:
    """1 workday · 1个工作日."""
    plural = "s" if limit.amount != 1 and not limit.unit.is_elapsed else ""
    return Text(f"{limit.amount} {limit.unit}{plural}", f"{limit.amount}{LIMIT_UNITS[limit.unit].zh}")


def fact_words(fact: FactType | None) -> Text:
    """What a clock counts from; None: the breach of another clause."""
    return FACT_NOUNS[fact] if fact is not None else Text("the breach of another clause", "其他条款超时")
