"""The one list of what things are called: for each word of the programme its English and its Chinese name.

JSON, metrics, logs and the journal keep the programme's own words; people read these. Promises: every value of an
enumeration that is shown has both names (a test walks the enumerations); a word that is not listed, such as a person's
own, is shown as it is. `docs/glossary.zh.md` says what the terms mean.
"""

from collections.abc import Mapping, Sequence

from opsmon.text.bilingual import Text

Words = Mapping[str, Text]

KINDS: Words = {
    "switch": Text("switch", "交换机"),
    "router": Text("router", "路由器"),
    "firewall": Text("firewall", "防火墙"),
    "security": Text("security device", "安全设备"),
    "wlc": Text("wireless controller", "无线控制器"),
    "ap": Text("access point", "无线接入点"),
    "nvr": Text("video recorder", "录像机"),
    "camera": Text("camera", "摄像机"),
    "storage": Text("storage", "存储"),
    "server": Text("server", "服务器"),
    "mcu": Text("MCU", "多点控制器"),
    "vc-terminal": Text("video terminal", "视频会议终端"),
    "ups": Text("UPS", "不间断电源"),
    "aircon": Text("air conditioner", "空调"),
    "env-sensor": Text("sensor", "传感器"),
    "access-control": Text("access control", "门禁"),
    "printer": Text("printer", "打印机"),
    "phone": Text("phone", "电话"),
    "radio": Text("radio", "电台"),
    "display": Text("display", "显示屏"),
    "other": Text("other", "其他"),
}
# What else people write for a kind, in lower case.
KIND_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "switch": ("接入交换机", "汇聚交换机", "核心交换机"),
    "security": ("入侵检测", "审计", "网闸"),
    "wlc": ("ac",),
    "ap": ("无线ap",),
    "nvr": ("硬盘录像机", "网络录像机"),
    "camera": ("摄像头", "监控点"),
    "storage": ("存储设备", "磁盘阵列"),
    "mcu": ("多点控制单元",),
    "vc-terminal": ("会议终端", "视频终端"),
    "ups": ("ups电源",),
    "aircon": ("精密空调", "机房空调"),
    "env-sensor": ("温湿度传感器", "环境传感器"),
    "access-control": ("门禁设备", "门禁控制器"),
    "phone": ("话机", "电话机"),
    "radio": ("对讲机",),
    "display": ("大屏", "led屏", "显示设备"),
    "other": ("其它", "计算机", "电脑"),
}
DEVICE_STATES: Words = {
    "up": Text("up", "正常"),
    "degraded": Text("degraded", "部分异常"),
    "down": Text("down", "中断"),
    "unreachable": Text("unreachable", "不可达"),
    "unknown": Text("unknown", "未知"),
    "flapping": Text("flapping", "反复中断"),
    "maintenance": Text("maintenance", "维护中"),
}
OUTCOMES: Words = {
    "ok": Text("ok", "正常"),
    "degraded": Text("degraded", "异常"),
    "timeout": Text("timeout", "超时无应答"),
    "refused": Text("refused", "被拒绝"),
    "auth": Text("auth", "认证失败"),
    "protocol": Text("protocol", "应答不符合协议"),
    "local_fault": Text("local fault", "本机故障"),
}
LOCAL_CAUSES: Words = {
    "network": Text("no network", "本机网络不通"),
    "resources": Text("no files or buffers left", "文件句柄或缓冲区耗尽"),
    "permission": Text("a filter or a missing right of this machine", "本机防火墙或权限限制"),
    "names": Text("the name service is silent", "域名解析无响应"),
}
CHECKS: Words = {
    "icmp": Text("icmp", "Ping 检测"),
    "snmp": Text("snmp", "SNMP 采集"),
    "tcp": Text("tcp", "TCP 端口"),
    "http": Text("http", "HTTP 网页"),
    "ssh": Text("ssh", "SSH 登录"),
    "sip": Text("sip", "SIP 信令"),
    "h323": Text("h323", "H.323 呼叫"),
    "rtsp": Text("rtsp", "RTSP 视频流"),
    "onvif": Text("onvif", "ONVIF 服务"),
}
SEVERITIES: Words = {
    "ordinary": Text("ordinary", "一般"),
    "major": Text("major", "重大"),
    "emergency": Text("emergency", "紧急"),
}
PHASES: Words = {
    "open": Text("open", "待确认"),
    "acknowledged": Text("acknowledged", "已确认"),
    "worked": Text("worked", "处理中"),
    "recovering": Text("recovering", "恢复观察中"),
    "closed": Text("closed", "已关闭"),
}
ENDINGS: Words = {
    "recovered": Text("Recovered", "恢复"),
    "met": Text("Done", "已处理"),
    "passed_on": Text("Goes on as another alert", "转为另一告警"),
    "merged": Text("Part of another fault", "并入另一故障"),
    "left_inventory": Text("No longer watched", "不再监控"),
    "renamed": Text("Device renamed", "设备改名"),
    "maintenance": Text("Under maintenance", "转入维护"),
    "withdrawn": Text("Withdrawn", "撤销"),
    "excluded": Text("Excluded", "已免责"),
}
FACTS: Words = {
    "detected": Text("detected", "监测发现"),
    "reported": Text("reported", "报修"),
    "notified": Text("notified", "通知"),
    "acknowledged": Text("acknowledged", "确认"),
    "remote_started": Text("remote started", "开始远程协助"),
    "remote_failed": Text("remote failed", "远程无法解决"),
    "on_site": Text("on site", "到场"),
    "spare_needed": Text("spare needed", "需要备件"),
    "spare_installed": Text("spare installed", "备件安装完成"),
    "fallback_agreed": Text("fallback agreed", "商定替代方案"),
    "resolved": Text("resolved", "故障排除"),
    "report_filed": Text("report filed", "提交报告"),
    "excluded": Text("excluded", "免责"),
    "included": Text("included", "取消免责"),
    "withdrawn": Text("withdrawn", "撤回"),
}
# The same in a sentence: counts from the report.
FACT_NOUNS: Words = {
    "detected": Text("our own detection", "监测发现"),
    "reported": Text("the report", "报修"),
    "notified": Text("the notification", "通知"),
    "acknowledged": Text("the acknowledgement", "确认"),
    "remote_started": Text("the start of remote help", "开始远程协助"),
    "remote_failed": Text("the failure of remote help", "远程无法解决"),
    "on_site": Text("the arrival", "到场"),
    "spare_needed": Text("the need of a spare", "需要备件"),
    "spare_installed": Text("the spare in place", "备件安装完成"),
    "fallback_agreed": Text("the agreed fallback", "商定替代方案"),
    "resolved": Text("the resolve", "故障排除"),
    "report_filed": Text("the report handed over", "提交报告"),
}
TARGETS: Words = {
    "acknowledge": Text("acknowledge", "响应确认"),
    "remote": Text("remote", "远程协助"),
    "on_site": Text("on site", "到场"),
    "resolve": Text("resolve", "恢复"),
    "report": Text("report", "提交报告"),
    "spare": Text("spare", "备件到位"),
    "fallback": Text("fallback", "替代方案"),
}
CLOCK_STATES: Words = {
    "running": Text("running", "计时中"),
    "at_risk": Text("at risk", "即将超时"),
    "breached": Text("breached", "已超时"),
    "met": Text("met", "按时完成"),
    "met_late": Text("met late", "超时完成"),
    "cancelled": Text("cancelled", "不计"),
}
# How a clock counts in the report of a month.
CLOCK_RESULTS: Words = {
    "running": Text("running", "计时中"),
    "at_risk": Text("at risk", "临期"),
    "breached": Text("not met, overdue", "未完成，已超时"),
    "met": Text("in time", "按时"),
    "met_late": Text("late", "超时完成"),
    "cancelled": Text("no outcome", "不计"),
}
CLOCK_MODES: Words = {
    "judged": Text("judged", "计入考核"),
    "disputed": Text("disputed", "有争议"),
    "warned": Text("warned", "只预警"),
    "provisional": Text("provisional", "暂定"),
}
TASK_STATES: Words = {
    "pending": Text("pending", "未到时间"),
    "open": Text("open", "待完成"),
    "at_risk": Text("at risk", "即将到期"),
    "overdue": Text("overdue", "已逾期"),
    "done": Text("done", "按时完成"),
    "done_late": Text("done late", "逾期完成"),
    "lapsed": Text("lapsed", "已过期（不考核）"),
}
BUDGET_STATES: Words = {
    "in_hand": Text("in hand", "限额以内"),
    "at_risk": Text("at risk", "接近限额"),
    "overspent": Text("overspent", "已超限额"),
}
READINGS: Words = {
    "judged": Text("judged", "考核口径"),
    "strict": Text("stricter reading", "从严口径"),
    "mild": Text("milder reading", "从宽口径"),
}
DAY_KINDS: Words = {
    "weekend": Text("weekend", "周末"),
    "holiday": Text("holiday", "节假日"),
    "closure": Text("closed", "停业"),
    "make-up workday": Text("make-up workday", "调休上班"),
    "workday": Text("workday", "工作日"),
}
LIMIT_UNITS: Words = {
    "min": Text("min", "分钟"),
    "h": Text("h", "小时"),
    "day": Text("day", "日"),
    "workday": Text("workday", "个工作日"),
    "month": Text("month", "个月"),
    "year": Text("year", "年"),
}
ALERTS: Words = {
    "incident": Text("Fault", "故障"),
    "at_risk": Text("Target at risk", "即将超时"),
    "breached": Text("Target breached", "已超时"),
}
ALERT_STATUSES: Words = {"firing": Text("firing", "告警中"), "resolved": Text("resolved", "已解除")}
PORT_STATES: Words = {
    "up": Text("up", "通"),
    "down": Text("down", "断"),
    "testing": Text("testing", "测试"),
    "unknown": Text("unknown", "未知"),
    "dormant": Text("dormant", "休眠"),
    "notPresent": Text("notPresent", "不存在"),
    "lowerLayerDown": Text("lowerLayerDown", "下层断"),
}
LINKS: Words = {
    "known": Text("known", "已登记"),
    "proposed": Text("proposed", "建议登记"),
    "foreign": Text("foreign", "不在清单"),
}
DELIVERIES: Words = {
    "waiting": Text("waiting", "等待"), "dead": Text("given up", "已放弃"), "delivered": Text("taken", "已送达"),
    "withdrawn": Text("withdrawn", "已撤回"), "moved": Text("sent another way", "改走其他通道"),
}  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = (
    Text("Mon", "周一"), Text("Tue", "周二"), Text("Wed", "周三"), Text("Thu", "周四"), Text("Fri", "周五"),
    Text("Sat", "周六"), Text("Sun", "周日"),
)  # fmt: skip

