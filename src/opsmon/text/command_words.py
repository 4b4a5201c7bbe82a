"""Words for what people write in commands and forms, and for what is wrong with it, in both languages."""

from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import Words

# The fields of commands, as a message names them.
FIELDS: Words = {
    "about": Text("about", "现象"),
    "account": Text("account", "用户名"),
    "approved_by": Text("approved by", "批准人"),
    "at": Text("at", "时间"),
    "by": Text("by", "姓名"),
    "clauses": Text("clauses", "条款"),
    "condition": Text("condition", "故障现象"),
    "contract": Text("contract", "合同"),
    "day": Text("day", "日期"),
    "detail": Text("detail", "说明"),
    "device": Text("device", "设备"),
    "fact": Text("fact", "条目编号"),
    "file": Text("file", "文件名"),
    "kind": Text("kind", "类型"),
    "labels": Text("labels", "标签"),
    "match": Text("match", "条件"),
    "note": Text("note", "备注"),
    "owner": Text("owner", "负责人"),
    "paper": Text("paper", "依据文件名"),
    "part": Text("part", "部分"),
    "person": Text("person", "人员"),
    "person_in": Text("person_in", "替班人"),
    "person_out": Text("person_out", "被替人"),
    "places": Text("places", "地点"),
    "reason": Text("reason", "原因"),
    "reported_at": Text("reported_at", "报修时间"),
    "rota": Text("rota", "值班表"),
    "seen": Text("seen", "判定次数"),
    "service": Text("service", "服务"),
    "severity": Text("severity", "级别"),
    "shift": Text("shift", "班次"),
    "site": Text("site", "站点"),
    "state": Text("state", "状态"),
    "text": Text("text", "内容"),
    "type": Text("type", "内容"),
    "unannounced": Text("unannounced", "未报备的变更"),
    "until": Text("until", "截止时间"),
}
# What addresses name.
THINGS: Words = {
    "account": Text("account", "账号"),
    "channel": Text("channel", "通知渠道"),
    "contract": Text("contract", "合同"),
    "device": Text("device", "设备"),
    "incident": Text("incident", "事件"),
    "label": Text("label", "标签"),
    "silence": Text("silence", "静默"),
    "site": Text("site", "站点"),
    "token": Text("token", "令牌"),
    "wall": Text("wall", "大屏"),
}
# What a field can lack, by pydantic's names of mistakes; `{}` are its limits.
MISTAKES: Words = {
    "missing": Text("Field required", "必填"),
    "string_too_long": Text("at most {max_length} characters", "最多 {max_length} 个字符"),
    "string_too_short": Text("at least {min_length} characters", "至少 {min_length} 个字符"),
    "too_long": Text("at most {max_length}", "最多 {max_length} 个"),
    "enum": Text("not one of {expected}", "不在可选范围内"),
    "literal_error": Text("not one of {expected}", "不在可选范围内"),
    "int_parsing": Text("not a number", "应为整数"),
    "int_type": Text("not a number", "应为整数"),
    "greater_than_equal": Text("at least {ge}", "最小为 {ge}"),
    "less_than_equal": Text("at most {le}", "最大为 {le}"),
    "date_from_datetime_parsing": Text("not a day, such as 2026-11-28", "不是日期，例如 2026-11-28"),
    "date_parsing": Text("not a day, such as 2026-11-28", "不是日期，例如 2026-11-28"),
    "datetime_parsing": Text("not a time, such as 2026-11-28T09:41", "不是时间，例如 2026-11-28T09:41"),
    "extra_forbidden": Text("not a field of this form", "不是本表单的字段"),
}
UNFIT = Text("cannot be so", "填写有误")
