"""`plans:` of `rules/oncall.yaml`: who is told of which faults, in which steps, by which channels."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from opsmon.config.oncall.names import OnCallNames
from opsmon.config.oncall.rotas import DaysWord, days_of
from opsmon.config.rules.clauses import AnySeverity
from opsmon.config.rules.field import CLOCK_FORM, as_list, parse_clock_s
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.term import IncidentSelector
from opsmon.model.duration import format_duration, parse_duration_s
from opsmon.model.incident import Severity
from opsmon.model.name import ChannelName, ContractId, PersonId, PlanName, RotaName, SiteName
from opsmon.oncall.plan import (
    EscalationPlan,
    EscalationStep,
    Hold,
    HolderTarget,
    PageTarget,
    PersonTarget,
    PlanMatch,
    Quiet,
    RotaTarget,
    Telling,
)
from opsmon.oncall.roster import Rota
from opsmon.spec import KindField, OrOne, Seconds, Spec, seconds_schema, text_schema, wrong
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

AUTO = "auto"
_SHARED = -1.0  # stands for `auto`
_SHORTEST_WAIT_S = 10.0
MAX_WAIT_S = 604_800.0  # seven days, as of a silence: what is quiet for longer is forgotten
_ROTA, _PERSON, _HOLDER = "rota:", "person:", "holder"
_TARGET_HINT = Sentence("`rota:NAME`, `person:ID` or `holder`", "`rota:NAME`、`person:ID` 或 `holder`")
_UNNAMED = frozenset({"labels"})


def _not_too_long(seconds: float) -> float:
    if seconds > MAX_WAIT_S:
        raise wrong(
            Sentence("nobody waits so long", "等待时间过长"),
            Sentence(f"at most `{format_duration(MAX_WAIT_S)}`", f"最多 `{format_duration(MAX_WAIT_S)}`"),
        )
    return seconds


def _read_wait(written: object) -> float:
    if written == AUTO:
        return _SHARED
    try:
        seconds = parse_duration_s(written) if isinstance(written, str | int | float) else None
    except ValueError:
        seconds = None
    if seconds is None:
        raise wrong(
            Sentence("not a length of time", "不是时长"),
            Sentence(
                "`auto`, or a number and its unit, such as `60s` or `5m`", "`auto`，或数字加单位，例如 `60s`、`5m`"
            ),
        )
    return _not_too_long(seconds)


def _check_target(text: str) -> str:
    if text != _HOLDER and not any(text.startswith(kind) and len(text) > len(kind) for kind in (_ROTA, _PERSON)):
        raise wrong(
            Sentence(f"{shown(text)} is nobody to tell", f"{shown(text)} 不是可通知的对象"),
            meant(text, (_ROTA, _PERSON, _HOLDER)) or _TARGET_HINT,
        )
    return text


def _read_target(written: object) -> object:
    return _check_target(written) if isinstance(written, str) else written


def _check_morning(text: object) -> object:
    try:
        if isinstance(text, str):
            parse_clock_s(text)
    except ValueError:
        raise wrong(
            Sentence(f"{shown(str(text))} is no time of day", f"{shown(str(text))} 不是一天中的时刻"),
            Sentence("such as `08:30`", "例如 `08:30`"),
        ) from None
    return text


Wait = Annotated[
    float,
    BeforeValidator(_read_wait),
    WithJsonSchema({"anyOf": [{"const": AUTO}, seconds_schema(most=MAX_WAIT_S).json_schema]}),
]
HoldLength = Annotated[Seconds, AfterValidator(_not_too_long), seconds_schema(most=MAX_WAIT_S)]
TargetWord = Annotated[
    str, BeforeValidator(_read_target), text_schema(r"^(rota:.+|person:.+|holder)$", f"nobody: {_TARGET_HINT}")
]
Targets = Annotated[list[TargetWord], BeforeValidator(as_list), OrOne(), Field(min_length=1)]
ByChannels = Annotated[list[str], BeforeValidator(as_list), OrOne(), Field(min_length=1)]
NamesOrOne = Annotated[list[str], BeforeValidator(as_list), OrOne()]
KindsOrOne = Annotated[list[KindField], BeforeValidator(as_list), OrOne()]
SeveritiesOrOne = Annotated[list[AnySeverity], BeforeValidator(as_list), OrOne()]
Morning = Annotated[str, BeforeValidator(_check_morning), text_schema(f"^{CLOCK_FORM}$", "not a time", "08:30")]


class PlanMatchSpec(Spec):
    """Which incidents: every key that is given has to agree. Another key is a label, such as `venue: [main-hall]`."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    __pydantic_extra__: dict[str, str | list[str]]

    contract: NamesOrOne = Field(default=[])
    """Contracts · 合同"""
    service: NamesOrOne = Field(default=[])
    """Services (lots) of the contracts · 服务"""
    site: NamesOrOne = Field(default=[])
    """Sites · 站点"""
    kind: KindsOrOne = Field(default=[])
    """Kinds of devices · 设备类型"""
    severity: SeveritiesOrOne = Field(default=[])
    """Severities · 级别"""
    condition: NamesOrOne = Field(default=[])
    """Conditions, such as `DeviceDown` · 告警条件"""

    def resolve(self, key: str, names: OnCallNames) -> PlanMatch:
        """The match; what is wrong goes to `names`."""
        books = [names.find_contract(one, f"{key}.contract.{number}") for number, one in enumerate(self.contract)]
        known = [one for one in books if one is not None] if self.contract else list(names.contracts.values())
        for number, service in enumerate(self.service):
            services = [one for book in known for one in book.contract.services]
            if service not in services:
                hint = meant(service, services) or f"there are {', '.join(dict.fromkeys(services))}"
                names.refuse(f"{key}.service.{number}", f"no such service: {shown(service)}", hint)
        for number, site in enumerate(self.site):
            names.check_site(site, f"{key}.site.{number}")
        for number, condition in enumerate(self.condition):
            names.check_condition(condition, f"{key}.condition.{number}")
        labels = {name: _values(written) for name, written in (self.__pydantic_extra__ or {}).items()}
        for name, values in labels.items():
            _check_label(name, values, known, f"{key}.{name}", names)
        scope = IncidentSelector(
            frozenset(self.service), frozenset(self.kind), severities=frozenset(self.severity), labels=labels
        )
        contracts = frozenset(ContractId(one) for one in self.contract)
        return PlanMatch(contracts, frozenset(SiteName(one) for one in self.site), frozenset(self.condition), scope)


