"""How long each kind of hostile answer holds the event loop, at the bound of that kind; and what a text costs a backup.

python -m benchmarks.hostile_text

For each: the longest CPU time of one piece of work that nothing can interrupt (of three tries the quickest). Wanted: at
most 50 ms in the loop. The second part is work of a backup's thread; beyond 256 KiB it is done in another process.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import thread_time

from opsmon.backup.device.terminal import render
from opsmon.backup.proof.encoding import decoded, stored
from opsmon.backup.secrecy.scrub import Scrubber
from opsmon.backup.text_work import AT_ONCE_CHARS
from opsmon.bounds import COMMAND_CHARS
from opsmon.errors import ProbeError
from opsmon.pattern.cost import MAX_STEPS, most_steps
from opsmon.probe.kind.onvif import MAX_ENVELOPE_BYTES, open_envelope
from opsmon.probe.profile.rows.table import MAX_TABLE_ROWS, read_columns
from opsmon.probe.search import MAX_AT_ONCE_BYTES, page_holds
from opsmon.protocol.http.auth import parse_challenges
from opsmon.protocol.http.message import MAX_HEAD_BYTES
from opsmon.protocol.snmp.codec.ber import OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, encode_integer, encode_tlv
from opsmon.protocol.snmp.codec.message import decode_head, decode_response
from opsmon.protocol.snmp.socket import LARGEST_DATAGRAM
from opsmon.protocol.text_message import MalformedMessageError, parse_headers

LIMIT_S, TRIES = 0.05, 3
COLUMNS = 15
EXPECTED = ("never", r"(?m)^status: (?P<s>\d+)$", "alarm|error|fault")


def pages(size: int) -> dict[str, bytes]:
    """Octets that are dear to decode."""
    return {
        "letters": b"a" * size,
        "0xff": b"\xff" * size,
        "every octet": bytes(range(128, 256)) * (size // 128),
        "cut characters": b"\x81\x30a" * (size // 3),
    }


def datagram() -> bytes:
    """A response of as many bindings as fit in."""
    one = encode_tlv(SEQUENCE, encode_tlv(OBJECT_IDENTIFIER, b"\x2b") + bytes((5, 0)))
    bindings = encode_tlv(SEQUENCE, one * ((LARGEST_DATAGRAM - 60) // len(one)))
    pdu = encode_tlv(0xA2, encode_integer(1) + encode_integer(0) + encode_integer(0) + bindings)
    return encode_tlv(SEQUENCE, encode_integer(1) + encode_tlv(OCTET_STRING, b"public") + pdu)


def envelopes() -> dict[str, bytes]:
    size = MAX_ENVELOPE_BYTES
    return {
        "elements": b"<r>" + b"<a/>" * (size // 4 - 2) + b"</r>",
        "depth": b"<a>" * (size // 7) + b"</a>" * (size // 7),
        "attributes": b"<r " + b" ".join(b"a%05d=''" % n for n in range(size // 10)) + b"/>",
        "broken code": b"<r>" + b"\xff" * (size - 7) + b"</r>",
    }


def in_the_loop() -> dict[str, Callable[[], object]]:
    work: dict[str, Callable[[], object]] = {}
    for pattern in EXPECTED:
        expect = re.compile(pattern)
        assert most_steps(expect, MAX_AT_ONCE_BYTES) <= MAX_STEPS
        for name, body in pages(MAX_AT_ONCE_BYTES).items():
            work[f"page of 64 KiB, {name}, `{pattern}`"] = partial(page_holds, expect, body, "charset=hz")
    for name, envelope in envelopes().items():
        work[f"SOAP of 256 KiB, {name}"] = partial(swallowing, open_envelope, envelope, "Operation")
    lines = ["x" * (MAX_HEAD_BYTES // 5_000 - 3) + ":" for _ in range(5_000)]
    work["head of 256 KiB in 5,000 fields"] = partial(swallowing, parse_headers, lines)
    challenges = ["Digest " + "a=b," * 2_000] * 20
    work["20 challenges of 8 KiB"] = lambda: parse_challenges(challenges)
    told = datagram()
    work["SNMP response of 64 KiB"] = lambda: decode_response(told, decode_head(told))
    rows: tuple[tuple[int, ...], ...] = tuple((index,) for index in range(MAX_TABLE_ROWS))
    columns = [dict.fromkeys(rows, 10**12) for _ in range(COLUMNS)]
    work[f"{MAX_TABLE_ROWS} rows of {COLUMNS} columns into an array"] = lambda: read_columns(rows, columns)
    return work


def of_a_backup(chars: int) -> dict[str, Callable[[], object]]:
    scrubber = Scrubber(b"k" * 32, ["known-secret"])
    lines = {
        "password x": "password x\n",
        "blanks and a token": " " * 4_080 + "x:token\n",
        "octets": "\udcff" * 99 + "\n",
    }
    erased = "\x1b[3D\x08\x08abc\n"
    texts = {name: line * (chars // len(line)) for name, line in lines.items()}
    work: dict[str, Callable[[], object]] = {
        f"scrub, {name}": partial(scrubbed, scrubber, text) for name, text in texts.items()
    }
    work["decode, octets of no code"] = lambda: decoded(texts["octets"])
    work["draw, a pager's erasing"] = lambda: render(erased * (chars // len(erased)))
    return work


def scrubbed(scrubber: Scrubber, text: str) -> str:
    return stored(scrubber.scrub(text))[0]


def swallowing(work: Callable[..., object], *args: object) -> None:
    """What is refused is refused after it was looked at."""
    with suppress(MalformedMessageError, ProbeError):
        work(*args)


def cpu_s(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(TRIES):
        began = thread_time()
        work()
        best = min(best, thread_time() - began)
    return best


def main() -> None:
    print("in the event loop:")
    held = {name: cpu_s(work) for name, work in in_the_loop().items()}
    for name, took_s in sorted(held.items(), key=lambda item: -item[1]):
        print(f"  {1000 * took_s:7.1f} ms  {name}{'' if took_s <= LIMIT_S else ': TOO LONG'}")
    print(f"of a backup, in its thread up to {AT_ONCE_CHARS} characters (of 32 MiB, in another process):")
    for name, work in of_a_backup(AT_ONCE_CHARS).items():
        took_s = cpu_s(work)
        print(f"  {1000 * took_s:7.1f} ms  {name} ({took_s * COMMAND_CHARS / AT_ONCE_CHARS:.0f} s)")


if __name__ == "__main__":
    main()
