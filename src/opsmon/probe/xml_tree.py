"""XML that a stranger sent, as a tree: no document type, so no entities, and bounded in octets, depth and elements.

ElementTree builds whatever comes. A SOAP answer of a device has some tens of elements, nested less than ten deep.
"""

from xml.etree import ElementTree as Xml

MAX_XML_CHARS = 262_144
DEEPEST = 64
MAX_ELEMENTS = 5_000
MAX_ATTRIBUTES = 100  # of one element
_REFUSED = ("<!DOCTYPE", "<!ENTITY", "\0")


class XmlError(ValueError):
    """No XML, or more than any correct device sends; the text says which."""


class _BoundedBuilder(Xml.TreeBuilder):
    """Counts while the tree grows, so that nothing is built that would be refused."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Xml.Element:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST:
            raise XmlError(f"nested deeper than {DEEPEST} elements")
        if self._elements > MAX_ELEMENTS:
            raise XmlError(f"more than {MAX_ELEMENTS} elements")
        if len(attrs) > MAX_ATTRIBUTES:
            raise XmlError(f"more than {MAX_ATTRIBUTES} attributes of one element")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Xml.Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(text: str) -> Xml.Element:
    """The root element of a document, whose declared encoding no longer matters. Raises XmlError."""
    if len(text) > MAX_XML_CHARS:
        raise XmlError(f"more than {MAX_XML_CHARS} characters")
    if any(mark in text for mark in _REFUSED):
        raise XmlError("it defines a document type, or holds a NUL")
    try:
        return Xml.fromstring(text, Xml.XMLParser(target=_BoundedBuilder()))  # noqa: S314 - bounded above
    except XmlError:
        raise
    except (Xml.ParseError, ValueError):  # a lone surrogate is no character of XML
        raise XmlError("no XML") from None
