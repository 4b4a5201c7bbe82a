"""Profiles made of a few lines of YAML data, and pictures of small recordings, for tests of single parts."""

from collections.abc import Mapping
from math import isnan
from typing import Any

from opsmon.probe.profile.choose import ProfileSet
from opsmon.probe.profile.definition.profile import Profile
from opsmon.probe.profile.definition.resolve import resolve_profiles
from opsmon.probe.profile.definition.spec import ProfileSpec
from opsmon.probe.profile.poller import DevicePicture, DevicePoller
from tests.support.probe.profile.recording import RecordedSession, parse_recording

GENERIC: dict[str, Any] = {"name": "generic"}


def profiles_of(*written: Mapping[str, Any]) -> ProfileSet:
    """The profiles of some files, as their YAML data; a generic one is added when none is there."""
    specs = [ProfileSpec.model_validate(data) for data in written]
    named = {spec.name: spec for spec in specs}
    if "generic" not in named:
        named["generic"] = ProfileSpec.model_validate(GENERIC)
    return ProfileSet(resolve_profiles(named))


def profile_of(**parts: Any) -> Profile:
    """The one profile of some parts of a file."""
    return profiles_of({"name": "tested", **parts}).profiles["tested"]


async def poll(recording: str, **parts: Any) -> DevicePicture:
    """The picture of a recording by a profile of some parts."""
    profiles = profiles_of({"name": "tested", **parts})
    return await DevicePoller(profiles, "tested").poll(RecordedSession(parse_recording(recording)))


def series_of(picture: DevicePicture) -> dict[str, float]:
    """Every series that has a value, as `metric` or `metric{label}`."""
    return {
        f"{key.metric}{{{key.labels[0][1]}}}" if key.labels else key.metric: value
        for reading in picture.readings
        for key, value in zip(reading.block.keys, reading.values, strict=True)
        if not isnan(value)
    }
