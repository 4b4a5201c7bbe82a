"""From what people on call are to be told to the rows that the pipeline writes beside its events."""

from collections.abc import Sequence
from dataclasses import replace

from opsmon.engine.effect import Tell, TellOther
from opsmon.notify.channel import Directory, PageChannel
from opsmon.notify.lane.page_rows import rows_of
from opsmon.notify.registry import KINDS
from opsmon.notify.words.page_notice import notice_of, other_notice_of
from opsmon.notify.words.voice import RenderContext
from opsmon.store.outbox import NewDelivery
from opsmon.text.bilingual import Text


class PageRenderer:
    """`channels` are those that can be told of a page: the others of `rules/oncall.yaml` hear of every alert."""

    def __init__(self, channels: Sequence[PageChannel], directory: Directory, voice: RenderContext) -> None:
        self.load(channels, directory, voice)

    def load(self, channels: Sequence[PageChannel], directory: Directory, voice: RenderContext) -> None:
        """From now on these."""
        self._channels = {channel.name: channel for channel in channels if channel.kind in KINDS}
        self._directory, self._voice = directory, voice

    def __call__(self, tell: Tell | TellOther) -> tuple[NewDelivery, ...]:
        """For the first channel of `tell.by` that reaches anybody."""
        if isinstance(tell, Tell):
            notice = notice_of(tell, self._voice)
            notice = replace(notice, holder_title=self._title_of(notice.holder))
            return rows_of(notice, f"{notice.incident}-{notice.sequence}", self._channels, self._directory)
        return rows_of(other_notice_of(tell, self._title_of, self._voice), tell.key, self._channels, self._directory)

    def _title_of(self, person: str) -> Text:
        found = self._directory.get(person)
        return Text(person) if found is None or not found.title else found.title
