"""Strategies of messages that are written like HTTP: right ones, with what devices and attackers put into them."""

from hypothesis import strategies as st

PUMPED = [
    b"a" * 300_000, b" " * 20_000, b"\t" * 9_000 + b"x", b"," * 5_000, b"=" * 5_000, b'"' * 3_000, b"\\" * 3_001,
    b"charset=" + b" " * 9_000, b"1," * 9_000, b"9" * 5_000, "中".encode() * 4_000, "中".encode("gbk") * 4_001,
    "\u202e".encode() + b"hidden", b"\x1b[2J", b"\xff\xfe\xfd", b"\0",
]  # fmt: skip
PARAMETER = [b'realm="cam"', b"nonce=n1", b'qop="auth, auth-int"', b"algorithm=SHA-256", b"algorithm=MD5-sess", b"="]
PARAMETER += [b'opaque="\\"', b"charset=UTF-8", b'realm="', b"Digest", b"Basic", b"stale", b"algorithm=\xc5\xbfHA-256"]
CHALLENGE = st.builds(
    lambda scheme, parameters: scheme + b" " + b", ".join(parameters),
    st.sampled_from([b"Digest", b"Basic", b"digest", b"Negotiate", b"Digest " * 100]),
    st.lists(st.sampled_from(PARAMETER) | st.sampled_from(PUMPED) | st.binary(max_size=20), max_size=8),
)
VALUE = (
    st.sampled_from([b"0", b"3", b"chunked", b"gzip", b"text/html; charset=gb2312", b"close", b"-1", b"", b"1 OPTIONS"])
    | st.sampled_from(PUMPED)
    | CHALLENGE
    | st.binary(max_size=40).map(lambda octets: octets.replace(b"\n", b""))
)
NAME = st.sampled_from(
    [
        b"Content-Length", b"Content-Type", b"Transfer-Encoding", b"Content-Encoding", b"WWW-Authenticate", b"Server",
        b"Location", b"Last-Modified", b"Public", b"Allow", b"User-Agent", b"CSeq", b"Via", b"Call-ID", b"", b"l", b"X",
    ]
)  # fmt: skip
FIELD = st.tuples(NAME, st.sampled_from([b": ", b":", b" : ", b""]), VALUE).map(b"".join)
FOLDED = st.tuples(st.sampled_from([b" ", b"\t"]), VALUE).map(b"".join)
MANY = st.tuples(
    st.sampled_from([b"a:", b" b", b"Server: x", b"Content-Length: 3"]), st.sampled_from([900, 4_900, 21_000])
)
LINES = st.lists(FIELD | FOLDED | MANY.map(lambda many: b"\n".join([many[0]] * many[1])), max_size=8)
STATUS = st.sampled_from(
    [b"200 OK", b"401 Unauthorized", b"302 Found", b"100 Continue", b"500", b"204 ", b"9999", b"2"]
)
END = st.sampled_from([b"\r\n", b"\n", b"\r\r\n"])


def heads(*protocols: bytes) -> st.SearchStrategy[bytes]:
    """A status line and header lines, mostly with their end."""

    def written(protocol: bytes, status: bytes, lines: list[bytes], end: bytes, ended: bool) -> bytes:
        whole = [protocol + b" " + status, *lines, b"", b""]
        return end.join(whole if ended else whole[:-2])

    return st.builds(
        written,
        st.sampled_from([*protocols, b"HTTP/1.1", b"ICY", b"A" * 9_000 + b"/1"]),
        STATUS,
        LINES,
        END,
        st.booleans() | st.just(True),
    )  # fmt: skip


def chunked(pieces: list[bytes], extension: bytes) -> bytes:
    """A chunked body, with something behind each size."""
    return b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces) + b"0\r\n\r\n"


PAGE = st.sampled_from(
    [
        b"<html>ok</html>", b"<meta charset=" + b" " * 4_000, b"<meta" * 800, b"<?xml " * 600, b"\xff" * 1_048_576,
        b"\x81 " * 500_000, b"\xef\xbb\xbf\xff", b"\xff\xfea", "中文".encode("gbk") * 100_000 + b"\xff",
        b"\n" * 200_000,
    ]
) | st.binary(max_size=200)  # fmt: skip
BODY = (
    PAGE
    | st.builds(chunked, st.lists(PAGE, max_size=4), st.sampled_from([b"", b";a=b", b" ", b"x", b";" + b"a" * 9_000]))
    | st.sampled_from([b"1\r\nx\r\n" * 100_000, b"1\nx\n" * 3, b"ffffffffffffffff\r\n", b"0" * 9_000, b"-1\r\n"])
)  # fmt: skip
PACKED = [b"\x1f\x8b\x08" + b"\0" * 40, b"x\x9c"]
