"""The SSH algorithms that are too weak to be spoken unasked: the one list, for checks, `opsmon probe` and backups.

SHA-1 in key exchange and signatures (RFC 9142, 4; RFC 8332, 1), CBC ciphers (RFC 4253, 6.3; CVE-2008-5161), SHA-1 and
MD5 as MACs and whatever is cut to 96 bits. Devices of the last decade offer some of them alone, so `legacy: true`, in a
check or in the device's `ssh:`, allows all of them for that device; a jump host has a `legacy` of its own.
"""

from typing import Any

KEX = ("diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1")
HOST_KEYS = ("ssh-rsa", "ssh-dss")
CIPHERS = ("aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc")
MACS = tuple(
    f"{name}{how}"
    for how in ("", "-etm@openssh.com")
    for name in ("hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96")
)


def asyncssh_algorithms(*, legacy: bool) -> dict[str, Any]:
    """Arguments of asyncssh: its own choice with the weak ones behind it, or without them."""
    sign = "+" if legacy else "-"
    return {
        "kex_algs": sign + ",".join(KEX),
        "encryption_algs": sign + ",".join(CIPHERS),
        "mac_algs": sign + ",".join(MACS),
        "signature_algs": f"{sign}ssh-rsa",
        "server_host_key_algs": sign + ",".join(HOST_KEYS),
    }


def paramiko_disabled(*, legacy: bool) -> dict[str, list[str]] | None:
    """What paramiko must not offer; None where it may offer all that it has."""
    if legacy:
        return None
    keys = list(HOST_KEYS)
    return {"kex": list(KEX), "keys": keys, "pubkeys": keys, "ciphers": list(CIPHERS), "macs": list(MACS)}
