"""GET of exact instances, in as few requests as fit, around the instances that an agent chokes on."""

from collections.abc import Sequence

from opsmon.protocol.snmp.codec.ber import encode_oid
from opsmon.protocol.snmp.codec.message import ErrorStatus, Pdu, Request, Response
from opsmon.protocol.snmp.codec.value import Marker
from opsmon.protocol.snmp.operation import AgentQuirks, Hints, refusal
from opsmon.protocol.snmp.session import Oid, SnmpValue
from opsmon.protocol.snmp.silence import Fence

NAMES_PER_REQUEST = 30


class Get:
    """Asks `oids`; `values` holds what was found when `request` is None.

    An error with an index costs that instance (noSuchName of v1; genErr of a broken sensor), tooBig or an error without
    a usable index halves the request. Only when every instance is refused is that an error of the whole. Instances that
    are not answered while others are cost themselves, and their siblings if those are not answered together, twice.
    """

    def __init__(self, oids: Sequence[Oid], quirks: AgentQuirks, *, doubtful: bool = False) -> None:
        """`doubtful` instances were not answered some time ago: a silence costs all of them at once."""
        self._doubtful = doubtful
        self._trials: set[tuple[bytes, ...]] = set()  # requests that narrow a silence down
        self._siblings: set[tuple[bytes, ...]] = set()  # those that try what stands beside a silent instance
        self._vain: set[bytes] = set()  # parents of which that was in vain, and nothing has answered since
        self._silent: list[Oid] = []
        self._unread: set[Oid] = set()
        self.values: dict[Oid, SnmpValue] = {}
        self._oid_of = {encode_oid(oid): oid for oid in oids}
        self._quirks = quirks
        self._last_error = 0
        self._answered = False
        names = tuple(self._oid_of)
        size = min(quirks.most_names, NAMES_PER_REQUEST)
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
        self._quirks.call_ended_well()

    def take(self, response: Response) -> None:
        self._quirks.ever_answered = True
        asked = self._waiting.pop(0)
        if self._vain:
            self._vain.difference_update(map(_parent, asked))
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
                self._quirks.most_names = half
                self._quirks.be_gentler()

    def columns(self) -> tuple[dict[Oid, SnmpValue], ...]:
        return (self.values,)

    @property
    def hints(self) -> Hints:
        return Hints()  # the requests do not depend on any

    @property
    def problems(self) -> tuple[str, ...]:
        return ()

    # --- silence

    @property
    def unread(self) -> frozenset[Oid]:
        return frozenset(self._unread)

    @property
    def silent(self) -> dict[Oid, Fence | None]:
        return dict.fromkeys(self._silent)

    @property
    def is_trial(self) -> bool:
        return self._doubtful or (bool(self._waiting) and self._waiting[0] in self._trials | self._siblings)

    def take_silence(self, attempts: int) -> None:
        """A GET is simply asked again."""

    def pass_over(self) -> bool:
        if not self._waiting:
            return False
        names = self._waiting.pop(0)
        if self._doubtful or len(names) == 1 or self._is_vain(names):
            self._silent += [self._oid_of[name] for name in names]
            self._unread.update(self._silent)
            self._try_siblings(names)
        else:
            parts = _parts_of(names)
            self._trials.update(part for part in parts if len(part) > 1)
            self._waiting[:0] = parts
        self._ask_next()
        return True

    def _is_vain(self, names: tuple[bytes, ...]) -> bool:
        """Whether siblings of silent instances were tried together, and for the second time in vain."""
        if names not in self._siblings:
            return False
        parent = _parent(names[0])
        again = parent in self._vain
        self._vain.add(parent)
        return again

    def _try_siblings(self, silent: tuple[bytes, ...]) -> None:
        """Of one table or group it is rarely one object alone that hangs: its siblings are tried together, once."""
        prefix = _parent(silent[0])
        siblings = tuple(name for names in self._waiting for name in names if _parent(name) == prefix)
        if len(silent) > 1 or not siblings:
            return
        others = (tuple(name for name in names if name not in siblings) for names in self._waiting)
        self._waiting = [siblings, *(names for names in others if names)]
        self._siblings.add(siblings)

    def stop(self) -> None:
        self._unread.update(self._oid_of[name] for names in self._waiting for name in names)
        self._waiting.clear()
        self.request = None


def _parent(name: bytes) -> bytes:
    """The entry of a column's instance, or the group of a scalar, as far as octets tell."""
    return name[:-2]


def _parts_of(names: tuple[bytes, ...]) -> list[tuple[bytes, ...]]:
    """Names of one parent stay together while there are others; then they are halved."""
    parents = dict.fromkeys(_parent(name) for name in names)
    half = len(parents) // 2
    if half:
        first = set(list(parents)[:half])
        parts = [[name for name in names if (_parent(name) in first) is wanted] for wanted in (True, False)]
        return [tuple(part) for part in parts]
    middle = len(names) // 2
    return [names[:middle], names[middle:]]
