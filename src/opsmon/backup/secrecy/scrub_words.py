# ruff: noqa: E501 - a list of words is read better dense
"""The word that is a secret, found by walking: from a keyword over all that vendors write between it and the secret.

A pattern that takes the word after `community` for the secret hides `ipaddr` in `community ipaddr 192.0.2.1 X` and keeps
X, so that the line looks scrubbed. Here what may stand between is named, and the first word that is none of it is the
secret. One pass over the words of a line; no pattern here looks back.

Keywords are lower case, as command lines show them: `route-policy SECRET` names a policy.
"""

import re
from collections.abc import Sequence
from itertools import islice

MAX_NESTED = 8  # commands in quotes within commands in quotes
MAX_BETWEEN = 60  # words between a keyword and its secret
TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|\'[^\'\n]*\'?|[^\s"\']+')

KEYWORDS = frozenset({
    "password", "passwd", "passphrase", "pass-phrase", "secret", "psk", "pre-shared-key", "preshared-key", "shared-key",
    "shared-secret", "pre-shared-secret", "presharedkey", "key-string", "keystring", "key-octet-string", "phash", "auth-pass",
    "priv-pass", "authpwd", "privpwd", "auth_pass", "radius-common-pw", "bkup-passwords", "cak", "pmk", "idtoken", "token",
    "authtoken", "snmp-community-string", "community-string", "pre-share", "encrypted-key", "api-key",
    "apikey", "server-key", "admpw", "esecret", "pswd", "ekey", "md5-ekey", "preshare", "preshared_key", "private_key", "authstring",
    "get-community", "read-community", "write-community", "ro-community", "rw-community", "trap-community", "admin-pass",
    "smtp-pass", "pop-pass", "user-pass", "bindpw", "bind-pw", "plain-text-password-value", "virtual-controller-key", "sae-password", "auth-key", "priv-key", "md5-key", "private-key", "ppk",
})  # fmt: skip
_ENDS = (
    "-password", "-passwd", "-passphrase", "-pass-phrase", "-secret", "-psk", "-pwd", "-password-hash", "-passwords",
    "-pass-phrase-hashed", "_password", "_passwd", "_secret", "_token", "-token", "_passphrase", "_psk", "_pw", "_pwd",
    "_api_key", "_apikey", "_community", "-shared-key", "-preshared-key", "-community-string",
)  # fmt: skip
# Words that a keyword may also be, and then no secret follows.
_NAMING = frozenset({
    "name", "list", "acl", "group", "map", "route-map", "route-policy", "prefix-list", "policy-map", "class-map", "object",
    "profile", "template", "description", "authentication-type", "authentication-mode", "authentication-method", "method",
    "domain", "service", "/snmp", "no-export", "auth-method", "view", "server-group", "policy", "role",
})  # fmt: skip

