"""The words of the console: the English sentence is the name of its Chinese one.

Promises: a sentence has the same `{places}` in both languages; one that is missing is shown in English, and a test
finds it.
"""

from collections.abc import Mapping

CONSOLE_ZH: Mapping[str, str] = {
    # The frame
    "To the content": "跳到正文",
    "Pages": "页面",
    "Board": "看板",
    "Sites": "站点",
    "Contracts": "合同",
    "Incidents": "事件",
    "Backups": "备份",
    "Report a fault": "报修",
    "other language": "English",
    "Colours: as the system has it; change to dark": "颜色：跟随系统，改为深色",
    "Colours: dark; change to light": "颜色：深色，改为浅色",
    "Colours: light; change to the system's": "颜色：浅色，改为跟随系统",
    "Connection lost. What is shown is of": "连接中断，数据截至",
    "Data of": "数据时间",
    "Keys": "按键",
    "next, previous incident": "下一个、上一个事件",
    "open it": "打开",
    "take it on": "接单",
    "these keys": "本说明",
    "Close": "关闭",
    "d": "天",
    "all": "全部",
    "All": "全部",
    "To the board": "回到看板",
    # The board
    "Not ready": "尚未就绪",
    "Counts": "数量",
    "nobody has it": "无人接单",
    "closed in 24 h": "24 小时内已关闭",
    "Incidents by least time left": "按剩余时间排列的事件",
    "No incident fits the filter": "没有符合条件的事件",
    "Nothing is wrong at present": "目前没有故障",
    "Recovering: {n}": "恢复观察中 {n}",
    "{n} more are not shown: filter, or search under Incidents": "另有 {n} 个未显示：请筛选，或到“事件”里查找",
    "Devices": "设备",
    "Contract": "合同",
    "Site": "地点",
    "Severity": "级别",
    "Filter": "筛选",
    "Keys: j k Enter a ?": "按键：j k Enter a ?",
    "no limit": "无时限",
    "{n} affected": "影响 {n} 台",
    "since": "始于",
    "provisional": "暂定",
    "Take on": "接单",
}  # fmt: skip
_ENGLISH: Mapping[str, str] = {"other language": "中文"}  # what an English page calls the other one


def told(language: str, words: str, **values: object) -> str:
    """A sentence of the console in the language, with its places filled."""
    sentence = CONSOLE_ZH.get(words, words) if language == "zh" else _ENGLISH.get(words, words)
    return sentence.format(**values) if values else sentence
