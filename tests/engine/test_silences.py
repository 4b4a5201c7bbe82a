"""Silences stop pages and nothing else; who owns one is told before its end, and what is broken then is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from opsmon.engine.compaction import compact
from opsmon.engine.effect import Notify
from opsmon.engine.fold import restore
from opsmon.engine.input import EndSilence, RecordNearlyUsed, SetMaintenance, SetSilence
from opsmon.model.event import ClockChanged, IncidentOpened
from opsmon.model.incident import FactType
from opsmon.model.name import DeviceName, SilenceId
from opsmon.model.page import (
    CallReason,
    ChannelNearlyUsed,
    PagePaused,
    PauseReason,
    SilenceEnded,
    SilenceNews,
    SilenceWarned,
)
from opsmon.notify.words.page_notice import other_notice_of
from opsmon.notify.words.voice import RenderContext
from opsmon.oncall.page import PageState
from opsmon.text.bilingual import Text
from tests.support.engine.paged import LI, MANAGER, PLAN, ROBOT, WANG, Hall, broken

HOUR = 3600.0


def test_a_fault_under_a_silence_opens_and_its_clocks_run_but_nobody_is_paged() -> None:
    hall = Hall()
    hall.silence(device="mcu")
    broken(hall)
    assert hall.page().state is PageState.PAUSED
    assert hall.tells() == []
    assert [alert for alert in hall.effects if isinstance(alert, Notify)]  # receivers of alerts are told as ever
    assert hall.events(ClockChanged)


def test_a_clock_at_risk_goes_out_all_the_same_unless_a_manager_says_otherwise() -> None:
    for stops, told in ((False, ["at_risk", "breached"]), (True, [])):
        hall = Hall()
        until = hall.now + timedelta(hours=9)
        hall.give(SetSilence({"device": "mcu"}, until, "经理", "换主板", stops_clocks=stops))
        broken(hall)
        hall.tell(FactType.REPORTED)
        hall.run(600)
        assert [str(one.reason) for one in hall.tells() if one.clock and one.clock.clause == "E1"] == told


def test_a_fault_that_is_still_there_when_it_ends_is_told_and_why() -> None:
    hall = Hall()
    name = hall.silence(hours=1, device="mcu")
    broken(hall)
    hall.run(HOUR)
    first = next(one for one in hall.tells() if one.step)
    assert first.reason is CallReason.SILENCE_ENDED
    assert first.people == (LI, WANG)
    assert hall.page().state is not PageState.PAUSED
    assert [event.silence for event in hall.events(SilenceEnded)] == [name]
    assert len(hall.world.paging.silences) == 0


def test_its_owner_is_told_before_the_end_and_at_it() -> None:
    hall = Hall()
    until = hall.now + timedelta(hours=10)
    hall.give(SetSilence({"device": "mcu"}, until, "值班员", "换主板", owner=str(MANAGER)))
    broken(hall)
    hall.run(11 * HOUR)
    warned = [(one.about.news, one.people, one.at) for one in hall.others() if isinstance(one.about, SilenceWarned)]
    start = until - timedelta(hours=10)
    assert warned == [
        (SilenceNews.NEARLY_OVER, (MANAGER,), start + timedelta(hours=8)),
        (SilenceNews.OVER, (MANAGER,), until),
    ]
    told = [one for one in hall.others() if isinstance(one.about, SilenceWarned)]
    assert len({one.key for one in told}) == 2
    words = [
        other_notice_of(one, lambda who: Text("the lead" if who == MANAGER else "?"), RenderContext()) for one in told
    ]
    assert [one.due_at for one in words] == [until, None]  # what is over has no countdown
    for notice in words:
        assert "device=mcu (reason: 换主板; owner: the lead; s-" in notice.fault.en
        assert "device=mcu（原因：换主板；负责人：the lead；s-" in notice.fault.zh


def test_one_that_matches_nothing_for_a_day_is_reported_once() -> None:
    hall = Hall()
    hall.silence(hours=100, device="mcu")
    hall.run(60 * HOUR)
    news = [event.news for event in hall.events(SilenceWarned)]
    assert news == [SilenceNews.MATCHES_NOTHING]


def test_one_set_over_a_fault_pauses_its_page_and_a_person_may_end_it() -> None:
    hall = broken()
    name = hall.silence(device="mcu")
    (paused,) = hall.events(PagePaused)
    assert paused.withdrawn == (hall.tells()[0].sequence,)
    hall.run(200)
    assert [one for one in hall.tells()[1:] if one.step] == []
    assert hall.give(EndSilence(name, "经理", "换好了")).refusal == ""
    assert [one.reason for one in hall.tells() if one.step][1:] == [CallReason.SILENCE_ENDED]


def test_one_may_end_with_what_it_covers() -> None:
    hall = broken()
    until = hall.now + timedelta(days=2)
    hall.give(SetSilence({"device": "mcu"}, until, "经理", "换主板", ends_with_incident=True))
    hall.dead.clear()
    hall.run(200)
    assert [event.reason for event in hall.events(SilenceEnded)] == ["what it covered is over"]


def test_a_held_page_that_lets_go_under_a_silence_stays_quiet() -> None:
    hall = broken()
    hall.tell(FactType.ACKNOWLEDGED, str(LI))
    hall.silence(hours=20, device="mcu")
    assert hall.page().state is PageState.HELD
    hall.run(2 * HOUR)
    assert hall.page().state is PageState.PAUSED


def test_silences_survive_a_restart_and_a_digest_keeps_those_that_hold() -> None:
    hall = Hall()
    kept = hall.silence(hours=30, device="mcu")
    hall.run(1)
    over = hall.silence(hours=1, site="hall")
    hall.run(2 * HOUR)
    assert over not in hall.world.paging.silences
    digest = compact(hall.journal, set())
    assert not any(getattr(event, "silence", None) == over for event in digest)
    world = restore(hall.world.rules, digest, hall.now)
    assert world.paging.silences == hall.world.paging.silences
    assert set(world.paging.silences) == {kept}
    hall.restart()
    broken(hall)
    assert hall.tells() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"until_s": 8 * 86_400}, "more than 7 days"),
        ({"until_s": -1}, "is past"),
        ({"reason": " "}, "a reason is needed"),
        ({"fields": {}}, "name at least one field"),
        ({"fields": {"device": "mcu-1"}}, "did you mean"),
        ({"fields": {"devise": "mcu"}}, "did you mean"),
        ({"by": "monitoring"}, "the name of the programme itself"),
    ],
)
def test_what_cannot_be_silenced_is_refused_in_words(change: dict[str, object], why: str) -> None:
    hall = Hall()
    told = {"until_s": 60, "reason": "换主板", "fields": {"device": "mcu"}, "by": "经理", **change}
    seconds, fields = told["until_s"], told["fields"]
    assert isinstance(seconds, int)
    assert isinstance(fields, dict)
    until = hall.now + timedelta(seconds=seconds)
    refusal = hall.give(SetSilence(fields, until, str(told["by"]), str(told["reason"]))).refusal
    assert why in refusal
    assert len(hall.world.paging.silences) == 0


def test_a_silence_that_nobody_knows_cannot_be_ended() -> None:
    hall = Hall()
    assert "there is no silence" in hall.give(EndSilence(SilenceId("s-1"), "经理", "换好了")).refusal


def test_a_maintenance_window_pauses_the_page_and_its_end_calls_people() -> None:
    hall = broken()
    hall.give(SetMaintenance(DeviceName("mcu"), hall.now + timedelta(minutes=30), "甲工"))
    assert (hall.page().state, hall.page().pause) == (PageState.PAUSED, PauseReason.MAINTENANCE)
    hall.run(1_900)
    assert CallReason.MAINTENANCE_ENDED in [one.reason for one in hall.tells()]


def test_a_silence_knows_its_own_labels() -> None:
    hall = Hall(replace(PLAN))
    hall.silence(venue="bureau")
    broken(hall)
    assert any(isinstance(event, IncidentOpened) for event in hall.journal)
    assert hall.page().state is PageState.PAUSED


def test_a_month_that_is_nearly_used_up_is_told_once_by_another_channel() -> None:
    hall = Hall()
    for _ in range(2):
        hall.give(RecordNearlyUsed(ROBOT, "2026-03", 800, 1_000))
    (told,) = hall.events(ChannelNearlyUsed)
    assert told.people == (LI, WANG)
    assert told.channels[-1] == ROBOT  # the last resort
    assert len(told.channels) == 3
    (tell,) = [one for one in hall.others() if one.about is told]
    notice = other_notice_of(tell, Text, RenderContext())
    assert "800/1000" in notice.fault.en
    assert "800/1000" in notice.fault.zh
    hall.restart()
    hall.give(RecordNearlyUsed(ROBOT, "2026-03", 801, 1_000))
    assert len(hall.events(ChannelNearlyUsed)) == 1
    short = restore(hall.world.rules, compact(hall.journal, ()), hall.now)
    assert short.paging.months_told == hall.world.paging.months_told
    hall.give(RecordNearlyUsed(ROBOT, "2026-04", 800, 1_000))
    assert [event.month for event in hall.events(ChannelNearlyUsed)] == ["2026-03", "2026-04"]