BACKUP_RESULTS: Words = {
    "failed": Text("failed", "失败"),
    "new": Text("new", "首次备份"),
    "changed": Text("changed", "有变更"),
    "unchanged": Text("unchanged", "无变更"),
}
ORDER_STATES: Words = {"open": Text("open", "进行中"), "ended": Text("ended", "已结束")}
# What a root holds, as counted by `opsmon check`.
ROOT_PARTS: Words = {
    "sites": Text("sites", "站点"),
    "devices": Text("devices", "设备"),
    "checks": Text("checks", "检查"),
    "contracts": Text("contracts", "合同"),
    "conditions": Text("conditions", "告警条件"),
    "profiles": Text("profiles", "模板"),
    "people": Text("people", "值班人员"),
    "channels": Text("channels", "通知通道"),
    "rotas": Text("rotas", "值班表"),
    "plans": Text("plans", "升级方案"),
}
REPORTERS: Words = {"monitoring": Text("monitoring", "监控系统")}

# Headings and names of fields, by what stands there in English.
HEADINGS_ZH: Mapping[str, str] = {
    "by": "操作人", "devices": "设备", "why": "事由",
    "silence": "静默", "matches": "匹配条件", "left": "剩余", "owner": "负责人", "covers": "覆盖的故障",
    "rota": "值班表", "shift": "班次", "on duty": "值班人员", "swap": "换班",
    "address": "地址", "admin": "管理状态", "advice": "建议", "approved by": "批准人", "at risk": "预警",
    "budget": "限额条款", "change": "变更单", "check": "检查", "clause": "条款", "clauses": "条款",
    "clocks": "计时条款", "CNY": "金额（元）", "contract": "合同", "counts from": "起算", "date": "日期",
    "description": "描述",
    "detail": "说明", "device": "设备", "done": "完成", "due": "时限", "every": "间隔", "excluded": "免责事件",
    "fact": "项目", "for": "事由", "forecast": "预计", "formerly": "曾用名", "from": "起", "important": "重要端口",
    "incident": "事件", "interface": "端口", "is a": "类型", "key period": "重点时段", "kind": "类型",
    "labels": "标签", "last good": "最近备份", "late by": "超时", "limit": "时限", "lines": "行数", "link": "结论",
    "met": "完成", "metric": "指标", "model": "型号", "month": "月份", "name": "名称", "neighbour": "邻居",
    "obligation": "义务", "of": "对象", "oper": "运行状态", "order": "变更单", "outcome": "结果",
    "overrun s": "超时（秒）",
    "paper": "依据文件", "parents": "上级", "port": "端口", "profile": "模板", "reason": "原因", "serial": "序列号",
    "service": "服务", "services": "服务", "settings": "参数", "site": "站点", "site title": "站点名称",
    "size": "大小", "software": "软件版本", "source": "依据", "starts": "开始", "state": "状态",
    "stricter reading": "从严时限", "subject": "对象", "target": "目标", "term": "期限", "time-out": "超时",
    "title": "名称", "to": "止", "took": "用时", "used": "次数", "value": "数值", "vendor": "厂商",
    "was due": "应完成", "what": "内容", "when": "何时", "why not": "未备份原因",
}  # fmt: skip


def named(words: Words, value: str | None, language: str) -> str:
    """What a value of the programme is called; the value itself where it has no name, "" for None."""
    if value is None:
        return ""
    known = words.get(value)
    return value if known is None else known.in_(language)


def headings(names: Sequence[str], language: str) -> tuple[str, ...]:
    """Headings of a table in the language; one that has no Chinese name stays."""
    return tuple(HEADINGS_ZH.get(name, name) for name in names) if language == "zh" else tuple(names)


def check_name(check: str, language: str) -> str:
    """A check by its kind; one with a name of its own, such as `web`, keeps it."""
    return named(CHECKS, check, language)


_KIND_OF = {
    word.lower(): kind for kind, name in KINDS.items() for word in (kind, name.zh, *KIND_SYNONYMS.get(kind, ()))
}


def kind_of_word(word: str) -> str:
    """The kind that people mean; an unknown word comes back as it is, to be complained of by its place."""
    return _KIND_OF.get(word.strip().lower(), word.strip())


def kind_words() -> tuple[str, ...]:
    """Every word that is understood as a kind, the programme's own first."""
    return (*KINDS, *(word for word in _KIND_OF if word not in KINDS))
