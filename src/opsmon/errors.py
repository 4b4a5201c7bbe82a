"""The tree of errors that opsmon raises on purpose.

OpsmonError
├── ConfigError(problems)        wrong YAML or wrong input; every problem found, not the first (exit code 2)
├── ProbeError(outcome)          one check of one device failed; becomes data, a Sample
├── NotifyError(reason)          a notification was not taken; retryable or not
├── BackupError(reason)          a configuration was not captured or not proved
├── DaemonUnreachableError(url)       the command wanted the daemon's API and got no answer (exit code 3)
├── StoreError                   the journal cannot be read or written
│   ├── StoreGoneError           its file was deleted or replaced under us; fatal
│   │   └── StoreTakenError      another daemon may write to it by now; this one has to stop
│   └── StoreRefusedError        the database refuses a row by its rules, and always will; fatal for who has to write it
└── InvariantError               the programme contradicts itself; fatal
"""

from dataclasses import dataclass

from opsmon.model.sample import LocalCause, Outcome
from opsmon.text.bilingual import Sentence, Text, in_language

_WARNING = Text("warning: ", "警告：")


class OpsmonError(Exception):
    """Anything that opsmon raises on purpose; its text is fit for a person to read."""

    @property
    def words(self) -> str:
        """The text; a `Sentence` where it was given as one."""
        return self.args[0] if self.args and isinstance(self.args[0], str) else str(self)

    def in_(self, language: str) -> str:
        """The text for a reader; what has no Chinese words is told in English."""
        return in_language(self.words, language)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file that people edit: where it is, what it is, and what to do about it.

    `line` and `column` count from 1; 0 means the whole file. Without a `path` it is about words that somebody typed.
    `key` is the dotted path inside the document.
    """

    path: str
    line: int
    column: int
    message: str
    hint: str = ""
    key: str = ""
    warning: bool = False

    def __str__(self) -> str:
        return self.in_("en")

    def in_(self, language: str) -> str:
        """In one line, for a person; what has no Chinese words is told in English."""
        return "".join(self.parts_in(language))

    def parts_in(self, language: str) -> tuple[str, str, str]:
        """Where it is, what it is, and the hint in brackets; what belongs between them stands at their ends."""
        message, more = in_language(self.message, language), in_language(self.hint, language)
        where = f"{self.path}:{self.line}:{self.column}: " if self.line else f"{self.path}: " if self.path else ""
        hint = f" ({more})" if more else ""
        if hint and isinstance(self.message, Sentence) and language == "zh":
            hint = f"（{more}）"
        return where, f"{_WARNING.in_(language) if self.warning else ''}{message}", hint


class ConfigError(OpsmonError):
    """The configuration is wrong. Carries every problem, sorted by place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def in_(self, language: str) -> str:
        """Each in its line."""
        return "\n".join(problem.in_(language) for problem in self.problems)


class ProbeError(OpsmonError):
    """A check failed. `outcome` says whose fault it is; the text says what happened.

    `cause` says of a LOCAL_FAULT what of ours it is, where that is known.
    """

    def __init__(self, outcome: Outcome, detail: str, cause: LocalCause | None = None) -> None:
        self.outcome = outcome
        self.detail = detail
        self.cause = cause
        super().__init__(detail)


class NotifyError(OpsmonError):
    """A receiver did not take a notification; `retryable` says whether the same one may be taken later.

    `reached` is False where there was no connection at all. `status` is the HTTP status of its answer, None where it
    gave none; `retry_after_s` is how long it asks us to wait.
    """

    def __init__(
        self,
        reason: str,
        *,
        retryable: bool,
        reached: bool = True,
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        self.reason = reason
        self.retryable = retryable
        self.reached = reached
        self.status = status
        self.retry_after_s = retry_after_s
        super().__init__(reason)


class BackupError(OpsmonError):
    """A configuration was not captured, or was captured and not proved good."""


class DaemonUnreachableError(OpsmonError):
    """A command needs the running daemon and got no answer from it."""


class StoreError(OpsmonError):
    """The journal cannot be read or written."""


class NoStoreError(StoreError):
    """Nothing has ever been written: there is no journal yet."""


class StoreGoneError(StoreError):
    """The file behind the store is no longer there, or is another one; what is written goes nowhere."""


class StoreTakenError(StoreGoneError):
    """Another daemon writes to the store, or may by now; this one is no longer sure that it is the one."""


class StoreRefusedError(StoreError):
    """The database refuses a row by a rule of its tables (a name that is there already): trying again helps nobody."""


class InvariantError(OpsmonError):
    """Two parts of the programme contradict each other; going on would write nonsense."""


def first_of(group: BaseExceptionGroup[OpsmonError]) -> OpsmonError:
    """The first error of a group that holds nothing but ours."""
    inner: BaseException = group
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    assert isinstance(inner, OpsmonError)  # noqa: S101  # the group holds nothing else
    return inner
