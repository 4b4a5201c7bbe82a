"""Where a form may lead back to: a path of this console, and nowhere else."""

from urllib.parse import urlsplit

MAX_PATH = 2_000


def own_path(address: str) -> str:
    """The address where it is a path of ours, else `/`: a link to the form may be anybody's (RFC 9700, 4.11)."""
    is_plain = address.isascii() and address.isprintable() and "\\" not in address and len(address) <= MAX_PATH
    is_ours = is_plain and address.startswith("/") and not address.startswith("//") and not urlsplit(address).netloc
    return address if is_ours else "/"
