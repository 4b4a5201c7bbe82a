"""How one make of device is read and what proves that its configuration came whole: the `backup:` section, resolved."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from opsmon.bounds import COMMAND_CHARS
from opsmon.model.device import Device, SshAccess

Pattern = re.Pattern[str]


class Structure(StrEnum):
    """How the text of a configuration is cut into sections."""

    FLAT = "flat"  # nothing is known of it
    HASH = "hash"  # Huawei, H3C: blocks between lines of `#`, closed by `return`
    BANG = "bang"  # Cisco and its likes: a header and indented lines
    EDIT = "edit"  # FortiOS: `config … end`, `edit … next`, nested
    BRACE = "brace"  # Junos: `{ … }`, nested
    FILES = "files"  # Linux: files one after the other, each with its header and its size


class Transport(StrEnum):
    SHELL = "shell"
    SFTP = "sftp"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that the device asks where a prompt was expected, and what is answered."""

    asks: Pattern
    answer: str


@dataclass(frozen=True, slots=True)
class Enable:
    """How rights are raised: while the prompt looks `unprivileged`, `command` is sent and the password is given.

    `on_request`: only where the device's access has a password for it, because the prompt does not tell (Comware and
    VRP `super`). `password` says whether one is ever asked for (Junos: a root's shell only needs `cli`).
    """

    unprivileged: Pattern
    command: str = "enable"
    on_request: bool = False
    password: bool = True


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that the capture and its proof know of a make. Lengths of time in seconds."""

    name: str
    platforms: tuple[str, ...]
    commands: tuple[str, ...]
    prompt: Pattern
    setup: tuple[str, ...] = ()
    login: str = "own"  # `own`: by the questions here; `netmiko`: by netmiko's driver of the platform
    questions: tuple[Question, ...] = ()
    enable: Enable | None = None
    pager: Pattern | None = None
    pager_answer: str = " "
    quit: str = "exit"
    end: Pattern | None = None
    twice: bool = False
    errors: tuple[Pattern, ...] = ()
    volatile: tuple[Pattern, ...] = ()
    resalted: bool = False
    least_lines: int = 10
    hostname: Pattern | None = None
    hostname_optional: bool = False
    always: tuple[Pattern, ...] = ()
    structure: Structure = Structure.FLAT
    users: str = ""
    author: Pattern | None = None
    transport: Transport = Transport.SHELL
    files: tuple[str, ...] = ()
    stall_s: float = 20.0
    longest_s: float = 900.0
    most_chars: int = COMMAND_CHARS  # of one command


@dataclass(frozen=True, slots=True)
class RecipeBook:
    """The recipes of a root: by profile, and by the netmiko name of a platform."""

    by_profile: Mapping[str, Recipe] = field(default_factory=dict)
    by_platform: Mapping[str, Recipe] = field(default_factory=dict)
    fallback: Recipe | None = None

    def recipe_for(self, device: Device) -> Recipe | None:
        """The recipe of the device's profile if it fits the platform, else of the platform, else the last resort.

        What the device's access says of its own (`prompt`, `pager`, `stall`, `longest`) stands above the make's.
        """
        if device.ssh is None or device.ssh.platform is None:
            return None
        found = self._of_make(device, device.ssh.platform.removesuffix("_ssh"))
        return found and _adapted(found, device.ssh)

    def _of_make(self, device: Device, platform: str) -> Recipe | None:
        own = self.by_profile.get(device.profile or "")
        if own is not None and (platform in own.platforms or platform not in self.by_platform):
            return own
        return self.by_platform.get(platform, self.fallback)


def _adapted(recipe: Recipe, access: SshAccess) -> Recipe:
    if not (access.prompt or access.pager or access.stall_s or access.longest_s):
        return recipe
    return replace(
        recipe,
        prompt=re.compile(access.prompt) if access.prompt else recipe.prompt,
        pager=re.compile(access.pager) if access.pager else recipe.pager,
        stall_s=access.stall_s or recipe.stall_s,
        longest_s=access.longest_s or recipe.longest_s,
    )