def _values(written: str | list[str]) -> frozenset[str]:
    return frozenset([written] if isinstance(written, str) else written)


def _check_label(name: str, values: frozenset[str], books: list[ContractRules], key: str, names: OnCallNames) -> None:
    """A key that is no label of anything is a slip; so is a value that the contracts do not have."""
    vocabulary = [book.contract.labels[name] for book in books if name in book.contract.labels]
    used = {label for device in names.inventory.devices.values() for label in device.labels}
    keys = {label for book in books for label in book.contract.labels} | used
    if not vocabulary and name not in keys:
        fields = [field for field in PlanMatchSpec.model_fields if field not in _UNNAMED]
        hint = meant(name, (*fields, *sorted(keys))) or f"known keys: {', '.join(fields)}, and labels"
        names.refuse(key, f"neither a key nor a label of anything: {shown(name)}", hint)
        return
    for value in sorted(values):
        if vocabulary and not any(value in allowed for allowed in vocabulary):
            hint = meant(value, frozenset[str]().union(*vocabulary)) or "see the contract's own `labels:`"
            names.refuse(key, f"matches nothing: no such value: {shown(value)}", hint)


class TellingSpec(Spec):
    """Whom to tell, and by which channels."""

    tell: Targets
    """Whom: `rota:NAME` (who is on duty), `person:ID`, `holder` (who has it) · 通知谁"""
    by: ByChannels
    """Channels, tried in order until one accepts · 依次尝试的通道"""

    def telling(self, key: str, names: OnCallNames) -> Telling:
        """The telling; what is wrong goes to `names`."""
        for number, one in enumerate(self.by):
            names.check_channel(one, f"{key}.by.{number}")
        tell = tuple(_target(one, f"{key}.tell.{number}", names) for number, one in enumerate(self.tell))
        return Telling(tell, tuple(ChannelName(one) for one in self.by))


def _target(written: str, key: str, names: OnCallNames) -> PageTarget:
    if written.startswith(_ROTA):
        names.check_rota(written.removeprefix(_ROTA), key)
        return RotaTarget(RotaName(written.removeprefix(_ROTA)))
    if written.startswith(_PERSON):
        names.check_person(written.removeprefix(_PERSON), key)
        return PersonTarget(PersonId(written.removeprefix(_PERSON)))
    return HolderTarget()


class EscalationStepSpec(TellingSpec):
    """One step: a telling, and how long it waits for an acknowledgement."""

    wait: Wait = _SHARED
    """How long the next step waits; `auto` shares out the shortest acknowledge limit of the contract · 等待多久升级"""

    def step(self, key: str, names: OnCallNames) -> EscalationStep:
        """The step; what is wrong goes to `names`."""
        telling = self.telling(key, names)
        if 0 <= self.wait < _SHORTEST_WAIT_S:
            names.refuse(f"{key}.wait", "nobody can acknowledge in that time", "at least `10s`, or `auto`")
        return EscalationStep(telling.tell, telling.by, timedelta(seconds=self.wait) if self.wait >= 0 else None)


