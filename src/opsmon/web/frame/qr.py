"""A QR code as a picture in the page: a phone that points at the wall opens the incident."""

from functools import lru_cache

from segno import make


@lru_cache(maxsize=32)
def qr_picture(address: str) -> str:
    """An SVG as a `data:` address, dark on light with its quiet zone, so that it is read in a dark theme, too."""
    return make(address, error="m", micro=False).svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
