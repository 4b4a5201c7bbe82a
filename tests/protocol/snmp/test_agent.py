"""Which calls on an agent are worth a plan."""

from opsmon.model.device import SnmpAccess, SnmpVersion
from opsmon.protocol.snmp.agent import MAX_PLANS, SOON, Agent
from opsmon.protocol.snmp.codec.message import Pdu, Request
from opsmon.protocol.snmp.replay import CachedStep

POLL, LABELS, SURVEY = ((1, 3, 6, 1, number) for number in range(3))


def agent() -> Agent:
    return Agent("192.0.2.1", SnmpAccess(SnmpVersion.V2C, 161, None))


def test_what_every_poll_asks_and_the_labels_in_between_have_a_plan_and_a_survey_has_none() -> None:
    one = agent()
    for poll in range(2 * SOON):
        assert one.plan_of("walk", [POLL]).comes_often
        if poll % 10 == 0:
            assert one.plan_of("walk", [LABELS]).comes_often
        if poll and poll % (SOON + 10) == 0:
            assert not one.plan_of("walk", [SURVEY]).comes_often


def test_the_steps_of_a_call_that_stayed_away_are_let_go_and_its_hints_are_not() -> None:
    one = agent()
    plan = one.plan_of("walk", [SURVEY])
    plan.steps = [CachedStep(Request(Pdu.GET, (b"+",)))]
    for _ in range(2 * SOON):
        one.plan_of("walk", [POLL])
    assert plan.steps == []
    assert one.plan_of("walk", [SURVEY]) is plan


def test_of_many_different_calls_those_longest_unused_are_forgotten() -> None:
    one = agent()
    first = one.plan_of("get", [POLL])
    for number in range(MAX_PLANS):
        one.plan_of("get", [(*POLL, number)])
    assert one.plan_of("get", [POLL]) is not first
