"""What is said where a device falls silent, asks what nobody can answer, or hangs up, and the cure. Pure.

The words of the device are quoted as they stand; whoever shows the reason scrubs it first.
"""

import re

from opsmon.backup.device.pager import may_be_pager
from opsmon.backup.device.terminal import last_line, render
from opsmon.backup.recipe import Recipe
from opsmon.text.bilingual import Sentence, filled
from opsmon.text.safe import is_seen

MAX_QUOTED = 120
_LIKE_A_PROMPT = re.compile(r"[>#$%\]]$")
_ASKS = re.compile(r"(?i)(?:pass(?:word|wd|code|phrase)?|口令|密码)[^\n]*[:：]\s*$")
_EXPIRED = re.compile(
    r"(?i)password[^\n]{0,40}\b(?:expired|aged)\b|password change required"
    r"|change (?:the|your) (?:initial |default )?password"
    r"|(?:must|need(?:s|ed)?|required|have) (?:to )?(?:be )?(?:change|reset|updat|modif)"
    r"|(?:密码|口令)[^\n]{0,10}(?:过期|到期|修改)|修改[^\n]{0,10}(?:密码|口令)"
)
_NEW_PASSWORD = re.compile(
    r"(?i)\b(?:old|current|new|re-?(?:type|enter)|confirm|original|again)\b[^\n]*[:：]\s*$"
    r"|[新旧原](?:密码|口令)[^\n]*[:：]\s*$"
)
_FACTOR = re.compile(
    r"(?i)\b(?:token|passcode|otp|one-time|verification|authenticator|two-factor|second factor|challenge|response"
    r"|duo|pin)\b[^\n]*[:：>]\s*$|(?:验证码|动态口令|动态密码|令牌)[^\n]*[:：]\s*$"
)
CHANGE_BY_HAND = Sentence(
    "log in by hand once and set it, then give the new one as `ssh.password`",
    "请先手工登录设置一次，再把新密码写入 `ssh.password`",
)


def quoted(line: str) -> str:
    """A line of the device, short enough to be read."""
    plain = " ".join("".join(sign if is_seen(sign) else " " for sign in line).split())
    return plain if len(plain) <= MAX_QUOTED else f"…{plain[1 - MAX_QUOTED :]}"


def is_second_factor(line: str) -> bool:
    """Whether a line asks for more than a password."""
    return _FACTOR.search(line) is not None


def speaks_of_expiry(text: str) -> bool:
    """Whether a device says that a password is to be changed."""
    return _EXPIRED.search(text) is not None


def demand_of(said: str, line: str) -> str:
    """What the device demands after the login that no program can give; empty where it demands nothing."""
    if is_second_factor(line):
        return second_factor(line)
    asks = _ASKS.search(line) is not None
    if asks and (_NEW_PASSWORD.search(line) or speaks_of_expiry(said[-2000:])):
        return filled(
            "the device demands a new password and asks `{}`: {}",
            "设备要求设置新密码，并询问 `{}`：{}",
            quoted(line),
            CHANGE_BY_HAND,
        )
    if asks:
        return Sentence(
            f"the device asks for something after the login that nobody can answer here: `{quoted(line)}`",
            f"登录后设备提出的问题在此无法回答：`{quoted(line)}`",
        )
    return ""


def second_factor(line: str) -> str:
    """The reason where a code is asked for that only a person has."""
    return Sentence(
        f"a second factor is asked for (`{quoted(line)}`), which no program can give: "
        "let `ssh.username` log in without one",
        f"设备要求第二重验证（`{quoted(line)}`），程序无法提供：请让 `ssh.username` 免二次验证登录",
    )


