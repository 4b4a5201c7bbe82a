"""Loads `rules/oncall.yaml` and `people.yaml` of a root. Without the first nobody is paged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from opsmon.config.loading import Loading
from opsmon.config.oncall.channels import MACHINES, ChannelSpec
from opsmon.config.oncall.names import NameKey, OnCallNames
from opsmon.config.oncall.people import PEOPLE_FILE, PeopleSpec, warn_if_open
from opsmon.config.oncall.plans import EscalationPlanSpec
from opsmon.config.oncall.rotas import RotaSpec
from opsmon.config.rules.field import DatesField, parse_dates
from opsmon.config.secret import MissingSecret
from opsmon.config.settings import Language, Settings
from opsmon.config.yaml.document import Document, add_config_error, check_spec, read_document
from opsmon.config.yaml.problem import Problems
from opsmon.contract.contract_rules import ContractRules
from opsmon.errors import ConfigError
from opsmon.model.device import Inventory
from opsmon.model.name import ChannelName, ContractId, PersonId, PlanName, RotaName
from opsmon.notify.channel import Directory, PageChannel
from opsmon.notify.spec import goes_in_clear
from opsmon.oncall.oncall_rules import Leave, OnCallRules
from opsmon.oncall.roster import Rota
from opsmon.spec import Spec
from opsmon.state.condition.rules import Rulebook
from opsmon.text.near_miss import shown

ONCALL_FILE = Path("rules/oncall.yaml")


class LeaveSpec(Spec):
    """Somebody is away."""

    person: str
    """Who · 谁"""
    dates: DatesField
    """From the first day to the last, both whole · 哪些日子"""
    note: str = ""
    """A remark · 备注"""


class OnCallSpec(Spec):
    """`rules/oncall.yaml`"""

    channels: dict[NameKey, ChannelSpec] = Field(default_factory=dict)
    """The ways to people, by name; beside `webhooks:` of opsmon.yaml · 通知通道"""
    rotas: dict[NameKey, RotaSpec] = Field(default_factory=dict)
    """Who is on duty when, by name · 排班"""
    leave: list[LeaveSpec] = Field(default_factory=list)
    """Who is away when; `opsmon oncall lint` says where somebody is missing then · 请假"""
    plans: dict[NameKey, EscalationPlanSpec] = Field(default_factory=dict)
    """Who is told of what; the first plan that matches an incident is taken · 升级方案，按顺序取第一个"""

    @classmethod
    def hint_for(cls, unknown_key: str) -> str:
        return "people stand in people.yaml" if unknown_key == "people" else ""

    def resolve(self, people: PeopleSpec, names: OnCallNames, language: Language) -> "OnCall":
        """Everything, frozen. Raises ConfigError with every word that leads nowhere, by dotted key."""
        channels = {name: one.resolve(name, people.people, names) for name, one in self.channels.items()}
        reaches = {
            ChannelName(name): one.reach(channels[name], people.people)
            for name, one in self.channels.items()
            if name not in names.machines
        }
        rotas = self._rotas(names)
        plans = {PlanName(name): one.resolve(name, rotas, names) for name, one in self.plans.items()}
        leave = tuple(self._leave(number, one, names) for number, one in enumerate(self.leave))
        if names.problems:
            raise ConfigError(tuple(names.problems))
        rules = OnCallRules(people.resolve(), reaches, rotas, plans, leave)
        return OnCall(rules, tuple(channels.values()), people.directory(language))

    def _rotas(self, names: OnCallNames) -> Mapping[RotaName, Rota]:
        found = {RotaName(name): one.resolve(name, names) for name, one in self.rotas.items()}
        return {name: rota for name, rota in found.items() if rota is not None}

    def _leave(self, number: int, spec: LeaveSpec, names: OnCallNames) -> Leave:
        names.check_person(spec.person, f"leave.{number}.person")
        first, last = parse_dates(spec.dates)
        return Leave(PersonId(spec.person), first, last, spec.note)


@dataclass(frozen=True, slots=True)
class OnCall:
    """`rules` for the engine; `channels` and `directory` for those who send. `document` is the file, so that what is
    found out about the rules can be said with its place."""

    rules: OnCallRules = field(default_factory=OnCallRules)
    channels: tuple[PageChannel, ...] = ()
    directory: Directory = field(default_factory=dict)
    document: Document | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Around:
    """What the files refer to and others hold; None where that is not sound itself: then words are not looked up."""

    settings: Settings
    contracts: Mapping[ContractId, ContractRules] | None
    inventory: Inventory
    rulebook: Rulebook


def load_on_call(loading: Loading, around: Around) -> OnCall:
    """What the two files say. What is wrong goes to the problems of the loading."""
    problems = loading.problems
    people = _people(loading)
    document = _document(loading, ONCALL_FILE)
    spec = check_spec(document, OnCallSpec, problems, context=loading.context(document)) if document else None
    if document is None or spec is None or people is None:
        return OnCall()
    _refuse_namesakes(document, spec, [one.name for one in around.settings.webhooks], problems)
    _warn_of_clear_text(document, spec, problems)
    if around.contracts is None:
        return OnCall()
    machines = [name for name, channel in spec.channels.items() if channel.kind in MACHINES]
    names = OnCallNames(
        people.people, spec.channels, spec.rotas, around.contracts, around.inventory, around.rulebook, machines
    )
    try:
        found = spec.resolve(people, names, around.settings.language)
    except ConfigError as error:
        add_config_error(document, error, problems)
        return OnCall()
    return OnCall(found.rules, found.channels, found.directory, document)


def _document(loading: Loading, path: Path) -> Document | None:
    file = loading.root / path
    return read_document(file, loading.root, loading.problems) if file.exists() else None


def _people(loading: Loading) -> PeopleSpec | None:
    """The people; nobody where there is no such file, None where it is wrong."""
    if not (loading.root / PEOPLE_FILE).exists():
        return PeopleSpec()
    document = _document(loading, PEOPLE_FILE)
    if document is None:
        return None
    warn_if_open(document, loading.problems)
    return check_spec(document, PeopleSpec, loading.problems, context=loading.context(document))


def _refuse_namesakes(document: Document, spec: OnCallSpec, webhooks: Collection[str], problems: Problems) -> None:
    for name in spec.channels:
        if name in webhooks:
            message, hint = f"a webhook of opsmon.yaml is named {shown(name)} too", "the outbox tells them apart by it"
            problems.add(document.problem(("channels", name), message, hint, at_key=True))


def _warn_of_clear_text(document: Document, spec: OnCallSpec, problems: Problems) -> None:
    for name, channel in spec.channels.items():
        for url in channel.url:
            if not isinstance(url, MissingSecret) and goes_in_clear(url.reveal()):
                message = "`http://` to another machine: whoever is on the way reads it and can change it"
                hint = "`https://`, or a receiver on this machine"
                problems.add(document.problem(("channels", name, "url"), message, hint, warning=True))
