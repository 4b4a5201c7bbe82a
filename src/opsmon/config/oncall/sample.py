"""What `opsmon init` writes of on call: everything behind `#`, so that nobody is called before people are named.
What stays a comment when every `# ` is taken away begins with `##`."""

SAMPLE_CONTRACT = "sample-service"
ONCALL_TEXT = """\
## 值班和升级；去掉以下各行行首的“# ”即可使用，人员写在 people.yaml。
## Who is on duty and who is told of what. Take away the leading "# " below to use it; people stand in people.yaml.
## `opsmon oncall who` 现在谁值班 / who is on duty; `opsmon oncall lint` 查漏 / what is missing in the next 400 days
#
# channels: # 通知通道 / ways to people; kinds: wecom dingtalk feishu mail json alertmanager-v4 alertmanager-v2
#   robot: {kind: wecom, key: {env: WECOM_KEY}}
#   mail: {kind: mail, server: "smtp.example.org:465", from: opsmon@example.org}
# rotas:
#   office:
#     calendar: sample-service        # 按哪个合同的工作日、节假日 / whose workdays and holidays
#     shifts:                         # 靠前的班次优先；on 看班次开始的那天 / the first that covers a moment holds
#       - {name: day, on: workday, from: "09:00", to: "18:00", crews: [[duty-a, duty-b]], need: 2}
#       - {name: night, on: workday, from: "18:00", to: "09:00+1", crews: [[duty-a], [duty-b]], since: "2026-11-02"}
#       - {name: rest, on: rest, from: "09:00", to: "09:00+1", crews: [[duty-a], [duty-b]], since: "2026-11-07"}
# plans:                              # 取第一个匹配的方案 / the first that matches
#   all:
#     steps:
#       - {tell: "rota:office", by: [robot, mail], wait: auto}
#       - {tell: "person:lead", by: mail, wait: 5m}
#     breached: {tell: "person:lead", by: mail}
"""


def oncall_text(contract: str) -> str:
    """What stands in rules/oncall.yaml of a root with this contract: the rota keeps its workdays and holidays."""
    return ONCALL_TEXT.replace(SAMPLE_CONTRACT, contract)


PEOPLE_TEXT = """\
## 值班人员；去掉以下各行行首的“# ”即可使用；只有本机账号可读（chmod 600）。日志里只记编号，人员离开后可从这里删除。
## People on call: take away the leading "# " below; for the daemon's account alone (chmod 600). The journal holds ids.
#
# people:
#   duty-a: {name: {zh: 值班甲, en: on duty A}, wecom: duty-a, mail: {env: MAIL_DUTY_A}}
#   duty-b: {name: {zh: 值班乙, en: on duty B}, wecom: duty-b, mail: {env: MAIL_DUTY_B}}
#   lead: {name: {zh: 项目经理, en: project manager}, language: zh, mail: {env: MAIL_LEAD}, phone: {env: TEL_LEAD}}
"""
