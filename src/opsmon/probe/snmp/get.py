"""GET of exact instances, in as few requests as fit, around the instances that an agent chokes on."""

from collections.abc import Sequence

from opsmon.probe.snmp.ber import encode_oid
from opsmon.probe.snmp.exchange import Habits, Hints, refusal
from opsmon.probe.snmp.message import ErrorStatus, Pdu, Request, Response
from opsmon.probe.snmp.session import Oid, SnmpValue
from opsmon.probe.snmp.value import Marker

NAMES_PER_REQUEST = 30


class Get:
    """Asks `oids`; `values` holds what was found when `request` is None.

    An error with an index costs that instance (noSuchName of v1; genErr of a broken sensor), tooBig or an error without
    a usable index halves the request. Only when every instance is refused is that an error of the whole.
    """

    def __init__(self, oids: Sequence[Oid], habits: Habits) -> None:
        self.values: dict[Oid, SnmpValue] = {}
        self._oid_of = {encode_oid(oid): oid for oid in oids}
        self._habits = habits
        self._last_error = 0
        self._answered = False
        names = tuple(self._oid_of)
        size = min(habits.most_names, NAMES_PER_REQUEST)
        self._waiting = [names[at : at + size] for at in range(0, len(names), size)]
        self.request: Request | None = None
        self._ask_next()

    def _ask_next(self) -> None:
        self.request = Request(Pdu.GET, self._waiting[0]) if self._waiting else None
        if self.request is None:
            self._end()

    def _end(self) -> None:
        if self._last_error and not self._answered:
            raise refusal(self._last_error)
        self._habits.call_ended_well()

    def take(self, response: Response) -> None:
        self._habits.ever_answered = True
        asked = self._waiting.pop(0)
        if response.status == ErrorStatus.NO_ERROR:
            self._keep(response)
            self._ask_again_for_missing(asked, response)
        else:
            self._go_around(asked, response)
        self._ask_next()

    def _keep(self, response: Response) -> None:
        self._answered = True
        for name, value in zip(response.names, response.values, strict=True):
            oid = self._oid_of.get(name)
            if oid is not None and value is not None and not isinstance(value, Marker):
                self.values[oid] = value

    def _ask_again_for_missing(self, asked: tuple[bytes, ...], response: Response) -> None:
        """An agent that answers a part only, for lack of room, is asked for the rest."""
        if len(response.names) < len(asked):
            rest = tuple(name for name in asked if name not in response.names)
            self._waiting[:0] = [rest] if 0 < len(rest) < len(asked) else []

    def _go_around(self, asked: tuple[bytes, ...], response: Response) -> None:
        status, place = response.status, response.place
        if status == ErrorStatus.NO_SUCH_NAME:
            self._answered = True  # "I have not that one" is an answer
        else:
            self._last_error = status
        if status != ErrorStatus.TOO_BIG and 1 <= place <= len(asked):
            rest = asked[: place - 1] + asked[place:]
            self._waiting[:0] = [rest] if rest else []
        elif len(asked) > 1:
            half = len(asked) // 2
            self._waiting[:0] = [asked[:half], asked[half:]]
            if status == ErrorStatus.TOO_BIG:
                self._habits.most_names = half
                self._habits.be_gentler()

    def columns(self) -> tuple[dict[Oid, SnmpValue], ...]:
        return (self.values,)

    @property
    def hints(self) -> Hints:
        return Hints()  # the requests do not depend on any

    @property
    def problems(self) -> tuple[str, ...]:
        return ()

    def take_silence(self, attempts: int) -> None:
        """A GET is simply asked again."""
