"""Test messages, and dead letters tried again: rows of the outbox like any others, so that windows and order hold."""

import asyncio
from collections.abc import Callable, Sequence
from secrets import token_hex

from opsmon.clock import Clock
from opsmon.config.root import Root
from opsmon.daemon.paging.lanes import webhooks_of
from opsmon.notify.channel import PageChannel, Reaches
from opsmon.notify.kind.own_alert import OwnAlert, own_payload
from opsmon.notify.lane.page_rows import can_reach, rows_of
from opsmon.notify.notice import Notice, Urgency
from opsmon.notify.registry import KINDS
from opsmon.store.outbox import WAITING, NewDelivery, OwedDelivery
from opsmon.store.store import Store
from opsmon.text.bilingual import Sentence, Text
from opsmon.web.context import TestRefusal

LONGEST_S = 10.0
_LOOK_S = 0.1
WORDS = Text("this is a test: nothing is wrong, nothing has to be done", "这是测试消息：没有故障，无需处理")

_NO_ADDRESS = Text("{} has no address for it", "{} 没有该渠道的地址")
_NOBODY_NAMED = Text("it reaches persons, and none is named", "该渠道发给个人，请选择人员")


class ChannelTests:
    """`root` is asked for the channels and the people of now, `wake` tells the lanes that there is a row."""

    def __init__(self, root: Callable[[], Root], store: Store, wake: Callable[[], None], clock: Clock) -> None:
        self._root, self._store, self._wake, self._clock = root, store, wake, clock

    async def send_test(self, channel: str, person: str) -> str | TestRefusal:
        made = self._rows(channel, person)
        if isinstance(made, TestRefusal):
            return made
        await asyncio.to_thread(self._store.commit, [], made, self._clock.now())
        self._wake()
        return made[0].id

    async def try_again(self, delivery: str) -> bool:
        revived = await asyncio.to_thread(self._store.revive, delivery, self._clock.now())
        self._wake()
        return revived

    async def outcome(self, delivery: str) -> OwedDelivery | None:
        until_s = self._clock.monotonic() + LONGEST_S
        while True:
            found = await asyncio.to_thread(self._store.delivery, delivery)
            settled = found is None or found.state != WAITING or bool(found.error)
            if settled or self._clock.monotonic() >= until_s:
                return found
            await asyncio.sleep(_LOOK_S)

    def _rows(self, channel: str, person: str) -> Sequence[NewDelivery] | TestRefusal:
        root, identity = self._root(), f"test-{token_hex(4)}"
        for webhook in webhooks_of(root):
            if webhook.name == channel:
                alert = OwnAlert("OpsmonTest", self._clock.now(), WORDS.en, ends_at=self._clock.now())
                body = own_payload(alert, channel, root.settings.http.url)
                return (NewDelivery(f"{identity}-{channel}", channel, identity, body),)
        for known in root.oncall.channels:
            if known.name == channel and known.kind in KINDS:
                return self._page_rows(root, known, person, identity)
        return TestRefusal(
            Sentence(f"{channel} is sent what is wrong now, and no messages", f"{channel} 只接收当前告警，不接收消息"),
            Sentence("look for its alerts there", "请在那里查看告警"),
        )

    def _page_rows(
        self, root: Root, channel: PageChannel, person: str, identity: str
    ) -> Sequence[NewDelivery] | TestRefusal:
        directory = root.oncall.directory
        if person and person not in directory:
            known = sorted(directory)
            return TestRefusal(
                Sentence(f"nobody is called {person}", f"没有人员 {person}"),
                Sentence(f"people.yaml has {', '.join(known)}", f"people.yaml 中有：{'、'.join(known)}"),
            )
        if channel.reaches is Reaches.PERSON and not can_reach(channel, directory.get(person)):
            reached = [name for name in sorted(directory) if can_reach(channel, directory[name])]
            who = _NO_ADDRESS if person else _NOBODY_NAMED
            return TestRefusal(
                Sentence(f"{channel.name}: {who.en.format(person)}", f"{channel.name}：{who.zh.format(person)}"),
                Sentence(f"name one of {', '.join(reached) or 'nobody yet'}", f"可选：{'、'.join(reached) or '暂无'}"),
            )
        notice = Notice(
            Urgency.TEST, True, self._clock.now(), WORDS, people=(person,) if person else (), by=(channel.name,)
        )
        return rows_of(notice, identity, {channel.name: channel}, directory)
