"""By what a receiver knows that a body is ours and whole."""

import hashlib
import hmac

from opsmon.model.secret import Secret


def sign_delivery(secret: Secret, timestamp: str, delivery: str, body: bytes) -> str:
    """The value of `X-Opsmon-Signature-V2`: HMAC-SHA256 of `timestamp.delivery.body`, so that a captured delivery can
    be sent again neither later nor under another id."""
    signed = f"{timestamp}.{delivery}.".encode() + body
    return "sha256=" + hmac.new(secret.reveal().encode("utf-8"), signed, hashlib.sha256).hexdigest()


def sign_body(secret: Secret, body: bytes) -> str:
    """The value of `X-Opsmon-Signature`: HMAC-SHA256 (RFC 2104) of the raw body, as `sha256=` and 64 hex digits.

    Sent for one release more, for receivers that do not know the second one.
    """
    return "sha256=" + hmac.new(secret.reveal().encode("utf-8"), body, hashlib.sha256).hexdigest()
