"""A file that another file names: what hinders reading it, told before anybody needs it."""

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileFault:
    """Why a named file cannot be used. `is_elsewhere` where another machine or account may have it all the same."""

    reason: str
    is_elsewhere: bool


def fault_of_file(path: Path) -> FileFault | None:
    """What hinders reading a regular file; None when it can be read. Never waits for a pipe."""
    try:
        if path.is_dir():
            return FileFault("is a directory, not a file", is_elsewhere=False)
        if path.exists() and not path.is_file():
            return FileFault("is no regular file", is_elsewhere=False)
        with path.open("rb"):
            return None
    except FileNotFoundError:
        return FileFault("is not there", is_elsewhere=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no name of a file"
        return FileFault(f"cannot be read: {reason}", is_elsewhere=True)


def fault_of_certificates(path: Path) -> FileFault | None:
    """What hinders taking a readable file as certificates to trust (PEM, RFC 7468); None when nothing does."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:  # of OpenSSL too
        return FileFault("holds no certificates in PEM form", is_elsewhere=False)
    return None
