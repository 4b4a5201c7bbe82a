"""Words for pages: why people are called, and how a page stands, in both languages."""

from opsmon.text.bilingual import Text
from opsmon.text.vocabulary import Words

PAGE_STATES: Words = {
    "calling": Text("calling", "呼叫中"),
    "held": Text("somebody has it", "已有人处理"),
    "paused": Text("nobody is called", "暂不呼叫"),
    "exhausted": Text("everybody was called, nobody answered", "已全部呼叫，无人应答"),
    "ended": Text("over", "已结束"),
}
PAUSE_REASONS: Words = {
    "silence": Text("silenced", "静默"),
    "maintenance": Text("under maintenance", "维护中"),
    "quiet": Text("waits for the morning", "等到工作时间"),
}
SILENCE_FIELDS: Words = {
    "contract": Text("contract", "合同"),
    "site": Text("site", "地点"),
    "device": Text("device", "设备"),
    "kind": Text("kind", "类型"),
    "service": Text("service", "服务"),
    "severity": Text("severity", "级别"),
    "condition": Text("condition", "现象"),
}
CHANNEL_KINDS: Words = {
    "wecom": Text("WeCom", "企微"),
    "dingtalk": Text("DingTalk", "钉钉"),
    "feishu": Text("Feishu", "飞书"),
    "mail": Text("mail", "邮件"),
    "json": Text("JSON", "JSON"),
    "alertmanager-v4": Text("webhook", "Webhook"),
    "alertmanager-v2": Text("Alertmanager", "Alertmanager"),
}
CALL_REASONS: Words = {
    "opened": Text("the fault began", "故障发生"),
    "unanswered": Text("nobody acknowledged in time", "逾时无人接单"),
    "nobody_told": Text("the message before reached nobody", "上一次未能送达"),
    "missed": Text("came due while the daemon was away", "守护进程停止期间到期"),
    "acknowledge_at_risk": Text("the time to acknowledge runs out", "响应时限将到"),
    "at_risk": Text("a target is at risk", "时限将超时"),
    "breached": Text("a target is breached", "时限已超时"),
    "hold_ended": Text("acknowledged, and nothing followed", "接单后无进展"),
    "given_back": Text("the acknowledgement was taken back", "接单已撤回"),
    "channel_back": Text("a channel takes messages again", "通道恢复"),
    "silence_ended": Text("a silence ended, the fault is still there", "静默结束，故障仍在"),
    "maintenance_ended": Text("the maintenance ended, the fault is still there", "维护结束，故障仍在"),
    "quiet_ended": Text("put off until now", "顺延至此时"),
    "reopened": Text("it goes on after all", "故障重新打开"),
    "resolved": Text("it is over", "故障结束"),
}
