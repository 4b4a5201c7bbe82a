"""A TLS connection as series in blackbox_exporter's names.

The earliest end is that of the certificates that the server sent; the chain is what was verified, so that there is
none where nothing was.
"""

from array import array
from functools import lru_cache
from math import nan

from opsmon.model.name import CheckName
from opsmon.model.sample import Reading, SeriesBlock, SeriesKey
from opsmon.probe.kind.labels import check_labels
from opsmon.protocol.http.tls import SessionWords, TlsSession, expiry_of, words_of


@lru_cache(maxsize=16_384)  # a block for each certificate of a large fleet: a block that lives on is rendered once
def _tls_block(check: CheckName, words: SessionWords) -> SeriesBlock:
    labels = check_labels(check)
    chain = (
        ("fingerprint_sha256", words.fingerprint), ("issuer", words.issuer), ("serialnumber", words.serial),
        ("subject", words.subject), ("subjectalternative", words.alternatives),
    )  # fmt: skip
    return SeriesBlock(
        (
            SeriesKey("probe_ssl_earliest_cert_expiry", labels),
            SeriesKey("probe_ssl_last_chain_expiry_timestamp_seconds", labels),
            SeriesKey("probe_ssl_last_chain_info", (*labels, *chain)),
            SeriesKey("probe_tls_version_info", (*labels, ("version", words.version))),
            SeriesKey("probe_tls_cipher_info", (*labels, ("cipher", words.cipher))),
        )
    )


def tls_reading(session: TlsSession, check: CheckName) -> Reading:
    """The series of a session. The end of the verified chain is absent where nothing was verified."""
    verified_until = expiry_of(session.verified).timestamp() if session.verified else nan
    values = (expiry_of(session.chain).timestamp(), verified_until, 1.0, 1.0, 1.0)
    return Reading(_tls_block(check, words_of(session)), array("d", values))
