"""By what a receiver knows that a body is ours and whole."""

import hashlib
import hmac

from opsmon.model.secret import Secret


def sign_body(secret: Secret, body: bytes) -> str:
    """The value of `X-Opsmon-Signature`: HMAC-SHA256 (RFC 2104) of the raw body, as `sha256=` and 64 hex digits."""
    return "sha256=" + hmac.new(secret.reveal().encode("utf-8"), body, hashlib.sha256).hexdigest()
