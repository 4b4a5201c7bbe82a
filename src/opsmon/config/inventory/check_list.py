"""`checks:` and `periods:` of a device: names of probe kinds, and settings that the kind's own Spec validates."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

from opsmon.config.inventory.default_checks import default_checks
from opsmon.config.yaml.mistake import Mistake, kind_of, mistakes_of
from opsmon.model.device import Check, Kind
from opsmon.model.duration import format_duration, parse_duration_s
from opsmon.model.name import CheckName
from opsmon.probe.kind.spec import CheckSpec
from opsmon.probe.registry import KINDS
from opsmon.text.bilingual import Sentence, filled
from opsmon.text.near_miss import meant, question, shown

_ALSO_CALLED = {"ping": "icmp", "https": "http", "web": "http", "port": "tcp"}
FAST_PERIODS = {"icmp": "1s"}
TIMEOUT_SHARE = 0.9  # of a short period: a run that takes all of it would stand in the way of the next
_FAST_WITHOUT_PING = Sentence(
    "`fast` is for pings, and it has no check `icmp`", "`fast` 用于 ping，而它没有检查 `icmp`"
)
_FAST_HINT = Sentence("add `icmp` to its checks, or `fast: false`", "在检查项中加上 `icmp`，或写 `fast: false`")
_SHAPE = Sentence("a name such as `icmp`, or `{tcp: {port: 5060}}`", "名称如 `icmp`，或 `{tcp: {port: 5060}}`")


def check_mistakes(entries: Sequence[object], context: object) -> Iterator[Mistake]:
    """Everything wrong with one `checks:` list, steps from the list."""
    for index, entry in enumerate(entries):
        kind, settings = _split(entry)
        if isinstance(entry, dict) and len(entry) > 1:
            yield Mistake(
                (index,),
                Sentence("several checks in one item", "一项中有多个检查"),
                Sentence("each one is an item of its own: `- …`", "每个检查各占一项：`- …`"),
            )
        elif kind is None:
            yield Mistake(
                (index,),
                filled("expected the name of a check, found {}", "应为检查名称，实为{}", kind_of(entry)),
                _SHAPE,
            )
        elif kind not in KINDS:
            name = _ALSO_CALLED.get(kind.lower())
            listed = Sentence(f"one of {', '.join(KINDS)}", f"可选：{'、'.join(KINDS)}")
            hint = question(name) if name else meant(kind, KINDS) or listed
            yield Mistake((index,), Sentence(f"unknown check {shown(kind)}", f"无法识别检查 {shown(kind)}"), hint)
        else:
            yield from _settings_mistakes(index, kind, settings, context)


def _settings_mistakes(index: int, kind: str, settings: object, context: object) -> Iterator[Mistake]:
    try:
        _spec(kind, settings, context)
    except ValidationError as error:
        for mistake in mistakes_of(error, KINDS[kind].spec, settings):
            hint = mistake.hint or _hint_of(kind, settings, mistake)
            yield mistake._replace(steps=(index, kind, *mistake.steps), hint=hint)


def _hint_of(kind: str, settings: object, mistake: Mistake) -> str:
    """A bare name where settings are needed, or a bare number where they have names."""
    if isinstance(settings, int) and "port" in KINDS[kind].spec.model_fields:
        return f"`{{{kind}: {{port: {settings}}}}}`"
    return f"`{{{kind}: {{{mistake.steps[-1]}: …}}}}`" if settings in ({}, None) and mistake.steps else ""


def _split(entry: object) -> tuple[str | None, object]:
    if isinstance(entry, str):
        return entry, {}
    if isinstance(entry, dict) and len(entry) == 1:
        ((kind, settings),) = entry.items()
        return str(kind), settings
    return None, None


def _spec(kind: str, settings: object, context: object) -> CheckSpec:
    return KINDS[kind].spec.model_validate({} if settings is None else settings, context=context)


class CheckListError(Exception):
    """Checks that are good one by one and wrong together; carries the mistake, its steps from the device."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.mistake = Mistake(("checks",), message, hint)


def resolve_checks(
    entries: Sequence[object] | None,
    periods: Mapping[str, object],
    kind: Kind,
    context: object,
    *,
    has_snmp: bool,
    fast: bool = False,
) -> tuple[Check, ...]:
    """The checks of a device, in order. Raises CheckListError; the entries themselves have been looked at before."""
    periods = {**periods, **FAST_PERIODS} if fast else periods
    written = default_checks(kind, has_snmp=has_snmp) if entries is None else entries
    checks: dict[str, Check] = {}
    for entry in written:
        check = _resolve(entry, periods, context)
        if check.name in checks:
            raise CheckListError(f"two checks are named {shown(check.name)}", "give one of them a `name:`")
        if check.kind == "snmp" and not has_snmp:
            raise CheckListError("the check `snmp` needs `snmp:`", "how the agent is asked: version, community or user")
        checks[check.name] = check
    if fast and not any(check.kind == "icmp" for check in checks.values()):
        raise CheckListError(_FAST_WITHOUT_PING, _FAST_HINT)
    return tuple(checks.values())


def _resolve(entry: object, periods: Mapping[str, object], context: object) -> Check:
    kind, settings = _split(entry)
    if kind is None or kind not in KINDS:
        raise CheckListError("this is no check", _SHAPE)
    spec, probe = _spec(kind, settings, context), KINDS[kind]
    name = spec.name or kind
    period_s = _seconds(periods.get(name, periods.get(kind)), probe.default_period_s)
    timeout_s = spec.timeout or min(probe.default_timeout_s, period_s * TIMEOUT_SHARE)
    if timeout_s > period_s:
        told = f"its timeout of {format_duration(timeout_s)} is longer than its period of {format_duration(period_s)}"
        raise CheckListError(f"the check {shown(name)}: {told}")
    return Check(CheckName(name), kind, period_s, timeout_s, spec.resolve(), spec.family)


def _seconds(written: object, otherwise: float) -> float:
    return parse_duration_s(written) if isinstance(written, str | int | float) else otherwise


def names_of(entries: object) -> Iterator[str]:
    """The names that `periods:` may use for the checks of a list."""
    for entry in entries if isinstance(entries, list) else ():
        kind, settings = _split(entry)
        if kind is not None:
            yield kind
        if isinstance(settings, dict) and isinstance(settings.get("name"), str):
            yield settings["name"]
