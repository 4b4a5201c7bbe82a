"""Secrets of a root, and other files that its files name: references opened, literals warned about, nothing shown.

A path is relative to the file that names it, also where a site takes it over from a file of templates or a profile.

A reference that cannot be opened is an error where secrets are required (`opsmon run`) and a warning elsewhere
(`opsmon check` on a desk that has no access to them): then the secret is there, and refuses to be revealed.
"""

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from opsmon.config.yaml.document import Document
from opsmon.config.yaml.named_file import FileFault, fault_of_certificates, fault_of_file
from opsmon.config.yaml.node import Position, YamlList, YamlMap
from opsmon.config.yaml.problem import Problems
from opsmon.errors import ConfigError, Problem
from opsmon.model.device import Device
from opsmon.model.secret import Secret
from opsmon.spec import FILE_FINDER, SECRET_RESOLVER, wrong
from opsmon.text.bilingual import Sentence, filled

LARGEST_SECRET = 64 * 1024
_EVERYBODY = stat.S_IROTH | stat.S_IWOTH
_SHAPE = Sentence("`{env: NAME}` or `{file: path}`", "`{env: NAME}` 或 `{file: path}`")


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
    access = tuple(f"{kind}." for kind in ("snmp", "ssh") if kind in kinds)
    # A jump host is logged in to and no more: nobody asks for its rights.
    wanted = [
        one for path, one in device.secrets() if path.startswith(access) and not path.startswith("ssh.jump.enable")
    ]
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
    raise wrong(
        Sentence("a secret is text or a reference", "密钥应为文本或引用"),
        filled("{}; a number needs quotes", "{}；数字要加引号", _SHAPE),
    )


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
        """What Specs with secrets and names of files in them are validated with."""
        return {SECRET_RESOLVER: self.open_secret, FILE_FINDER: self.find_authority}

    def taken_over(self, value: object) -> tuple[int, ...]:
        """Which parts of a value were read from other files: equal references may mean another folder there."""
        if not self._owners:
            return ()
        own = (id(value),) if id(value) in self._owners else ()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return own + tuple(found for part in inner for found in self.taken_over(part))

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
        if way == "file":
            return self._from_file(written, name)
        text = self._environ.get(name, "")
        unset = filled("the environment variable {} is not set", "环境变量 `{}` 未设置", name)
        why = unset if name not in self._environ else filled("{} is empty", "`{}` 为空", name)
        return Secret(text) if text else self._missing(written, why)

    def _from_file(self, written: object, name: str) -> Secret:
        path, what = self._document.file.parent / name, filled("the secret file {}", "密钥文件 `{}` ", name)
        fault = fault_of_file(path)
        if fault is not None:
            return self._missing(written, _of(what, fault), self._where(name), is_wrong=not fault.is_elsewhere)
        self._warn_if_open(path, what)
        try:
            with path.open("rb") as file:
                text = file.read(LARGEST_SECRET + 1).decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            return self._missing(
                written, filled("{} cannot be read: not UTF-8 text", "{}无法读取：不是 UTF-8 文本", what)
            )
        if len(text) > LARGEST_SECRET:
            return self._missing(
                written, filled("{} is longer than {} KiB", "{}超过 {} KiB", what, LARGEST_SECRET // 1024)
            )
        return Secret(text) if text else self._missing(written, filled("{} is empty", "{}为空", what))

    def _missing(self, written: object, why: str, hint: str = "", *, is_wrong: bool = False) -> MissingSecret:
        """Tells what hinders; a warning where the secret may be there on the daemon's machine."""
        place = written.place if isinstance(written, YamlMap) else Position(0, 0)
        is_warning = not (self._required or is_wrong)
        problem = Problem(self._document.path, place.line, place.column, why, hint, "", is_warning)
        self._problems.add_grouped(problem)
        return MissingSecret(problem)

    def find_key_file(self, written: str) -> Path:
        """The private key that `written` names, relative to the file; one that is not there is a missing secret."""
        owner = self._owners.get(id(written))
        if owner is not None:
            return owner.find_key_file(written)
        path, what = self._document.file.parent / written, filled("the private key {}", "私钥 `{}` ", written)
        fault = fault_of_file(path)
        if fault is not None:
            self._tell_fault(written, what, fault, warning=fault.is_elsewhere and not self._required)
        self._warn_if_open(path, what)
        return path

    def find_authority(self, written: str) -> str:
        """The absolute path of a file of certificates, which are no secrets: what cannot be read is an error."""
        owner = self._owners.get(id(written))
        if owner is not None:
            return owner.find_authority(written)
        path = self._document.file.parent / written
        what = filled("the file of certificates {}", "证书文件 `{}` ", written)
        fault = fault_of_file(path) or fault_of_certificates(path)
        if fault is not None:
            self._tell_fault(written, what, fault, warning=False)
        return str(path)

    def _tell_fault(self, written: str, what: Sentence, fault: FileFault, *, warning: bool) -> None:
        place = _find(self._document.data, written) or self._document.place
        problem = Problem(self._document.path, *place, _of(what, fault), self._where(written), "", warning)
        self._problems.add_grouped(problem)

    def _where(self, written: str) -> Sentence:
        """Where a path was looked for, since it is relative to the file that names it."""
        if written.startswith("~"):
            return Sentence(
                "`~` is not read as a home directory: write the whole path", "`~` 不会当作主目录：请写完整路径"
            )
        looked_at = os.path.normpath(Path(self._document.path).parent / written)
        return filled("looked for at {}", "查找位置：`{}`", looked_at)

    def _warn_if_open(self, path: Path, what: Sentence) -> None:
        """Where every account of this machine may read it (a group may: people share secrets so)."""
        try:
            mode = path.stat().st_mode
        except OSError:
            return
        if stat.S_ISREG(mode) and mode & _EVERYBODY:
            told = filled(
                "{} can be read or changed by every account of this machine", "{}可被本机任何账户读取或修改", what
            )
            hint = Sentence(
                "`chmod o= FILE`, or 0600 for the daemon's account",
                "执行 `chmod o= FILE`，或设为 0600 并归守护进程账户",
            )
            self._problems.add_grouped(Problem(self._document.path, *self._document.place, told, hint, "", True))

    def _warn_literal(self, written: str) -> None:
        place = _find(self._document.data, written) or self._document.place
        self._problems.add(
            Problem(
                self._document.path,
                place.line,
                place.column,
                Sentence("a secret in plain text", "明文的密钥"),
                filled("use {}", "请用 {}", _SHAPE),
                "",
                True,
            )
        )


def _of(what: Sentence, fault: FileFault) -> Sentence:
    return filled("{} {}", "{}{}", what, fault.reason)


def identities_of(node: object) -> Iterator[int]:
    """Everything that a reader may be asked to open later, by the very object that was read."""
    yield id(node)
    inner = node.values() if isinstance(node, YamlMap) else node if isinstance(node, YamlList) else ()
    for child in inner:
        if isinstance(child, YamlMap | YamlList | str):
            yield from identities_of(child)


def _find(node: object, wanted: str) -> Position | None:
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
