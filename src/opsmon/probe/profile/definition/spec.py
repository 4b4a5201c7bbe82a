"""How a profile is written in YAML. Every class here dies at the edge: `resolve` turns it into frozen dataclasses.

One file in `probes/` holds one profile. `probes/README.md` explains the format with examples. How one value is got is
said in value_spec.py.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from opsmon.probe.profile.value_spec import (
    NAME_TEXT,
    DescrExtract,
    DescrPattern,
    Extract,
    Filters,
    NumberKey,
    ObjectSpec,
    OidText,
    Pattern,
    SourceSpec,
    listed,
)
from opsmon.spec import AlsoWritten, KindField, OrOne, Spec


class MatchSpec(Spec):
    """One way to know the device; what is given must all hold. `present` asks the agent for one instance.

    `weak` stands behind every other match: the number is that of a common agent, and says little of the device.
    """

    sysobjectid: str | None = Field(default=None, pattern=r"^(\d+(\.\d+)*)?$")
    """The beginning of its sysObjectID."""
    sysdescr: DescrPattern | None = None
    """A pattern of its sysDescr."""
    present: OidText | None = None
    """The number of an instance that has to be there."""
    value: Pattern | None = None
    """A pattern of that instance's text."""
    weak: bool = False
    """Whether every other match goes before it."""

    @model_validator(mode="after")
    def _says_something(self) -> "MatchSpec":
        if self.sysobjectid is None and self.sysdescr is None and self.present is None:
            raise ValueError("a match needs sysobjectid, sysdescr or present")
        if self.value is not None and self.present is None:
            raise ValueError("`value` is the text of `present`, which is missing")
        return self


class TextSpec(Spec):
    """A text of the identity: an object (of the first row that `select` keeps), or a part of sysDescr, or `text`
    itself.
    """

    object: str | None = None
    """The object that holds the text."""
    sysdescr: DescrExtract | None = None
    """A pattern of sysDescr with one group."""
    text: str | None = None
    """The text itself."""
    sysobjectid: dict[str, str] | None = None
    """Texts by the sysObjectID."""
    pattern: Extract | None = None
    """A pattern with one group: the part that is taken."""
    select: Filters = Field(default={})
    """Tests of the rows; the first that passes is taken."""
    strip: Pattern | None = None
    """A pattern of what is cut away."""

    @model_validator(mode="after")
    def _one_place(self) -> "TextSpec":
        places = (self.object, self.sysdescr, self.text, self.sysobjectid)
        if sum(place is not None for place in places) != 1:
            raise ValueError("needs exactly one of object, sysdescr, sysobjectid and text")
        return self


def _text(value: object) -> object:
    return {"object": value} if isinstance(value, str) else value


_OBJECT_NAME = AlsoWritten({"type": "string", "minLength": 1})
Texts = Annotated[list[Annotated[TextSpec, BeforeValidator(_text), _OBJECT_NAME]], BeforeValidator(listed), OrOne()]


class IdentitySpec(Spec):
    """Where the words of the identity come from, in order; the first that is not empty is taken."""

    vendor: Texts = Field(default=[])
    """Who made it."""
    model: Texts = Field(default=[])
    """Which model it is."""
    serial: Texts = Field(default=[])
    """Its serial number."""
    software: Texts = Field(default=[])
    """Which version it runs."""


class KindSpec(Spec):
    """The kind of device when a test holds: of sysDescr, sysObjectID, the model, or that an object of this profile is
    there.
    """

    kind: KindField
    """The kind of device."""
    sysdescr: DescrPattern | None = None
    """A pattern of its sysDescr."""
    sysobjectid: OidText | None = None
    """The beginning of its sysObjectID."""
    model: Pattern | None = None
    """A pattern of its model."""
    present: str | None = None
    """An object of this profile that has to be there."""


class InfoSpec(Spec):
    """A column whose value is told as a label of a series that is always 1; `metric` is the object's name unless told.

    `form` says how the value is written: `enum` by `names`, `address` as the six octets of a MAC address, `oid` dotted.
    """

    metric: str | None = None
    """The metric's name; the object's unless told."""
    form: Literal["enum", "address", "oid"]
    """How the value is written."""
    names: dict[NumberKey, str] = Field(default={})
    """The words of an enumeration, by number."""


class TableSpec(Spec):
    """A table given column by column under the objects' own names, such as the interfaces of IF-MIB.

    `columns` are read at every poll, `slow` ones when the labels are, and so are `infos`, told as labels, and
    `scalars`, told once for the device; `instead` names the column to read where a device does not have the first.
    """

    labels: dict[str, str]
    """The labels of each row, by the object that holds the text."""
    columns: list[str]
    """The columns that are read at every poll."""
    slow: list[str] = Field(default=[])
    """The columns that are read when the labels are."""
    infos: dict[str, InfoSpec] = Field(default={})
    """Columns whose value is told as a label."""
    scalars: list[str] = Field(default=[])
    """Objects that are told once for the device."""
    instead: dict[str, str] = Field(default={})
    """The column to read where a device does not have the first."""


class ProfileSpec(Spec):
    """One file of `probes/`: what a device is and how its numbers are got."""

    name: str = Field(pattern=NAME_TEXT.pattern + "$")
    """The profile's name, which devices write under `profile:`."""
    title: str = ""
    """Which devices it is for."""
    abstract: bool = False
    """Whether other profiles alone take from it."""
    extends: Annotated[list[str], BeforeValidator(listed), OrOne()] = Field(default=[])
    """Profiles that it takes from; its own words go before theirs."""
    match: list[MatchSpec] = Field(default=[])
    """Ways to know the device."""
    vendor: str | None = None
    """Who made such devices."""
    kind: KindField | None = None
    """The kind of such devices."""
    kinds: list[KindSpec] = Field(default=[])
    """Kinds by a test; the first that holds is taken."""
    objects: dict[str, OidText | ObjectSpec] = Field(default={})
    """The MIB objects, by name."""
    identity: IdentitySpec = IdentitySpec()
    """Where vendor, model, serial number and version come from."""
    metrics: dict[str, list[SourceSpec]] = Field(default={})
    """How each metric is got: its sources in order."""
    without: list[str] = Field(default=[])
    """Metrics that it does not take over."""
    tables: dict[str, TableSpec] = Field(default={})
    """Tables that are given column by column."""
    vendors: dict[NumberKey, str] = Field(default={})
    """Vendors by their enterprise number (IANA)."""
    backup: dict[str, Any] = Field(default={})
    """How its configuration is read and proved."""
    checks: list[str | dict[str, Any]] = Field(default=[])
    """The usual checks of such devices."""
