"""Who was told of an incident, who has it and what comes next, in Chinese or English."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from opsmon.cli.output import print_table, say
from opsmon.text.bilingual import Text
from opsmon.text.page_words import CALL_REASONS, PAGE_STATES, PAUSE_REASONS
from opsmon.text.safe import visible
from opsmon.text.time import short_local_time
from opsmon.text.vocabulary import named

Page = Mapping[str, Any]
COLUMNS = {"zh": ("时间", "原因", "通知谁", "送达"), "en": ("at", "why", "who", "taken by")}
STANDS = Text("paged: {}", "呼叫：{}")
WITHOUT_PLAN = Text("no plan takes it now", "目前没有适用的预案")
STEP = Text("step {} of {}, round {} of {}", "第 {}/{} 步，第 {}/{} 轮")
HELD = Text("{} has it until {}", "{} 处理中，至 {}")
PAUSED = Text("{} until {}", "{}，至 {}")
NEXT = Text("next at {}: {} by {}", "下一步 {}：{}（{}）")
UNTOLD = Text("NOBODY COULD BE TOLD YET", "尚无人知晓")
WITHDRAWN, FAILED = Text("withdrawn", "已撤回"), Text("failed", "未送达")


def show_page(page: Page, language: str, zone: ZoneInfo) -> None:
    """Prints the page of an incident."""
    say()
    for line in page_lines(page, language, zone):
        say(visible(line))
    rows = (
        (
            short_local_time(call["at"], zone),
            named(CALL_REASONS, call["reason"], language),
            " ".join(call["people"]),
            _taken(call, language),
        )
        for call in page["calls"]
    )
    print_table(COLUMNS[language], rows)


def page_lines(page: Page, language: str, zone: ZoneInfo) -> Iterator[str]:
    """How it stands, a line each."""
    if page["untold"]:
        yield UNTOLD.in_(language)
    yield STANDS.in_(language).format(_standing(page, language, zone))
    following = page["next"]
    if following is not None:
        at = short_local_time(following["at"], zone)
        yield NEXT.in_(language).format(at, " ".join(following["people"]), " ".join(following["channels"]))


def _standing(page: Page, language: str, zone: ZoneInfo) -> str:
    until = "" if page["until"] is None else short_local_time(page["until"], zone)
    if page["holder"]:
        return HELD.in_(language).format(page["holder"], until)
    if page["pause"]:
        return PAUSED.in_(language).format(named(PAUSE_REASONS, page["pause"], language), until or "…")
    if not page["steps"]:
        return f"{named(PAGE_STATES, page['state'], language)} ({WITHOUT_PLAN.in_(language)})"
    step = STEP.in_(language).format(page["step"], page["steps"], page["round"], page["rounds"])
    return f"{named(PAGE_STATES, page['state'], language)} ({step})"


def _taken(call: Mapping[str, Any], language: str) -> str:
    if call["accepted"]:
        return " ".join(f"{one['channel']} ✔" for one in call["accepted"])
    if call["withdrawn"]:
        return WITHDRAWN.in_(language)
    return f"{FAILED.in_(language)}: {' '.join(call['failed'])}" if call["failed"] else "…"
