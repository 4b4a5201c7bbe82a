"""Counts with their noun, in English: one device, two devices."""

_IRREGULAR = {"entries": "entry", "deliveries": "delivery", "people": "person"}


def counted(number: int, plural: str) -> str:
    """`1 device`, `2 devices`; the noun is the last word of `plural`: `1 more problem`."""
    if number != 1:
        return f"{number} {plural}"
    *before, noun = plural.split(" ")
    return " ".join((str(number), *before, _IRREGULAR.get(noun, noun.removesuffix("s"))))
