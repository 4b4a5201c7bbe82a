"""Text that every database of ours can hold."""

_UNTELLABLE = {0: "\ufffd", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}


def storable(words: str) -> str:
    """The text itself, nearly always: what UTF-8 or PostgreSQL cannot hold (lone surrogates, NUL) becomes U+FFFD.

    A device's or a receiver's odd text must not keep the journal from being written.
    """
    if "\0" not in words:
        try:
            words.encode()
        except UnicodeEncodeError:
            pass
        else:
            return words
    return words.translate(_UNTELLABLE)
