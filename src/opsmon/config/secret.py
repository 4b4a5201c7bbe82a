"""Secrets of a root: references opened, literals warned about, nothing shown.

A reference that cannot be opened is an error where secrets are required (`opsmon run`) and a warning elsewhere
(`opsmon check` on a desk that has no access to them): then the secret is there, and refuses to be revealed.
"""

import stat
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from opsmon.config.document import Document
from opsmon.config.node import Place, YamlList, YamlMap
from opsmon.config.problem import Problems
from opsmon.errors import ConfigError, Problem
from opsmon.model.device import Device
from opsmon.model.secret import Secret
from opsmon.spec import SECRET_RESOLVER, wrong

LARGEST_SECRET = 64 * 1024
_EVERYBODY = stat.S_IROTH | stat.S_IWOTH
_SHAPE = "`{env: NAME}` or `{file: path}`"


class MissingSecret(Secret):
    """A reference that led nowhere. Everything works with it until somebody wants the text."""

    __slots__ = ("problem",)

    def __init__(self, problem: Problem) -> None:
        super().__init__("")
        self.problem = problem

    def reveal(self) -> str:
        raise ConfigError((replace(self.problem, warning=False),))


def check_secrets(device: Device, kinds: Collection[str]) -> None:
    """Raise ConfigError, with every place, where checks of these kinds want a secret of the device that is missing."""
    snmp, ssh = device.snmp, device.ssh
    wanted: list[Secret | None] = []
    if snmp is not None and "snmp" in kinds:
        wanted += [snmp.community, *(key.key for key in (snmp.auth, snmp.priv) if key is not None)]
    if ssh is not None and "ssh" in kinds:
        wanted += [secret for _, secret in ssh.secrets]
    missing = [replace(secret.problem, warning=False) for secret in wanted if isinstance(secret, MissingSecret)]
    if missing:
        raise ConfigError(tuple(missing))


def check_shape(written: object) -> Secret:
    """Whether something is a literal or a reference, without opening it: an empty secret, or a pydantic error."""
    if isinstance(written, str) and written:
        return Secret("")
    if isinstance(written, dict) and len(written) == 1:
        ((way, name),) = written.items()
        if way in ("env", "file") and isinstance(name, str) and name:
            return Secret("")
    raise wrong("a secret is text or a reference", f"{_SHAPE}; a number needs quotes")


class FileSecrets:
    """Opens the secrets of one file; `open_secret` is what a Spec's validation context carries."""

    def __init__(
        self,
        document: Document,
        environ: Mapping[str, str],
        problems: Problems,
        owners: Mapping[int, "FileSecrets"],
        *,
        required: bool,
    ) -> None:
        self._document, self._environ, self._problems, self._required = document, environ, problems, required
        self._owners = owners  # of what was read from other files, by the identity of the object

    @property
    def context(self) -> dict[str, object]:
        """What Specs with secrets in them are validated with."""
        return {SECRET_RESOLVER: self.open_secret}

    def taken_over(self, fields: Mapping[str, object]) -> tuple[int, ...]:
        """Which values of an access were read from other files: equal references may mean another folder there."""
        own = tuple(id(value) for value in fields.values() if id(value) in self._owners)
        nested = (value for value in fields.values() if isinstance(value, dict))
        return own + tuple(found for mapping in nested for found in self.taken_over(mapping))

    def open_secret(self, written: object) -> Secret:
        """The secret that `written` is or refers to. Raises a pydantic error when it is neither."""
        check_shape(written)
        owner = self._owners.get(id(written))
        if owner is not None:
            return owner.open_secret(written)
        if isinstance(written, str):
            self._warn_literal(written)
            return Secret(written)
        return self._refer(written if isinstance(written, dict) else {})

    def _refer(self, written: Mapping[str, str]) -> Secret:
        ((way, name),) = written.items()
        text, why = self._from_environment(name) if way == "env" else self._from_file(name)
        if text:
            return Secret(text)
        place = written.place if isinstance(written, YamlMap) else Place(0, 0)
        problem = Problem(self._document.path, place.line, place.column, why, "", "", not self._required)
        self._problems.add_grouped(problem)
        return MissingSecret(problem)

    def _from_environment(self, name: str) -> tuple[str, str]:
        text = self._environ.get(name, "")
        return text, f"the environment variable {name} is not set" if name not in self._environ else f"{name} is empty"

    def _from_file(self, name: str) -> tuple[str, str]:
        path = self._document.file.parent / name
        try:
            if path.exists() and not path.is_file():
                return "", f"the secret file {name} is no regular file"
            with path.open("rb") as file:
                text = file.read(LARGEST_SECRET + 1).decode("utf-8")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            return "", f"the secret file {name} cannot be read: {reason}"
        self._warn_if_open(path, f"the secret file {name}")
        if len(text) > LARGEST_SECRET:
            return "", f"the secret file {name} is longer than {LARGEST_SECRET // 1024} KiB"
        return text.rstrip("\r\n"), f"the secret file {name} is empty"

    def find_key_file(self, written: str) -> Path:
        """The private key that `written` names, relative to the file; one that is not there is a missing secret."""
        owner = self._owners.get(id(written))
        if owner is not None:
            return owner.find_key_file(written)
        path = self._document.file.parent / written
        if not path.is_file():
            place = _find(self._document.data, written) or self._document.place
            told = f"the private key {written} is not there"
            problem = Problem(self._document.path, *place, told, "", "", not self._required)
            self._problems.add_grouped(problem)
        self._warn_if_open(path, f"the private key {written}")
        return path

    def _warn_if_open(self, path: Path, what: str) -> None:
        """Where every account of this machine may read it (a group may: people share secrets so)."""
        try:
            mode = path.stat().st_mode
        except OSError:
            return
        if stat.S_ISREG(mode) and mode & _EVERYBODY:
            told = f"{what} can be read or changed by every account of this machine"
            hint = "`chmod o= FILE`, or 0600 for the daemon's account"
            self._problems.add_grouped(Problem(self._document.path, *self._document.place, told, hint, "", True))

    def _warn_literal(self, written: str) -> None:
        place = _find(self._document.data, written) or self._document.place
        self._problems.add(
            Problem(self._document.path, place.line, place.column, "a secret in plain text", f"use {_SHAPE}", "", True)
        )


def _find(node: object, wanted: str) -> Place | None:
    """Where the very object stands: equal text elsewhere is another value."""
    if isinstance(node, YamlMap):
        pairs = [(value, node.values_at[key]) for key, value in node.items()]
    elif isinstance(node, YamlList):
        pairs = list(zip(node, node.items_at, strict=True))
    else:
        return None
    for value, place in pairs:
        found = place if value is wanted else _find(value, wanted)
        if found:
            return found
    return None
