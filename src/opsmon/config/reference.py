"""What an inventory refers to by name and does not hold itself: contracts, their services and labels, profiles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from opsmon.config.mistake import Mistake
from opsmon.config.problem import Problems, nearest, shown
from opsmon.config.site_file import PlacedDevice, SiteFile
from opsmon.contract.book import ContractBook
from opsmon.model.device import Device
from opsmon.model.name import ContractId


@dataclass(frozen=True, slots=True)
class Known:
    """What may be referred to; None where the root's own list could not be read: then nothing is held against it."""

    contracts: Mapping[ContractId, ContractBook] | None
    profiles: frozenset[str] | None
    checks: Mapping[str, Sequence[object]] = field(default_factory=dict)  # the usual ones of each profile

    def book_of(self, contract: ContractId | None) -> ContractBook | None:
        """The contract of that id, where it is known."""
        return self.contracts.get(contract) if self.contracts is not None and contract is not None else None


def check_site(file: SiteFile, known: Known, problems: Problems) -> None:
    """Add what is wrong with the contract and the service of a site."""
    site, contracts = file.site, known.contracts
    if site.contract is not None and contracts is not None and site.contract not in contracts:
        hint = nearest(site.contract, contracts) or f"known: {', '.join(sorted(contracts)) or 'none'}"
        problems.add(file.document.problem(("contract",), f"no contract {shown(site.contract)}", hint))
    mistake = _service_mistake(site.contract, site.service, known)
    if mistake:
        problems.add(file.document.problem(mistake.steps, mistake.message, mistake.hint))


def check_device(placed: PlacedDevice, known: Known, problems: Problems) -> None:
    """Add what is wrong with the profile, the service and the labels of a device."""
    for mistake in _mistakes(placed.device, known):
        placed.origin.add(problems, mistake)


def _mistakes(device: Device, known: Known) -> Iterator[Mistake]:
    if known.profiles is not None and device.profile is not None and device.profile not in known.profiles:
        hint = nearest(device.profile, known.profiles) or "profiles are the files of `probes/`"
        yield Mistake(("profile",), f"no profile {shown(device.profile)}", hint)
    service = _service_mistake(device.contract, device.service, known)
    if service:
        yield service
    yield from _label_mistakes(device, known)


def _service_mistake(contract: ContractId | None, service: str | None, known: Known) -> Mistake | None:
    book = known.book_of(contract)
    if service is not None and contract is None:
        return Mistake(("service",), "a service without a contract", "say `contract:` for the site")
    if service is None or book is None or service in book.contract.services:
        return None
    hint = nearest(service, book.contract.services) or f"its services: {', '.join(book.contract.services)}"
    return Mistake(("service",), f"{shown(str(contract))} has no service {shown(service)}", hint)


def _label_mistakes(device: Device, known: Known) -> Iterator[Mistake]:
    """Labels that clauses select on, with a value that the contract does not know: no clause would take the device."""
    book = known.book_of(device.contract)
    for key, values in book.contract.labels.items() if book is not None else ():
        value = device.labels.get(key)
        if value is not None and value not in values:
            hint = nearest(value, values) or f"known: {', '.join(sorted(values))}"
            message = f"{shown(str(device.contract))} knows no `{key}` {shown(value)}: its clauses pass it over"
            yield Mistake(("labels", key), message, hint, warning=True)


def with_only_service(device: Device, known: Known) -> Device:
    """A contract with one service covers a device that names none by that one."""
    book = known.book_of(device.contract)
    if device.service is None and book is not None and len(book.contract.services) == 1:
        return replace(device, service=next(iter(book.contract.services)))
    return device
