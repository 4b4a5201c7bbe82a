"""What a TLS connection says of itself. Names of subjects, ciphers and versions are written as blackbox_exporter
writes them.
"""

import _ssl
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from opsmon.protocol.wire_text import shown

_VERSIONS = {"TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}
# The order in which a subject is written, whatever order the certificate has (RFC 2253 counts from the end).
_NAME_ORDER = (
    NameOID.SERIAL_NUMBER,
    NameOID.COMMON_NAME,
    NameOID.POSTAL_CODE,
    NameOID.STREET_ADDRESS,
    NameOID.STATE_OR_PROVINCE_NAME,
    NameOID.LOCALITY_NAME,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.COUNTRY_NAME,
)
_NAME_WORDS = {NameOID.SERIAL_NUMBER: "SERIALNUMBER", NameOID.POSTAL_CODE: "POSTALCODE"}
_OPENSSL_CIPHER = re.compile(
    r"(?:(?P<exchange>(?:ECDHE|DHE)-(?:RSA|ECDSA|DSS))-)?"
    r"(?:(?P<block>AES|CAMELLIA)(?P<bits>128|256)(?:-(?P<mode>GCM|CCM8?))?|(?P<other>CHACHA20-POLY1305|DES-CBC3|RC4))"
    r"(?:-(?P<hash>SHA\d*|MD5))?"
)
UNREADABLE = "a name that cannot be read"
MAX_SUBJECT_CHARS = 1_024  # characters of a subject or an issuer
MAX_ALTERNATIVES = 4_096  # and of all other names together; certificates of large sites have a hundred
# What cryptography raises for a certificate that is none, or a part of one: not all of it is ValueError.
_UNREADABLE = (
    ValueError, TypeError, x509.InvalidVersion, x509.ExtensionNotFound, x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)  # fmt: skip
_OTHER_CIPHERS = {"CHACHA20-POLY1305": "CHACHA20_POLY1305", "DES-CBC3": "3DES_EDE_CBC", "RC4": "RC4_128"}


@dataclass(frozen=True, slots=True)
class TlsSession:
    """`chain` is what the server sent, its own certificate first; `verified` the chain up to a trusted one, or ()."""

    version: str
    cipher: str
    chain: tuple[x509.Certificate, ...]
    verified: tuple[x509.Certificate, ...] = ()


def session_of(secured: ssl.SSLObject) -> TlsSession | None:
    """The session behind a connection; None where the server showed no certificate, or one that cannot be read."""
    try:
        chain = _certificates(secured, "get_unverified_chain")
    except _UNREADABLE:
        return None
    if not chain:
        return None
    cipher = secured.cipher()
    verified = _certificates(secured, "get_verified_chain") if secured.context.verify_mode != ssl.CERT_NONE else ()
    version = secured.version() or ""
    return TlsSession(_VERSIONS.get(version, version), standard_cipher(cipher[0]) if cipher else "", chain, verified)


def _certificates(secured: ssl.SSLObject, method: str) -> tuple[x509.Certificate, ...]:
    """Public only from Python 3.13 on; before, the object beneath has it."""
    if public := getattr(secured, method, None):
        return tuple(_loaded(der) for der in public())
    beneath: Any = secured._sslobj  # type: ignore[attr-defined]
    found: Iterable[Any] = getattr(beneath, method)() or ()
    return tuple(_loaded(certificate.public_bytes(_ssl.ENCODING_DER)) for certificate in found)


@lru_cache(maxsize=4096)
def _loaded(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def expiry_of(chain: Iterable[x509.Certificate]) -> datetime:
    """When the first certificate of a chain ends, aware UTC."""
    return min(certificate.not_valid_after_utc for certificate in chain)


def standard_cipher(name: str) -> str:
    """The name that IANA gave a cipher suite which OpenSSL calls by another; what is not known stays as it is."""
    found = _OPENSSL_CIPHER.fullmatch(name)
    if found is None:
        return name
    exchange = (found["exchange"] or "RSA").replace("-", "_")
    if found["other"]:
        cipher, digest = _OTHER_CIPHERS[found["other"]], found["hash"] or "SHA256"
        return f"TLS_{exchange}_WITH_{cipher}_{digest}"
    mode = found["mode"] or "CBC"
    cipher = f"{found['block']}_{found['bits']}_{mode.replace('CCM8', 'CCM_8')}"
    return f"TLS_{exchange}_WITH_{cipher}" + (f"_{found['hash']}" if found["hash"] else "")


def distinguished_name(name: x509.Name) -> str:
    """A subject or issuer as a text, its parts in one order: common name before organisation before country."""
    parts = {oid: name.get_attributes_for_oid(oid) for oid in _NAME_ORDER}
    rest = [attribute for attribute in name if attribute.oid not in parts]
    written = ["+".join(map(_part, attributes)) for attributes in parts.values() if attributes]
    return shown(",".join([*written, *(_part(attribute) for attribute in reversed(rest))])[:MAX_SUBJECT_CHARS])


def _name_of(certificate: x509.Certificate, whose: str) -> str:
    """`subject` or `issuer` as a text; old devices have names whose octets are not what their type says."""
    try:
        return distinguished_name(getattr(certificate, whose))
    except _UNREADABLE:
        return UNREADABLE


def names_of(certificate: x509.Certificate) -> tuple[str, str]:
    """Subject and issuer."""
    return _name_of(certificate, "subject"), _name_of(certificate, "issuer")


def _part(attribute: x509.NameAttribute[Any]) -> str:
    return attribute.rfc4514_string(_NAME_WORDS)


class SessionWords(NamedTuple):
    """What is told as labels."""

    version: str
    cipher: str
    fingerprint: str
    subject: str
    issuer: str
    alternatives: str
    serial: str


def words_of(session: TlsSession) -> SessionWords:
    """What a session and its own certificate say of themselves."""
    own = session.chain[0]
    number = own.serial_number
    return SessionWords(
        session.version,
        session.cipher,
        own.fingerprint(hashes.SHA256()).hex(),
        *names_of(own),
        shown(",".join(_alternative_names(own))[:MAX_ALTERNATIVES]),
        number.to_bytes((number.bit_length() + 7) // 8, "big").hex() if number > 0 else "",
    )


def _alternative_names(certificate: x509.Certificate) -> list[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except _UNREADABLE:
        return []
    return names.get_values_for_type(x509.DNSName)
