"""Why an alert is over, in the words that people read: a heading, and what is to be said after the fault itself.

Only what recovered is called recovered. Whoever reads one of the others knows that nobody saw the fault end.
"""

from opsmon.engine.effect import AlertKind, Notify
from opsmon.model.incident import Ending
from opsmon.text.vocabulary import ENDINGS

_CLOCK_OVER = {
    "zh": {
        Ending.RECOVERED: "故障已恢复，不再等待",
        Ending.MET: "时限事项已完成",
        Ending.PASSED_ON: "已转为超时",
        Ending.MERGED: "改由另一故障计时",
        Ending.LEFT_INVENTORY: "设备不再监控，停止计时",
        Ending.RENAMED: "设备改名，继续计时",
        Ending.MAINTENANCE: "转入维护，停止计时",
        Ending.WITHDRAWN: "时限已变更",
        Ending.EXCLUDED: "已免责，停止计时",
    },
    "en": {
        Ending.RECOVERED: "Fault recovered, target not awaited any more",
        Ending.MET: "Target done",
        Ending.PASSED_ON: "Target breached now",
        Ending.MERGED: "Target counted with another fault",
        Ending.LEFT_INVENTORY: "Device no longer watched, target not counted",
        Ending.RENAMED: "Device renamed, target counted on",
        Ending.MAINTENANCE: "Under maintenance, target not counted",
        Ending.WITHDRAWN: "Target retimed or void",
        Ending.EXCLUDED: "Target excluded",
    },
}
_AFTERWORDS = {
    "zh": {
        Ending.PASSED_ON: "；故障仍在，见事件 {into}",
        Ending.MERGED: "；故障仍在，属于事件 {into}",
        Ending.LEFT_INVENTORY: "；设备已移出清单，故障是否结束未知",
        Ending.RENAMED: "；设备现名 {name}，事件继续",
        Ending.MAINTENANCE: "；设备处于维护窗口，事件与合同计时继续，窗口结束时故障仍在会再次通知",
        Ending.WITHDRAWN: "；{reason}",
    },
    "en": {
        Ending.PASSED_ON: "; the fault goes on, see incident {into}",
        Ending.MERGED: "; the fault goes on, as a part of incident {into}",
        Ending.LEFT_INVENTORY: "; the device left the inventory, nobody saw the fault end",
        Ending.RENAMED: "; the device is named {name} now, the incident goes on",
        Ending.MAINTENANCE: "; the device is in a maintenance window: the incident and its contract clocks go on, "
        "and if it is still broken when the window ends you are told again",
        Ending.WITHDRAWN: "; {reason}",
    },
}


def ending_heading(notify: Notify, language: str) -> str:
    """What stands in front of an alert that is over."""
    ending = notify.ended or Ending.RECOVERED
    return ENDINGS[ending].in_(language) if notify.alert is AlertKind.INCIDENT else _CLOCK_OVER[language][ending]


def ending_afterword(notify: Notify, language: str) -> str:
    """What is added about the end of an incident's alert; "" where the heading says it all."""
    incident = notify.incident
    words = _AFTERWORDS[language].get(notify.ended or Ending.RECOVERED, "")
    return words.format(
        into=incident.merged_into or "?", name=notify.renamed_to or incident.device, reason=incident.close_reason or "?"
    )
