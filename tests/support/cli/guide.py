"""A guide as its readers take it: blocks that they type, each with what it prints below it, from the first to the last.

The convention. A block marked `sh` is typed. A block marked `text` that follows it is what all of it prints, on both
streams: `…` stands for what differs from one machine to the next, a line of `…` alone for any lines, and the width of
columns does not matter. A line of it that ends in `# again, until it says so` is typed again while something else is
printed, one that ends in `# exit code N` ends so, and all others end with 0. A comment `<!-- not run here: REASON -->`
above a block says that no test can run it: what it has of opsmon is then parsed and no more.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(
    r"(?:^<!-- not run here: (?P<reason>[^\n]+) -->\n+)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
HERE_DOCUMENT = re.compile(r"<<-?\s*'?(\w+)'?")
BACKGROUND = re.compile(r"(?P<words>.*?) & (?P<name>[A-Z]+)=\$!")
AGAIN = "# again, until it says so"
EXIT_CODE = re.compile(r"# exit code (\d+)")
COMMENT = re.compile(r"\s+# .*$", re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """What is typed at one prompt; `again`: as often as it takes; `code`: how it ends."""

    text: str
    again: bool = False
    code: int = 0


@dataclass(frozen=True)
class Step:
    """A block to type; `prints` is None where the guide does not say what it prints."""

    line: int
    text: str
    not_run: str = ""
    prints: str | None = None

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(_statements(self.text))


def steps_of(guide: Path) -> tuple[Step, ...]:
    """The blocks that are typed, in order."""
    text = guide.read_text(encoding="utf-8")
    found = list(BLOCK.finditer(text))
    steps = []
    for block, following in zip(found, [*found[1:], None], strict=True):
        if block["kind"] != "sh":
            continue
        prints = None
        if following is not None and following["kind"] == "text" and not text[block.end() : following.start()].strip():
            prints = following["text"]
        line = text.count("\n", 0, block.start("text"))
        steps.append(Step(line, block["text"], block["reason"] or "", prints))
    return tuple(steps)


def _statements(text: str) -> Iterator[Statement]:
    lines = iter(text.splitlines())
    for line in lines:
        whole = line
        while whole.endswith("\\"):
            whole += "\n" + next(lines)
        document = HERE_DOCUMENT.search(whole)
        while document is not None and whole.splitlines()[-1] != document[1]:
            whole += "\n" + next(lines)
        if not whole.strip() or whole.startswith("#"):
            continue
        code = EXIT_CODE.search(line)
        bare = whole if document else COMMENT.sub("", whole)
        yield Statement(bare, again=AGAIN in line, code=int(code[1]) if code else 0)


def pattern_of(prints: str) -> re.Pattern[str]:
    """What a block of a guide says is printed."""
    lines = []
    for line in prints.splitlines():
        parts = ["[^\n]*".join(map(re.escape, word.split("…"))) for word in line.split()]
        lines.append("(?:[^\n]*\n)*" if line.strip() == "…" else " *" + " +".join(parts) + " *\n")
    return re.compile("".join(lines))


class Shell:
    """A shell that keeps its variables and its folder between the lines, and ends what it started."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self._state = folder / ".shell-state"
        self._started: list[subprocess.Popen[bytes]] = []

    def type(self, text: str) -> tuple[int, str]:
        """One line (or here document): its exit code and what it printed."""
        background = BACKGROUND.fullmatch(text)
        if background is not None:
            self._start(background["words"], background["name"])
            return 0, ""
        keeping = f'{text}\ncode=$?; {{ pwd; env -0; }} >"{self._state}"; exit $code'
        done = subprocess.run(
            ["bash", "-c", keeping], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=100,
        )  # fmt: skip
        folder, _, variables = self._state.read_text("utf-8").partition("\n")
        self.folder = Path(folder)
        pairs = (pair.partition("=") for pair in variables.split("\0") if pair)
        self.environment = {name: value for name, _, value in pairs}
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def _start(self, words: str, name: str) -> None:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {words}"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL
        )
        self._started.append(process)
        self.environment[name] = str(process.pid)

    def wait(self) -> None:
        """Until all that was started and told to end has ended."""
        for process in self._started:
            process.wait(60)

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.wait(60)
