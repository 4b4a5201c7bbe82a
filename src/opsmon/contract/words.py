"""Dates, times and lengths in the words of both languages, in the zone of the contract."""

from datetime import date, datetime, timedelta, tzinfo

from opsmon.contract.calendar.calendar import DAY_S
from opsmon.contract.calendar.limit import Limit
from opsmon.model.incident import FactType
from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import LIMIT_UNITS, WEEKDAYS

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
FACTS = {
    FactType.DETECTED: Text("our own detection", "监测发现"),
    FactType.REPORTED: Text("the report", "报修"),
    FactType.NOTIFIED: Text("the notification", "通知"),
    FactType.ACKNOWLEDGED: Text("the acknowledgement", "确认"),
    FactType.REMOTE_STARTED: Text("the start of remote help", "开始远程协助"),
    FactType.REMOTE_FAILED: Text("the failure of remote help", "远程无法解决"),
    FactType.ON_SITE: Text("the arrival", "到场"),
    FactType.SPARE_NEEDED: Text("the need of a spare", "需要备件"),
    FactType.SPARE_INSTALLED: Text("the spare in place", "备件安装完成"),
    FactType.FALLBACK_AGREED: Text("the agreed fallback", "商定替代方案"),
    FactType.RESOLVED: Text("the resolve", "故障排除"),
    FactType.REPORT_FILED: Text("the report handed over", "提交报告"),
}


def day_words(day: date) -> Text:
    """Wed 30 Sep · 9月30日（周三）."""
    return Text(
        f"{WEEKDAYS[day.weekday()].en} {day.day} {MONTHS[day.month - 1]}",
        f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()].zh}）",
    )


def days_words(first: date, last: date) -> Text:
    """1–7 Oct · 10月1日至7日; a single day with its weekday; over the end of a month with both months."""
    if first == last:
        return day_words(first)
    if (first.year, first.month) == (last.year, last.month):
        en = f"{first.day}–{last.day} {MONTHS[last.month - 1]}"
        return Text(en, f"{first.month}月{first.day}日至{last.day}日")
    en = f"{first.day} {MONTHS[first.month - 1]} – {last.day} {MONTHS[last.month - 1]}"
    return Text(en, f"{first.month}月{first.day}日至{last.month}月{last.day}日")


def time_words(moment: datetime, zone: tzinfo) -> Text:
    """Wed 30 Sep 23:00, with the seconds where there are any; midnight as 24:00 is left to `end_words`."""
    local = moment.astimezone(zone)
    day, clock = day_words(local.date()), f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    return Text(f"{day.en} {clock}", f"{day.zh}{clock}")


def end_words(limit: Limit) -> Text:
    """Where the last day ends."""
    if limit.close_s == DAY_S:
        return Text("ends at 24:00", "至24:00止")
    clock = second_words(limit.close_s)
    return Text(f"ends at close of business {clock}", f"至下班时间{clock}止")


def second_words(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}"


def limit_words(limit: Limit) -> Text:
    """1 workday · 1个工作日."""
    plural = "s" if limit.amount != 1 and not limit.unit.is_elapsed else ""
    return Text(f"{limit.amount} {limit.unit}{plural}", f"{limit.amount}{LIMIT_UNITS[limit.unit].zh}")


def length_words(length: timedelta) -> Text:
    """1 h 30 min · 1小时30分钟."""
    total = int(length.total_seconds())
    parts = [
        (total // 3600, "h", "小时"),
        (total % 3600 // 60, "min", "分钟"),
        (total % 60, "s", "秒"),
    ]
    told = [part for part in parts if part[0]] or [(0, "min", "分钟")]
    return Text(" ".join(f"{n} {en}" for n, en, _ in told), "".join(f"{n}{zh}" for n, _, zh in told))


def fact_words(fact: FactType | None) -> Text:
    return FACTS[fact] if fact is not None else Text("the breach of another clause", "其他条款超时")
