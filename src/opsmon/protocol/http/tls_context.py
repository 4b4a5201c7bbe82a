"""TLS as the HTTP checks want it: what to trust, and how to speak to devices of long ago."""

import ssl
from functools import lru_cache

from opsmon.errors import ProbeError
from opsmon.model.sample import Outcome
from opsmon.protocol.http.tls import TlsSession

_OP_LEGACY_SERVER_CONNECT = 0x4  # OpenSSL's; the ssl module has no name for it before Python 3.12


class UntrustedCertificateError(ProbeError):
    """The server's certificate does not hold; what it showed is worth a look all the same."""

    def __init__(self, reason: str, tls: TlsSession | None) -> None:
        super().__init__(Outcome.DEGRADED, f"the certificate is not trusted: {reason}")
        self.tls = tls


@lru_cache(maxsize=64)
def tls_context(*, verify: bool, authority: str = "") -> ssl.SSLContext:
    """Loading the trusted certificates takes long, so it is done once. Raises ProbeError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if verify and authority:
        try:
            context.load_verify_locations(authority)
        except OSError as error:
            raise ProbeError(Outcome.LOCAL_FAULT, f"no certificates in {authority}: {error.strerror}") from None
    elif verify:
        context.load_default_certs()
    else:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # Old devices speak nothing newer, with short keys; who is not verified is not trusted with more than that.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.options |= _OP_LEGACY_SERVER_CONNECT
    return context
