"""One operation with an SNMPv3 agent, and what its silence means.

Most agents say nothing to what they cannot decrypt, or to a context that they have not. So when an agent was silent in
all attempts it is asked for its engine, which every agent tells everybody. One that tells it is there: it is asked once
more, since it may just have come back, and then it is said what is to blame. One that does not is silent.
"""

import asyncio
from dataclasses import dataclass, replace

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.snmp.get import Get
from opsmon.protocol.snmp.operation import AgentQuirks
from opsmon.protocol.snmp.pace import RetryPolicy, Terms, waits_of
from opsmon.protocol.snmp.replay import CachedCall, CachedOperation
from opsmon.protocol.snmp.traffic import Trace
from opsmon.protocol.snmp.transaction import Wire
from opsmon.protocol.snmp.v3.association import Association
from opsmon.protocol.snmp.v3.message import PRIV_FLAG
from opsmon.protocol.snmp.v3.peer import UsmPeer
from opsmon.protocol.snmp.v3.transaction import UsmTransaction
from opsmon.text.bilingual import Sentence, in_language

# Of a poll's time, what is kept to find out what a silence means; and the most of it.
_SHARE_OF_LAST_WORD, _MAX_LAST_WORD_S = 0.3, 1.0
_SYS_UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class UsmCall:
    """Runs `operation` on the agent."""

    wire: Wire
    peer: UsmPeer
    operation: CachedOperation
    retry_policy: RetryPolicy
    terms: Terms
    trace: Trace | None

    @property
    def _association(self) -> Association:
        return self.peer.association

    async def run(self) -> None:
        """Until the operation has no more to ask; raises ProbeError."""
        if self.terms.contact.answered:  # earlier in this poll: then what is silent is an object, and no key
            await self._begin(self.terms, self.retry_policy).run()
            return
        terms = replace(self.terms, deadline_s=self._early_deadline_s())
        first = self._begin(terms, self.retry_policy)
        try:
            await first.run()
        except ProbeError as error:
            if not first.fell_silent or self._association.needs_discovery:
                self._note_failure(error)
                raise
            silent = error
        else:
            return
        finally:
            self.terms.ran_out = terms.ran_out
        await self._look_into(first, silent)

    def _early_deadline_s(self) -> float:
        deadline_s = self.terms.deadline_s
        left_s = max(0.0, deadline_s - _now_s())
        return deadline_s - min(_MAX_LAST_WORD_S, left_s * _SHARE_OF_LAST_WORD)

    def _begin(self, terms: Terms, retry_policy: RetryPolicy) -> UsmTransaction:
        return UsmTransaction(self.wire, self.peer, self.operation, retry_policy, terms, self.trace)

    def _note_failure(self, error: ProbeError) -> None:
        """What was agreed may be what is wrong: the next poll begins with the engine."""
        if error.outcome is not Outcome.LOCAL_FAULT:
            self._association.doubt()

    async def _look_into(self, first: UsmTransaction, silent: ProbeError) -> None:
        """Nothing was answered: ask for the engine, and once more. Raises what the silence means."""
        self._association.doubt()
        last = self._begin(self._once(), RetryPolicy((self._wait_s(),)))
        try:
            await last.run()
        except ProbeError:
            self._association.doubt()
            if not last.fell_silent:
                raise
            if not last.heard_engine:
                raise silent from None
            raise await self._blamed(silent, unfit=first.heard_unfit or last.heard_unfit) from None

    def _wait_s(self) -> float:
        """A last attempt takes two waits, one for the engine and one for the answer."""
        wait_s = waits_of(self.retry_policy, self.peer.pace, self.terms)[-1]
        return max(0.001, min(wait_s, (self.terms.deadline_s - _now_s()) / 2))

    def _once(self) -> Terms:
        return replace(self.terms, silence_s=None, retries=0)

    async def _blamed(self, silent: ProbeError, *, unfit: bool) -> ProbeError:
        """The agent is there. It is its context, our key, or something that it does not say."""
        user, context = self._association.user.name.decode(errors="replace"), self._association.context.decode()
        en, zh = f"the agent is there, but silent to what user {user}", f"设备在线，但不应答用户 {user} "
        if context and await self._answers_without_context():
            return ProbeError(
                Outcome.PROTOCOL,
                Sentence(
                    f"{en} asks of its context {context}: it has no such",
                    f"{zh}对上下文 {context} 的请求：没有该上下文",
                ),
            )
        if self._association.level & PRIV_FLAG and not context and not unfit:
            self._association.doubt_cipher()
            return ProbeError(
                Outcome.AUTH,
                Sentence(f"{en} encrypts: wrong privacy key or protocol", f"{zh}的加密请求：加密口令或加密算法不对"),
            )
        if context:
            en, zh = f"{en} asks of its context {context}", f"{zh}对上下文 {context} 的请求"
        else:
            en, zh = f"{en} asks", f"{zh}的请求"
        told = in_language(silent.detail, "zh")
        return ProbeError(Outcome.PROTOCOL, Sentence(f"{en} ({silent.detail})", f"{zh}（{told}）"))

    async def _answers_without_context(self) -> bool:
        association, terms = self._association, Terms(deadline_s=self.terms.deadline_s)
        operation = CachedOperation(CachedCall(), lambda quirks, _: Get([_SYS_UPTIME], quirks), AgentQuirks())
        association.context, context = b"", association.context
        try:
            policy = RetryPolicy((self._wait_s(),))
            await UsmTransaction(self.wire, self.peer, operation, policy, terms, self.trace).run()
        except ProbeError:
            return False
        finally:
            association.context = context
        return True