def no_prompt_seen(recipe: Recipe, said: str, line: str) -> str:
    """The reason where the login brought no prompt."""
    words = last_words(said)
    if not words:
        return filled("{} after the login; {}", "登录之后{}；{}", _stalled(recipe), _longer(recipe))
    if not line:
        return filled(
            "no prompt of `{}` was seen after `{}`; {}",
            "在 `{1}` 之后未见 `{0}` 的提示符；{2}",
            recipe.name,
            words,
            _longer(recipe),
        )
    told = filled(
        "no prompt of `{}` was seen, but `{}`", "未见 `{}` 的提示符，只有 `{}`", recipe.name, quoted(line)[-60:]
    )
    if _LIKE_A_PROMPT.search(line):
        return filled(
            "{}; if that is its prompt, set `ssh.prompt` for this device, with `(?P<host>…)` where its "
            "name stands; if it is another make, `ssh.platform` is wrong",
            "{}；如果这就是提示符，请为该设备设置 `ssh.prompt`，设备名处写 `(?P<host>…)`；"
            "如果是其他型号，则 `ssh.platform` 有误",
            told,
        )
    return filled(
        "{}; if it asks for something, the profile's `backup.questions` can answer; {}",
        "{}；如果是在提问，可用模板的 `backup.questions` 回答；{}",
        told, _longer(recipe),
    )  # fmt: skip


def no_more_came(recipe: Recipe, command: str, partial: str) -> str:
    """The reason where the output of a command stops and no prompt comes."""
    line = last_line(partial[-600:])
    lines = render(partial).count("\n")
    told = filled("{} after `{}`", "{}，此前执行了 `{}`", _stalled(recipe), command) if command else _stalled(recipe)
    longer = _longer(recipe)
    if not line or line.endswith(command.strip() or "\0"):
        begun = Sentence(f" and {lines} lines", f"，已收到 {lines} 行") if lines > 1 else ""
        return filled("{}{}; {}", "{}{}；{}", told, begun, longer)
    stands = filled("{}; it stands in the line `{}`", "{}；停在 `{}` 一行", told, quoted(line))
    if _LIKE_A_PROMPT.search(line) and not may_be_pager(line):
        return filled(
            "{}: if that is its prompt, set `ssh.prompt` for this device; {}",
            "{}：如果这就是提示符，请为该设备设置 `ssh.prompt`；{}", stands, longer,
        )  # fmt: skip
    if may_be_pager(line):
        return filled(
            "{}: if that is its pager, set `ssh.pager` for this device; {}",
            "{}：如果这是分页提示，请为该设备设置 `ssh.pager`；{}", stands, longer,
        )  # fmt: skip
    return filled("{}; {}", "{}；{}", stands, longer)


def session_ended(partial: str, command: str) -> str:
    """The reason where the device hung up, with its last words where it had any for us."""
    if command:
        lines = max(0, render(partial).count("\n") - 1)  # the first is the command's echo
        return Sentence(
            f"the session was cut after {f'{lines} lines of ' if lines else ''}`{command}`",
            f"会话中断于 `{command}`{f' 输出 {lines} 行' if lines else ''}之后",
        )
    words = last_words(partial)
    if not words:
        return Sentence(
            "the device let us in and ended the session without a word (are all its terminal lines in use?)",
            "设备允许登录后随即结束会话，没有任何提示（终端线路是否已占满？）",
        )
    if speaks_of_expiry(partial[-2000:]):
        return filled(
            "the device demands a new password and ended the session with `{}`: {}",
            "设备要求设置新密码，并以 `{}` 结束会话：{}", words, CHANGE_BY_HAND,
        )  # fmt: skip
    return Sentence(
        f"the device let us in and ended the session; its last words: `{words}`",
        f"设备允许登录后结束了会话；最后的输出：`{words}`",
    )


def last_words(said: str) -> str:
    """The last lines that say something, in one."""
    lines = [line.strip() for line in render(said[-4000:]).split("\n")]
    telling = [line for line in lines if sum(sign.isalnum() for sign in line) > 2]
    return quoted(" / ".join(telling[-2:]))


def _stalled(recipe: Recipe) -> str:
    return Sentence(
        f"the device stalled: the session is open and nothing came for {recipe.stall_s:g} s",
        f"设备无响应：会话仍在，{recipe.stall_s:g} 秒内没有任何输出",
    )


def _longer(recipe: Recipe) -> str:
    setting = f"`ssh: {{stall: {max(60, round(3 * recipe.stall_s))}s}}`"
    return Sentence(f"if it only needs longer, set {setting} for it", f"如只是需要更久，请为其设置 {setting}")
