"""What the rest of opsmon sees of an SNMP agent, whatever the version and the engine behind it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

Oid = tuple[int, ...]
Index = tuple[int, ...]
# Integers of every width are int; OCTET STRING, IpAddress and Opaque are bytes; Opaque floats (net-snmp) are float.
SnmpValue = int | float | bytes | Oid


class SnmpSession(Protocol):
    """One agent. Both calls raise ProbeError; both leave out what the agent says it does not have."""

    async def get(self, oids: Sequence[Oid]) -> Mapping[Oid, SnmpValue]:
        """The values of exact instances; an instance that the agent has not (noSuchName, noSuchInstance) is absent."""
        ...

    async def walk(self, columns: Sequence[Oid]) -> Sequence[Mapping[Index, SnmpValue]]:
        """The columns of one or several tables, as one mapping from row index to value for each column, in order."""
        ...