# What stands between a keyword and its secret: in what form it is written, by which algorithm, for which version.
BETWEEN = frozenset({
    "cipher", "simple", "hash", "hashed", "plain", "plaintext", "plain-text", "irreversible-cipher", "encrypted", "unencrypted",
    "clear", "cleartext", "clear-text", "enc", "ciphertext", "hidden", "ascii-text", "hexadecimal", "ascii", "hex", "text",
    "string", "key-string", "key", "md5", "sha", "sha1", "sha2", "sha224", "sha256", "sha384", "sha512", "scrypt", "bcrypt",
    "pbkdf2", "des", "3des", "des56", "aes", "aes128", "aes192", "aes256", "sm3", "sm4", "usual", "nonstandard", "send-only",
    "compatible", "local", "remote", "read", "write", "readonly", "readwrite", "read-only", "read-write", "version", "v1",
    "v2", "v2c", "v3", "1", "2c", "3", "trap", "traps", "inform", "informs", "noauth", "value", "manager", "operator",
    "pass-phrase", "passphrase", "set-key", "raw-key", "manual", "type-6", "type", "fallback", "inbound", "outbound", "esp",
    "ah", "password", "secret", "admin-password", "localized", "pap", "chap", "one-time", "both", "poll", "community",
    "md5-hmac", "user-password", "psk", "eigrp", "rfc2453", "rfc2082", "rfc4822", "level-1", "level-2", "level-1-2", "system",
    "default", "encryption-type", "all", "transmit-key", "spec", "sae", "wpa", "wpa2", "ip-address", "hmac", "auth", "priv",
    "clear-password", "v2-c", "reversible", "reversible-cipher", "encode", "encrypt", "hash2", "is", ":", "=", "bearer", "basic", "digest", "pmk",
})  # fmt: skip
_ALGORITHM = r"(?:hmac|sha|aes|cmac|md5|3?des|prf|sm[34]|gcm|cbc|wep|keyed|bit|\d{1,3})"
_BETWEEN_LIKE = re.compile(rf"(?=[a-z]|3des){_ALGORITHM}(?:[-_]?{_ALGORITHM}){{0,6}}(?:-c)?")
# Words that take another one with them.
WITH_ONE = frozenset({
    "level", "role", "vrf", "address", "hostname", "host-name", "ipaddr", "ipmask", "index", "user-name", "username", "user",
    "for", "option", "view", "key-id", "keyid", "id", "peer", "port", "peer-group", "privilege", "use-vrf", "interface", "size",
    "encrypt-type", "local-address", "host", "context", "engineid", "group", "mask",
})  # fmt: skip
_IP_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?|(?=[0-9a-f]*:[0-9a-f:]*:)[0-9a-f:.]{2,45}(?:/\d{1,3})?")
_NUMBER = re.compile(r"\d{1,2}")
# Words after a keyword that make it a matter of rules about secrets, or of their absence; also joined by hyphens, each
# part one of them: `change-first-login` is a rule, `change-me` is a password.
_RULES_ABOUT = frozenset({
    "policy", "policies", "encryption", "recovery", "complexity", "expire", "expires", "expiry", "expiration", "control", "history",
    "strength", "length", "format", "alert", "modify", "display", "valid", "enable", "enabled", "disable", "disabled", "check",
    "aging", "age", "change", "lifetime", "info", "authentication", "prompt", "retry", "require", "required", "none",
    "timeout", "day", "days", "warning", "lockout", "storage", "generate", "rule", "rules", "profile", "mandatory", "remember",
    "chain", "pair", "pairs", "import", "export", "zeroize", "label", "accounting", "first", "never", "limit", "reset", "reuse",
    "attempt", "attempts", "sync", "attribute", "manage", "managed", "list", "map", "minimum", "maximum", "auto", "min", "max",
    "keychain",
})  # fmt: skip
_PARTS = _RULES_ABOUT | {
    "user", "key", "pre", "old", "new", "update", "hash", "login", "time", "interval", "count", "len", "algorithm", "char", "chars",
    "character", "characters", "class", "classes", "upper", "lower", "case", "uppercase", "lowercase", "digit", "digits", "numeric",
    "number", "numbers", "special", "symbol", "symbols", "alpha", "alphabetic", "type", "types", "mode", "aes", "size", "repeat",
    "repetition", "repeated", "consecutive", "similarity", "failed", "fail", "failure", "period", "restriction", "dictionary",
    "composition", "at", "on", "of", "per", "not", "allow", "allowed", "username", "reversed", "combination", "transition", "sets",
    "match", "same", "distance", "grace", "warn", "notification", "requirement", "requirements", "rollover", "duration", "delay",
    "threshold", "tolerance", "dup", "template", "name", "id", "in", "after", "before", "expired", "force", "forced", "enforce",
}  # fmt: skip
# Words that go on after a secret in clear text.
_AFTER = frozenset({
    "role", "privilege", "level", "address", "hostname", "encrypted", "timeout", "realm", "transmit-key", "mode-list", "access",
    "auth", "priv", "no-xauth", "auth-port", "acct-port", "ro", "rw", "RO", "RW", "view", "level-1", "level-2", "authenticate",
    "key-id", "vrf", "store-local", "all", "7", "cryptographic-algorithm", "required", "hidden", "usertype", ";", "}", "!", "#",
})  # fmt: skip
# What follows in a sentence of a banner, and is no secret.
_PROSE = frozenset({
    "to", "please", "and", "or", "for", "the", "in", "of", "by", "with", "must", "will", "at", "on", "from", "before", "after",
    "you", "your", "if", "not", "are", "here", "this", "that", "when", "has", "have", "may", "can", "should", "shall", "be", "a",
})  # fmt: skip
_NO_VALUE = frozenset({"{", "}", "[", "]", ";", "|", "&&", "||", "-", "--", "*", "<", ">", "(", ")"})
_SNMP = re.compile(r"\bsnmp|\btrap|\bcom2sec")
_ROUTE = re.compile(
    r"\b(?:apply|if-match|match|policy-options|members|comm-list|community-list|expanded|route-target)\b"
)


