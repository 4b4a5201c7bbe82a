"""What the journal holds, in the words of its Chinese reader: names of events and of their fields, and their values.

The journal itself keeps the programme's own words, and so do JSON and an English terminal; a test walks every event.
"""

from collections.abc import Mapping

from opsmon.text.bilingual import Text
from opsmon.text.page_words import CALL_REASONS, PAUSE_REASONS
from opsmon.text.vocabulary import (
    CLOCK_STATES,
    DEVICE_STATES,
    ENDINGS,
    FACTS,
    KINDS,
    REPORTERS,
    SEVERITIES,
    TARGETS,
    TASK_STATES,
    Words,
    named,
)

EVENTS: Mapping[str, str] = {
    "account_changed": "账号变更", "backup_recorded": "配置备份", "child_attached": "关联设备",
    "child_detached": "解除关联", "clock_changed": "时限变化", "command_refused": "命令被拒绝",
    "condition_cleared": "条件解除", "condition_raised": "条件成立", "condition_unseen": "条件无法观测",
    "contract_watched": "开始跟踪合同", "device_renamed": "设备改名", "duty_changed": "交接班",
    "device_state_changed": "设备状态变化", "diagnosis_attached": "诊断", "fact_added": "事实登记",
    "fault_seen": "监控发现故障", "host_key_recorded": "主机密钥", "incident_closed": "故障关闭",
    "incident_opened": "故障开始", "incident_renewed": "重新告警", "incident_reopened": "故障重开",
    "maintenance_set": "维护窗口", "notice_accepted": "消息送达", "notice_failed": "消息未送达",
    "obligation_done": "义务完成", "obligation_excused": "义务免责", "obligation_told": "义务提醒",
    "channel_nearly_used": "通道额度将尽", "obligation_undone": "义务撤回", "override_ended": "换班取消",
    "override_set": "换班", "operation_requested": "操作请求", "page_ended": "呼叫结束", "page_exhausted": "呼叫用尽",
    "page_held": "已接单", "page_moved": "转交", "page_paused": "呼叫暂停", "page_replanned": "改用方案",
    "page_resumed": "恢复呼叫", "page_step_taken": "逐级呼叫", "page_told": "告知", "recovery_seen": "开始恢复",
    "recovery_withdrawn": "恢复未保持", "scope_judged": "判定", "severity_set": "级别判定",
    "sign_in_failed": "登录失败", "signed_in": "登录", "signed_out": "退出登录", "silence_ended": "静默结束",
    "silence_set": "设置静默", "silence_warned": "静默提醒", "task_changed": "任务变化",
}  # fmt: skip
FIELDS: Mapping[str, str] = {
    "about": "现象", "accepted_at": "送达时间", "account": "账号", "address": "地址", "after": "之后",
    "again": "再次", "approved_by": "批准人", "at": "时间", "at_risk_at": "预警时间", "attempted_at": "尝试时间",
    "before": "之前", "began_by": "登录方式", "by": "操作人", "change": "变更", "changed": "有变更", "cause": "根源",
    "failed": "异常检查", "good": "有过正常应答", "measured": "实测", "flapping": "反复中断",
    "covered_since": "维护起", "covered_until": "维护止", "channel": "通道", "channels": "通道", "clause": "条款",
    "clauses": "条款", "command": "命令", "commit": "提交", "condition": "条件", "contract": "合同",
    "contradicted": "监控仍见故障", "count": "次数", "day": "日期", "delivery": "消息编号", "detail": "说明",
    "device": "设备", "done_at": "完成时间", "doubtful_since": "可能早于", "due_at": "时限", "earliest": "最早",
    "ended": "结束方式", "ends_with_incident": "随故障结束", "fact": "事实", "fields": "范围", "file": "文件",
    "file_sha256": "文件摘要", "fingerprint": "指纹", "formerly": "曾用名", "gives_way_at": "耗尽时间",
    "hold_until": "观察至", "how": "方式", "incident": "事件", "kind": "类型", "labels": "标签", "lines": "行数",
    "merged_into": "并入", "met_at": "达成时间", "month": "月份", "news": "情况", "next_at": "下次时间",
    "note": "备注", "obligation": "义务", "ok": "完好", "operation": "操作", "order": "变更单",
    "override": "换班编号", "own_labels": "故障标签", "owner": "负责人", "paper": "依据文件",
    "paper_sha256": "文件摘要", "part": "部分", "people": "人员", "per_month": "每月额度", "person_in": "替班人",
    "person_out": "被替人", "place": "地点", "plan": "方案", "port": "端口", "previous": "原处理人",
    "provisional": "暂定", "reason": "原因", "recovered": "已恢复", "rota": "值班表", "round": "轮次",
    "sequence": "消息序号", "service": "服务", "severity": "级别", "severity_given": "级别由人指定", "shift": "班次",
    "silence": "静默编号", "since": "自", "site": "站点", "starts_at": "开始时间", "state": "状态", "step": "步骤",
    "stops_clocks": "不提醒时限", "strict_due_at": "从严时限", "subject": "对象", "taken_at": "读取时间",
    "takes_over": "接管", "target": "目标", "text": "内容", "trusted": "已信任", "type": "类别",
    "unannounced": "未登记变更单", "unseen_since": "无法观测自", "until": "至", "used": "已用", "value": "数值",
    "via": "来源", "withdrawn": "撤回", "withdraws": "撤回第几条",
}  # fmt: skip
ACCOUNT_CHANGES: Words = {
    "added": Text("added", "新增"), "granted": Text("granted", "权限变更"), "password": Text("password", "修改密码"),
    "titled": Text("titled", "称呼或语言变更"), "disabled": Text("disabled", "停用"),
    "enabled": Text("enabled", "启用"), "sessions_ended": Text("sessions ended", "结束登录"),
    "token_added": Text("token added", "新增令牌"), "token_revoked": Text("token revoked", "作废令牌"),
}  # fmt: skip
SIGN_OUTS: Words = {
    "left": Text("left", "本人退出"), "ended": Text("ended", "本人从其他浏览器结束"),
    "replaced": Text("replaced", "同一浏览器重新登录"), "displaced": Text("displaced", "登录数超限被替换"),
    "expired": Text("expired", "到期或长时间未使用"),
}  # fmt: skip
OPERATIONS: Words = {
    "channel_test": Text("channel test", "测试通道"), "delivery_retry": Text("delivery retry", "重发消息"),
    "device_probe": Text("device probe", "立即探测"),
}  # fmt: skip
SILENCE_NEWS: Words = {
    "nearly_over": Text("nearly over", "即将到期"), "over": Text("over", "已结束"),
    "matches_nothing": Text("matches nothing", "一天内没有匹配任何故障"),
}  # fmt: skip
# What commands are called where one was refused, by the programme's name of it.
COMMANDS: Words = {
    "AddFact": Text("add a fact", "登记事实"), "JudgeScope": Text("judge", "判定"),
    "OpenIncident": Text("open", "报修"), "SetMaintenance": Text("maintenance", "设置维护"),
    "TakeOver": Text("take over", "接管"), "MarkDone": Text("tick off", "登记完成"),
    "MarkUndone": Text("untick", "撤回登记"), "Excuse": Text("excuse", "登记免责"),
    "SetOverride": Text("swap", "换班"), "EndOverride": Text("end a swap", "取消换班"),
    "SetSilence": Text("silence", "设置静默"), "EndSilence": Text("end a silence", "结束静默"),
}  # fmt: skip
_MORE_REASONS: Words = {
    "no_plan": Text("no plan takes it", "已没有适用的方案"),
    "clock set": Text("clock set", "系统时间被调整"),
}
_REASONS: Words = {**ENDINGS, **CALL_REASONS, **PAUSE_REASONS, **_MORE_REASONS}
_SIGN_IN: Words = {"password": Text("password", "密码")}
# The values of fields that are words of the programme; `event.field` where the field alone does not say which.
_VALUES: Mapping[str, Words] = {
    "account_changed.change": ACCOUNT_CHANGES, "began_by": _SIGN_IN, "by": REPORTERS, "command": COMMANDS,
    "clock_changed.after": CLOCK_STATES, "clock_changed.before": CLOCK_STATES,
    "device_state_changed.after": DEVICE_STATES, "device_state_changed.before": DEVICE_STATES,
    "task_changed.after": TASK_STATES, "task_changed.before": TASK_STATES, "ended": ENDINGS, "how": SIGN_OUTS,
    "kind": KINDS, "news": SILENCE_NEWS, "operation": OPERATIONS, "reason": _REASONS, "severity": SEVERITIES,
    "state": {**TASK_STATES, **DEVICE_STATES}, "target": TARGETS, "type": FACTS,
}  # fmt: skip


def event_name(event: str) -> str:
    """What an event is called in Chinese; itself where it has no name."""
    return EVENTS.get(event, event)


def field_name(field: str) -> str:
    """What a field is called in Chinese; itself where it has no name."""
    return FIELDS.get(field, field)


def value_name(event: str, field: str, value: str) -> str:
    """What a value is called in Chinese where it is a word of the programme, else the value itself."""
    words = _VALUES.get(f"{event}.{field}") or _VALUES.get(field)
    return value if words is None else named(words, value, "zh")
