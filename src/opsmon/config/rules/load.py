"""Loads rules/contracts and rules/calendars of a root into a `ContractRules` a contract."""

from collections.abc import Callable, Iterator, Mapping
from datetime import tzinfo
from pathlib import Path

from opsmon.config.rules.calendars import CalendarBook, CalendarSpec
from opsmon.config.rules.contracts import ContractSpec
from opsmon.config.yaml.document import Document, add_config_error, check_spec, read_document
from opsmon.config.yaml.folder import yaml_files
from opsmon.config.yaml.problem import Problems
from opsmon.contract.contract_rules import ContractRules
from opsmon.errors import ConfigError, Problem
from opsmon.model.name import ContractId
from opsmon.text.bilingual import Sentence
from opsmon.text.near_miss import meant, shown

CALENDARS, CONTRACTS = Path("rules/calendars"), Path("rules/contracts")


def load_contracts(root: Path, zone: tzinfo, problems: Problems) -> Mapping[ContractId, ContractRules]:
    """Every contract of the root by its id. What is wrong is added to `problems`; a wrong file is left out."""
    calendars = load_calendars(root, zone, problems)
    books: dict[ContractId, ContractRules] = {}
    for document in _documents(root, CONTRACTS, problems):
        book = _contract(document, calendars, problems)
        if book is None:
            continue
        if book.contract.id in books:
            problems.add(
                document.problem(
                    ("contract",),
                    Sentence(f"a second contract `{book.contract.id}`", f"合同 `{book.contract.id}` 重复"),
                )
            )
        books[book.contract.id] = book
    return books


def load_calendars(root: Path, zone: tzinfo, problems: Problems) -> CalendarBook:
    """Every calendar file of the root."""
    files = [_calendar(document, problems) for document in _documents(root, CALENDARS, problems)]
    return CalendarBook(tuple(file for file in files if file is not None), zone)


def _documents(root: Path, folder: Path, problems: Problems) -> Iterator[Document]:
    for file in yaml_files(root / folder, root, problems, deep=False):
        document = read_document(file, root, problems)
        if document is not None:
            yield document


def _calendar(document: Document, problems: Problems) -> CalendarSpec | None:
    spec = check_spec(document, CalendarSpec, problems)
    try:
        return spec.resolve() if spec is not None else None
    except ConfigError as error:
        add_config_error(document, error, problems)
        return None


def _contract(document: Document, calendars: CalendarBook, problems: Problems) -> ContractRules | None:
    spec = check_spec(document, ContractSpec, problems)
    try:
        book = spec.resolve(calendars) if spec is not None else None
        if spec is not None and book is not None:
            for doubt in spec.doubts(book):
                message = Sentence(
                    f"{doubt.en}: results that touch it are provisional", f"{doubt.in_('zh')}：涉及该时段的结果为暂定"
                )
                told = document.problem(
                    ("term", "to"),
                    message,
                    Sentence("add it to rules/calendars", "请补到 rules/calendars"),
                    warning=True,
                )
                problems.doubt(book.contract.id, told)
        return book
    except ConfigError as error:
        add_config_error(document, error, problems)
        return None


def find_book(
    contract: str, contracts: Mapping[ContractId, ContractRules], problem: Callable[[str, str], Problem]
) -> ContractRules:
    """The contract of that id. Raises ConfigError with the nearest one."""
    book = contracts.get(ContractId(contract))
    if book is None:
        hint = meant(contract, contracts) or Sentence(
            f"the root has {', '.join(contracts) or 'no contract'}", f"该目录有：{'、'.join(contracts) or '没有合同'}"
        )
        raise ConfigError(
            (problem(Sentence(f"no such contract: {shown(contract)}", f"没有合同 {shown(contract)}"), hint),)
        )
    return book
