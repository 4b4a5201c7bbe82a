"""The hash chain of the journal: each entry's hash covers what it says and the hash of the entry before it.

So a change, a removal or an insertion in the past breaks every later link, and a cut tail is missed by the head that
is kept apart. What a chain cannot show: somebody who can write the whole database can write a whole new chain. Against
that, heads are kept where he cannot write: in metrics, in what receivers are told, in backup commits, in the log.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opsmon.store.storable import storable

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last entry of a journal: how many there are, and the hash that covers them all."""

    seq: int = 0
    hash: str = GENESIS

    @property
    def words(self) -> str:
        """As it is kept elsewhere: the number of entries and their hash; "" of an empty journal."""
        return f"{self.seq} {self.hash}" if self.seq else ""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One entry as it is stored. `payload` is the canonical text that the hash covers."""

    seq: int
    at: str
    type: str
    schema: int
    incident: str | None
    device: str | None
    payload: str
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Damage:
    """One place where the journal is not what was written."""

    seq: int
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found: the entries read, the hash of the last one, and the damage."""

    entries: int
    head: ChainHead
    damage: tuple[Damage, ...]


def canonical(document: Mapping[str, Any]) -> str:
    """The one text of a document: keys sorted, no spaces, no NaN. Text that UTF-8 cannot carry is escaped."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text


def forge_link(head: ChainHead, name: str, schema: int, payload: Mapping[str, Any]) -> ChainLink:
    """The entry that follows `head`."""
    seq, text = head.seq + 1, canonical(payload)
    return ChainLink(
        seq=seq,
        at=payload["at"],
        type=name,
        schema=schema,
        incident=_column(payload, "incident"),
        device=_column(payload, "device"),
        payload=text,
        prev_hash=head.hash,
        hash=_hash_of(seq, name, schema, text, head.hash),
    )


def _column(payload: Mapping[str, Any], name: str) -> str | None:
    """What a column that queries use repeats of the payload."""
    found = payload.get(name)
    return storable(found) if isinstance(found, str) else found


def _hash_of(seq: int, name: str, schema: int, payload: str, prev_hash: str) -> str:
    covered = f"{prev_hash}\n{seq}\n{name}\n{schema}\n{payload}"
    return hashlib.sha256(covered.encode()).hexdigest()


def verify_chain(links: Iterable[ChainLink], anchors: Iterable[ChainHead], kept: Collection[str] = ()) -> Verification:
    """Reads every link once. `anchors` are heads that were kept apart: each must still be in the chain.

    `kept` are hashes of heads that people kept elsewhere, without their numbers: a chain computed anew lacks them.
    """
    missing = dict.fromkeys(hash_ for hash_ in kept if hash_ != GENESIS)
    found, head, entries = [], ChainHead(), 0
    waiting = {anchor.seq: anchor.hash for anchor in anchors if anchor.seq > 0}
    for link in links:
        entries += 1
        found += [Damage(link.seq, message) for message in _faults_of(link, head)]
        if waiting.pop(link.seq, link.hash) != link.hash:
            found.append(Damage(link.seq, "is not the entry that was the head when it was kept apart"))
        missing.pop(link.hash, None)
        head = ChainHead(link.seq, link.hash)
    rewritten = "was a head once and is in the journal no more: it was rewritten"
    found += [Damage(0, f"{hash_} {rewritten}") for hash_ in missing]
    found += [Damage(seq, f"is missing: the journal ends at {head.seq}") for seq in sorted(waiting)]
    return Verification(entries, head, tuple(found))


def _faults_of(link: ChainLink, head: ChainHead) -> list[str]:
    faults = []
    if link.seq != head.seq + 1:
        gone = f"{head.seq + 1}" if link.seq == head.seq + 2 else f"{head.seq + 1} to {link.seq - 1}"
        faults.append(f"follows entry {head.seq}: {gone} removed")
    elif link.prev_hash != head.hash:
        faults.append("does not continue the entry before it: one of them was changed or put in")
    if _hash_of(link.seq, link.type, link.schema, link.payload, link.prev_hash) != link.hash:
        faults.append("was changed: its content does not give its hash")
    return faults + _fields_that_differ(link)


def _fields_that_differ(link: ChainLink) -> list[str]:
    """The columns that queries use repeat the payload; they must not tell another story."""
    try:
        payload = json.loads(link.payload)
        told = (payload.get("at"), _column(payload, "incident"), _column(payload, "device"))
    except (ValueError, AttributeError):
        return ["was changed: its content is no document"]
    return [] if told == (link.at, link.incident, link.device) else ["was changed: its columns contradict its content"]