def secret_words(line: str, depth: int = 0) -> list[tuple[int, int]]:
    """The spans of the secrets of a line, without their quotes."""
    tokens = [(found.group(), found.start()) for found in TOKEN.finditer(line)]
    words = [_word(text) for text, _ in tokens]
    snmp = _SNMP.search(line) is not None and _ROUTE.search(line) is None
    spans, place = [], 0
    while place < len(tokens):
        text, start = tokens[place]
        if is_keyword(words[place], snmp=snmp) and not (place and words[place - 1] in _NAMING):
            where = _secret_after(words, place)
            if where is not None:
                spans.append((_bare(*tokens[where])[0], _end_of(tokens, where)))
                place = where
        elif text[0] in "\"'" and " " in text:  # a command within a command
            if depth == MAX_NESTED:  # nobody can say what stands in it
                spans.append(_bare(text, start))
            else:
                inner = text.strip("\"'")
                first = start + len(text) - len(text.lstrip("\"'"))
                spans += [(begin + first, end + first) for begin, end in secret_words(inner, depth + 1)]
        place += 1
    return spans


def secret_from(line: str, start: int) -> tuple[int, int] | None:
    """The first word from a place on that may be a secret, where a vendor's keywords may stand there."""
    tokens = [(found.group(), found.start()) for found in islice(TOKEN.finditer(line, start), MAX_BETWEEN + 2)]
    where = _secret_after([_word(text) for text, _ in tokens], -1)
    return _bare(*tokens[where]) if where is not None else None


def is_keyword(word: str, *, snmp: bool) -> bool:
    """Whether a secret follows this word."""
    if word in KEYWORDS or (snmp and word == "community"):
        return True
    return (word.endswith(_ENDS) and word.islower()) or (snmp and word.endswith("-community"))


def _secret_after(words: Sequence[str], keyword: int) -> int | None:
    """The place of the secret: the first word that is none of those between; else none."""
    place, numbers = keyword + 1, []
    last = min(len(words), keyword + MAX_BETWEEN)
    while place < last:
        word = words[place]
        lowered = word.lower()
        if lowered in WITH_ONE and place + 2 < len(words):
            place += 2
        elif _NUMBER.fullmatch(word) and place + 1 < len(words):
            numbers.append(place)
            place += 1
        elif is_between(lowered) or word in KEYWORDS:
            place += 1
        elif not word or word.startswith('"-----') or word in _NO_VALUE or is_about_rules(lowered):
            return None
        else:
            return place
    return None


def is_between(word: str) -> bool:
    """Whether a lowered word is one of those that may stand before a secret, and is none."""
    return (
        word in BETWEEN
        or word in WITH_ONE
        or _IP_ADDRESS.fullmatch(word) is not None
        or _BETWEEN_LIKE.fullmatch(word) is not None
    )


def is_about_rules(word: str) -> bool:
    """Whether a word after a keyword tells that no secret follows."""
    if word in _PROSE or word in _RULES_ABOUT:
        return True
    parts = word.split("-")
    return any(part in _RULES_ABOUT for part in parts) and all(part in _PARTS for part in parts)


def _word(text: str) -> str:
    """A quoted text keeps its quotes: it is a value, whatever stands in it."""
    return text if text[0] in "\"'" else text.strip(";,")


def _end_of(tokens: Sequence[tuple[str, int]], secret: int) -> int:
    """Where a secret ends: one in clear text, after a `0` or `ascii`, may have blanks in it."""
    end = _bare(*tokens[secret])[1]
    if not secret or tokens[secret - 1][0] not in ("0", "ascii") or tokens[secret][0][0] in "\"'":
        return end
    for text, start in tokens[secret + 1 :]:
        if text in _AFTER or text in KEYWORDS:
            break
        end = start + len(text)
    return end


def _bare(text: str, start: int) -> tuple[int, int]:
    """The span of a word without its quotes and without what ends a statement."""
    if text[:1] in "\"'":
        end = len(text) - 1 if len(text) > 1 and text[-1] == text[0] else len(text)
        return start + 1, start + end
    return start, start + len(text.rstrip(";,"))