class HoldSpec(Spec):
    """How long a page stays quiet after somebody took it on; then it calls again."""

    acknowledged: HoldLength = 900.0
    """After an acknowledgement that nothing follows · 确认后"""
    worked: HoldLength = 3600.0
    """After a sign of work: remote help, on site, a spare · 处理中"""


class NoticeCountsSpec(Spec):
    """What the acceptance of a message means."""

    counts: bool = True
    """Whether an accepted message is written as the fact `notified` · 送达是否记为通知"""


def _check_quiet(word: str) -> str:
    if word == "daily":
        raise wrong(
            Sentence("every day would be quiet, and nobody ever told", "每天都不打扰，就没有人会被通知"),
            Sentence("the days that are, such as `rest`", "写出不打扰的日子，例如 `rest`"),
        )
    return word


class QuietSpec(Spec):
    """Days on which small faults with no clock running wait."""

    on: Annotated[DaysWord, AfterValidator(_check_quiet)]
    """The days, such as `rest` · 哪些日子"""
    below: AnySeverity
    """Faults less severe than this wait · 低于此级别的故障"""
    until: Morning
    """The time of the next other day at which they are told · 等到几点"""


class EscalationPlanSpec(Spec):
    """A plan: for some faults, the steps until somebody acknowledges."""

    match: PlanMatchSpec = PlanMatchSpec()
    """Which incidents; all unless told · 适用哪些事件"""
    steps: Annotated[list[EscalationStepSpec], Field(min_length=1)]
    """The steps, in order · 升级步骤"""
    rounds: Annotated[int, Field(ge=1, le=100)] = 3
    """How often the steps are gone through before it is given up · 重复轮数"""
    at_risk: TellingSpec | None = None
    """Who is told besides when a clock is at risk · 即将超时时另外通知"""
    breached: TellingSpec | None = None
    """Who is told besides when a clock is breached · 超时后另外通知"""
    hold: HoldSpec = HoldSpec()
    """How long it stays quiet after somebody took it on · 确认后的静默时间"""
    notice: NoticeCountsSpec = NoticeCountsSpec()
    """What the acceptance of a message means · 送达的含义"""
    quiet: QuietSpec | None = None
    """Days on which small faults with no clock running wait · 免打扰"""

    @model_validator(mode="after")
    def _holds(self) -> "EscalationPlanSpec":
        if min(self.hold.acknowledged, self.hold.worked) < _SHORTEST_WAIT_S:
            raise wrong(
                Sentence("a hold that ends at once", "接单保持时间为零"), Sentence("at least `60s`", "至少 `60s`")
            )
        return self

    def resolve(self, name: str, rotas: Mapping[RotaName, Rota], names: OnCallNames) -> EscalationPlan:
        """The plan; what is wrong goes to `names`."""
        key = f"plans.{name}"
        match = self.match.resolve(f"{key}.match", names)
        steps = tuple(one.step(f"{key}.steps.{number}", names) for number, one in enumerate(self.steps))
        return EscalationPlan(
            PlanName(name),
            match,
            steps,
            self.rounds,
            None if self.at_risk is None else self.at_risk.telling(f"{key}.at_risk", names),
            None if self.breached is None else self.breached.telling(f"{key}.breached", names),
            Hold(timedelta(seconds=self.hold.acknowledged), timedelta(seconds=self.hold.worked)),
            self.notice.counts,
            self._quiet(key, match, steps, rotas, names),
        )

    def _quiet(
        self,
        key: str,
        match: PlanMatch,
        steps: tuple[EscalationStep, ...],
        rotas: Mapping[RotaName, Rota],
        names: OnCallNames,
    ) -> Quiet | None:
        if self.quiet is None:
            return None
        told = (target.rota for step in steps for target in step.tell if isinstance(target, RotaTarget))
        calendars = [
            *(rotas[one].calendar for one in told if one in rotas),
            *(names.contracts[one].calendar for one in sorted(match.contracts) if one in names.contracts),
        ]
        if not calendars:
            names.refuse(f"{key}.quiet", "whose days these are is not told", "tell a rota, or match a contract")
            return None
        below, until_s = Severity(self.quiet.below), parse_clock_s(self.quiet.until)
        return Quiet(calendars[0], days_of(self.quiet.on), below, until_s)
