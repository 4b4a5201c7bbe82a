"""The `backup:` section of a profile in `probes/*.yaml`: read strictly, resolved to a Recipe."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from opsmon.backup.device.pager import ANY_PAGER
from opsmon.backup.recipe import Enable, Question, Recipe, Structure, Transport
from opsmon.bounds import CONFIGURATION_LINE_CHARS, TAIL_CHARS
from opsmon.pattern.cost import refusal_of
from opsmon.spec import OrOne, Seconds, Spec, wrong
from opsmon.text.bilingual import Sentence

# The last line of what a device said, when it waits for a command: `<name>`, `[name-view]`, `name#`, `name(config)#`.
# Names have blanks, tildes and brackets; the greeting proves what is a prompt, so that the pattern may be generous.
ANY_PROMPT = r"[\[<(]?[~*]?(?P<host>[^\s<>#$%](?:[^\r\n]{0,80}?[^\s(])?)\)?\s?(?:\([^()\r\n]*\))?\s?[>#\]$%]\s?"
ANY_ERROR = (
    r"^\s*%+\s*(?:Invalid|Incomplete|Ambiguous|Unknown|Unrecognized|Permission|Authori[sz]ation|Bad|Error|Command|Wrong"
    r"|Too many|Access|Not)",
    r"^\s*(?i:error\s*:)",
    r"^(?:.*: )?[Cc]ommand not found\.?\s*$",
    r"^\s*(?:Unknown|Unrecogni[sz]ed|Invalid|Bad|Ambiguous|Incomplete|Illegal|Undefined|Wrong)"
    r" (?:command|input|keyword|syntax|parameter|action|entry|argument)",
    r"^\s*(?:Permission|Access) denied",
    r"^\s*(?i:insufficient privilege|(?:you are )?not authorized|you (?:do not|don't) have (?:the )?permission)",
    r"^\s*(?i:command (?:authorization|rejected|failed|is not |not |parse error|fail\.))",
    r"^\s*Line has invalid autocommand",
    r"^\s*(?i:syntax error)\b",
    r"^\s*(?i:(?:no such|unsupported) command|command .{0,80}not (?:found|recogni[sz]ed|supported))",
    r"^(?:CLI[A-Z]{3}|NMS[A-Z]{0,4})\d{3,4}\s",  # Check Point Gaia
    r"^\s*(?:-?\w+: )?(?:cannot find command|unknown command)",
    r"^\s*(?:错误|无效(?:的)?命令|未知命令|命令错误|权限不足|没有权限|不可识别的命令)",
)  # fmt: skip

# Whatever is asked after a login is declined; what only waits for a key gets one.
ANY_QUESTIONS = (
    (r"[\[(]\s*yes\s*/\s*no\s*[\])]\s*(?:\[\w*\]\s*)?[:?：]?\s*$", "no"),
    (r"[\[(]\s*y(?:es)?\s*[/|,]\s*n(?:o)?\s*[\])]\s*(?:\[\w*\]\s*)?[:?：]?\s*$", "n"),
    (r"(?:change|修改)[^\n]*(?:now|password|密码|口令)[^\n]*\[?[yY]/[nN]\]?[^\n]{0,4}$", "n"),
    (r"(?:press|hit|strike)\s+(?:y or\s+|<)?(?:enter|return|any key|a key|space)\b.*$", ""),
    (r"(?:请)?按(?:任意键|回车|空格)", ""),
)


def _pattern(text: str) -> str:
    try:
        re.compile(text, re.MULTILINE)
    except re.error as error:
        raise wrong(Sentence(f"not a regular expression: {error}", f"不是正则表达式：{error}")) from None
    return text


def _is_quick(bound: int, flags: int = re.MULTILINE, *, anchored: bool = False) -> AfterValidator:
    """Refuses what might hold a run of backups on a text of so many characters."""

    def judge(text: str) -> str:
        if slow := refusal_of(text, bound, flags, anchored=anchored):
            raise wrong(Sentence(f"the pattern may hold a backup: {slow}", f"该模式可能拖住备份：{slow}"))
        return text

    return AfterValidator(judge)


def _grouped(text: str) -> str:
    if re.compile(text, re.MULTILINE).groups != 1:
        raise wrong(
            Sentence("needs exactly one (group): the part that is the name", "需要且只需要一个 (group)：即名称所在部分")
        )
    return text


def _host_named(text: str) -> str:
    if "host" not in re.compile(text, re.MULTILINE).groupindex:
        raise wrong(
            Sentence(
                "needs a group (?P<host>…): the part that is the device's name",
                "需要分组 (?P<host>…)：即设备名所在部分",
            )
        )
    return text


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


PatternText = Annotated[str, AfterValidator(_pattern), _is_quick(CONFIGURATION_LINE_CHARS)]
LineText = Annotated[str, AfterValidator(_pattern), _is_quick(CONFIGURATION_LINE_CHARS, 0)]
GroupText = Annotated[PatternText, AfterValidator(_grouped)]
TailText = Annotated[str, AfterValidator(_pattern), _is_quick(TAIL_CHARS, 0)]
PromptText = Annotated[
    str, AfterValidator(_pattern), _is_quick(TAIL_CHARS, 0, anchored=True), AfterValidator(_host_named)
]
Command = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\n\r]*$")]


class QuestionSpec(Spec):
    asks: TailText
    """A pattern of what the device asks."""
    answer: str
    """What is answered."""


class EnableSpec(Spec):
    unprivileged: TailText = r">\s*$"
    """A pattern of the prompt that has no rights yet."""
    command: Command = "enable"
    """The command that raises them."""
    on_request: bool = False
    """Only where the device's access has a password for it."""
    password: bool = True
    """Whether a password is asked for."""

    def resolve(self) -> Enable:
        return Enable(re.compile(self.unprivileged), self.command, self.on_request, self.password)


