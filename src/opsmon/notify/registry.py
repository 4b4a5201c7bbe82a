"""Every format that a notification can be sent in. To add one: a function in a file, and a line in both tables."""

from collections.abc import Callable

from opsmon.engine.effect import Notify
from opsmon.notify.channel import ChannelKind
from opsmon.notify.kind import dingtalk, feishu, mail, plain_json, wecom
from opsmon.notify.kind.alertmanager import is_firing, payload_of
from opsmon.notify.message import MessageKind
from opsmon.notify.words.voice import RenderContext

# From the alert, the receiver's name and how we speak to the body of the delivery.
Format = Callable[[Notify, str, RenderContext], str]

FORMATS: dict[str, Format] = {
    "alertmanager": payload_of,
}
# Whether a body in the format tells people of something that is wrong now.
FIRING: dict[str, Callable[[str], bool]] = {
    "alertmanager": is_firing,
}

# Every kind of channel for people. To add one: a file in `kind/`, and a line here.
KINDS: dict[ChannelKind, MessageKind] = {
    ChannelKind.WECOM: wecom.KIND,
    ChannelKind.DINGTALK: dingtalk.KIND,
    ChannelKind.FEISHU: feishu.KIND,
    ChannelKind.MAIL: mail.KIND,
    ChannelKind.JSON: plain_json.KIND,
}
