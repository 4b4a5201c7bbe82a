"""What an inventory refers to by name and does not hold itself: contracts, their services and labels, profiles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from opsmon.backup.recipe import RecipeBook
from opsmon.config.inventory.site_file import PlacedDevice, SiteFile
from opsmon.config.secret import FileSecrets
from opsmon.config.yaml.mistake import Mistake
from opsmon.config.yaml.problem import Problems
from opsmon.contract.contract_rules import ContractRules
from opsmon.contract.vocabulary import unknown_words
from opsmon.model.device import Device
from opsmon.model.name import ContractId
from opsmon.protocol.address import numeric_form, version_of
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown


@dataclass(frozen=True, slots=True)
class Known:
    """What may be referred to; None where the root's own list could not be read: then nothing is held against it."""

    contracts: Mapping[ContractId, ContractRules] | None
    profiles: frozenset[str] | None
    checks: Mapping[str, Sequence[object]] = field(default_factory=dict)  # the usual ones of each profile
    recipes: RecipeBook = field(default_factory=RecipeBook)
    owners: Mapping[int, FileSecrets] = field(default_factory=dict)  # who opens what stands in those checks
    # What was found of each contract's labels: the thousand cameras of a site have the same ones.
    label_mistakes: dict[tuple[str, frozenset[tuple[str, str]]], tuple[Mistake, ...]] = field(default_factory=dict)

    def book_of(self, contract: ContractId | None) -> ContractRules | None:
        """The contract of that id, where it is known."""
        return self.contracts.get(contract) if self.contracts is not None and contract is not None else None


def check_site(file: SiteFile, known: Known, problems: Problems) -> None:
    """Add what is wrong with the contract and the service of a site."""
    site, contracts = file.site, known.contracts
    if site.contract is not None and contracts is not None and site.contract not in contracts:
        hint = meant(site.contract, contracts) or f"known: {', '.join(sorted(contracts)) or 'none'}"
        problems.add(
            file.document.problem(
                ("contract",), Sentence(f"no contract {shown(site.contract)}", f"没有合同 {shown(site.contract)}"), hint
            )
        )
    mistake = _service_mistake(site.contract, site.service, known)
    if mistake:
        problems.add(file.document.problem(mistake.steps, mistake.message, mistake.hint))


def check_device(placed: PlacedDevice, known: Known, problems: Problems) -> None:
    """Add what is wrong with the profile, the service and the labels of a device."""
    for mistake in _mistakes(placed.device, known):
        placed.origin.add(problems, mistake)


def _mistakes(device: Device, known: Known) -> Iterator[Mistake]:
    if known.profiles is not None and device.profile is not None and device.profile not in known.profiles:
        hint = meant(device.profile, known.profiles) or "profiles are the files of `probes/`"
        yield Mistake(
            ("profile",), Sentence(f"no profile {shown(device.profile)}", f"没有模板 {shown(device.profile)}"), hint
        )
    service = _service_mistake(device.contract, device.service, known)
    if service:
        yield service
    yield from _family_mistakes(device)
    yield from _label_mistakes(device, known)
    yield from _backup_mistakes(device, known)


def _family_mistakes(device: Device) -> Iterator[Mistake]:
    numeric = numeric_form(device.address)
    for check in device.checks if numeric else ():
        if check.family not in (None, version_of(numeric or "")):
            message = f"the check {shown(check.name)} wants IPv{check.family}, and {device.address} is none"
            yield Mistake(
                ("checks",),
                message,
                Sentence("leave out `family:`, or give a host name", "请去掉 `family:`，或填主机名"),
            )


def _backup_mistakes(device: Device, known: Known) -> Iterator[Mistake]:
    """What `ssh:` says and no backup will use."""
    recipe, access = known.recipes.recipe_for(device), device.ssh
    if recipe is None or access is None:
        return
    if access.enable is not None and (recipe.enable is None or not recipe.enable.password):
        message = f"`ssh.enable` is given, and `{recipe.name}` raises no rights with a password"
        hint = "leave it out, or teach the profile's `backup:` section its `enable`"
        yield Mistake(("ssh", "enable"), message, hint, warning=True)


def _service_mistake(contract: ContractId | None, service: str | None, known: Known) -> Mistake | None:
    if service is not None and contract is None:
        return Mistake(
            ("service",),
            Sentence("a service without a contract", "有服务而没有合同"),
            Sentence("say `contract:` for the site", "请为站点写 `contract:`"),
        )
    book = known.book_of(contract)
    wrong = unknown_words(book, service=service) if book is not None else ()
    return next((Mistake(("service",), one.message, one.hint) for one in wrong), None)


def _label_mistakes(device: Device, known: Known) -> tuple[Mistake, ...]:
    """Labels that clauses select on, with a value that the contract does not know: no clause would take the device."""
    book = known.book_of(device.contract)
    if book is None:
        return ()
    key = book.contract.id, frozenset(device.labels.items())
    if key not in known.label_mistakes:
        words = unknown_words(book, labels=device.labels)
        known.label_mistakes[key] = tuple(
            Mistake(("labels", one.key), one.message, one.hint, warning=True) for one in words
        )
    return known.label_mistakes[key]


def with_only_service(device: Device, known: Known) -> Device:
    """A contract with one service covers a device that names none by that one."""
    book = known.book_of(device.contract)
    if device.service is None and book is not None and len(book.contract.services) == 1:
        return replace(device, service=next(iter(book.contract.services)))
    return device