class BackupSectionSpec(Spec):
    """`backup:` of a profile; what is not given is what most command lines do. `make` names it, also for its heirs."""

    make: str = ""
    """What the make is called, also for profiles that extend this one."""
    platforms: list[str] = Field(default_factory=list)
    """netmiko's names of the platforms that are read so."""
    commands: Annotated[list[Command], BeforeValidator(_listed), OrOne()] = Field(default_factory=list)
    """The commands that show the configuration."""
    prompt: PromptText = ANY_PROMPT
    """A pattern of the last line when the device waits for a command, with a group (?P<host>…)."""
    setup: list[Command] = Field(default_factory=list)
    """Commands that are sent first, such as the pager's end."""
    login: Annotated[str, Field(pattern=r"^(own|netmiko)$")] = "own"
    """`own`: by the questions here; `netmiko`: by netmiko's driver."""
    questions: list[QuestionSpec] = Field(default_factory=list)
    """What it may ask where a prompt is expected, and what is answered."""
    enable: EnableSpec | None = None
    """How rights are raised."""
    pager: TailText = ANY_PAGER
    """A pattern of the line at which it waits for a key."""
    pager_answer: str = " "
    """The key that goes on."""
    quit: str = "exit"
    """The command that ends the session."""
    end: PatternText | None = None
    """A pattern of what closes the configuration: the proof that it came whole."""
    twice: bool = False
    """Whether it is read twice and both copies must agree: the proof without an `end`."""
    errors: list[LineText] = Field(default_factory=list)
    """Patterns of lines that say that a command failed."""
    volatile: list[LineText] = Field(default_factory=list)
    """Patterns of lines that change by themselves, and are no change."""
    resalted: bool = False
    """Whether it prints its secrets anew each time."""
    least_lines: Annotated[int, Field(ge=1)] = 10
    """Fewer lines are no configuration."""
    hostname: GroupText | None = None
    """A pattern with one group: the device's name in the configuration."""
    hostname_optional: bool = False
    """Whether the configuration may hold no name."""
    always: list[PatternText] = Field(default_factory=list)
    """Patterns that a whole configuration holds."""
    structure: Annotated[Structure, Field(strict=False)] = Structure.FLAT
    """How the text is cut into sections."""
    users: str = ""
    """The command that shows who is logged in, asked when the configuration has changed."""
    author: GroupText | None = None
    """A pattern with one group: who changed the configuration last."""
    transport: Annotated[Transport, Field(strict=False)] = Transport.SHELL
    """`shell`, or `sftp` for files."""
    files: list[Annotated[str, Field(pattern=r"^/")]] = Field(default_factory=list)
    """The files that are fetched over sftp, by whole paths."""
    stall: Seconds = 20.0
    """How long a silent device is waited for."""
    longest: Seconds = 900.0
    """How long the whole may take."""

    def resolve(self, name: str) -> Recipe:
        """The recipe of this name. Raises ValueError where a way to read or a way to prove is missing."""
        if self.transport is Transport.SHELL and not self.commands:
            raise ValueError("`commands` is missing: which command shows the configuration")
        if self.transport is Transport.SFTP and not self.files:
            raise ValueError("`files` is missing: which files are fetched")
        proved = self.end or self.twice or self.structure in (Structure.EDIT, Structure.BRACE, Structure.FILES)
        if not proved:
            raise ValueError("nothing proves the end: give `end`, or `twice: true`, or a `structure` that closes")
        return self._recipe(name)

    def _questions(self) -> tuple[Question, ...]:
        """Its own first, then those that any device may ask."""
        own = [(question.asks, question.answer) for question in self.questions]
        return tuple(Question(re.compile(asks, re.I), answer) for asks, answer in (*own, *ANY_QUESTIONS))

    def _recipe(self, name: str) -> Recipe:
        return Recipe(
            name=self.make or name,
            platforms=tuple(self.platforms),
            commands=tuple(self.commands),
            prompt=re.compile(self.prompt),
            setup=tuple(self.setup),
            login=self.login,
            questions=self._questions(),
            enable=self.enable.resolve() if self.enable else None,
            pager=re.compile(self.pager),
            pager_answer=self.pager_answer,
            quit=self.quit,
            end=_compiled(self.end),
            twice=self.twice,
            errors=tuple(re.compile(text, re.M) for text in (*ANY_ERROR, *self.errors)),
            volatile=tuple(re.compile(text) for text in self.volatile),
            resalted=self.resalted,
            least_lines=self.least_lines,
            hostname=_compiled(self.hostname),
            hostname_optional=self.hostname_optional,
            always=tuple(re.compile(text, re.M) for text in self.always),
            structure=self.structure,
            users=self.users,
            author=_compiled(self.author),
            transport=self.transport,
            files=tuple(self.files),
            stall_s=self.stall,
            longest_s=self.longest,
        )


def _compiled(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text, re.MULTILINE) if text else None
