"""Gives a command in a visitor's name: whether he may, on what he asks for, and what the answer becomes."""

from aiohttp import web

from opsmon.access.view import View
from opsmon.access.visitor import Visitor
from opsmon.engine.input import (
    AddFact,
    Command,
    EndOverride,
    EndSilence,
    Excuse,
    JudgeScope,
    MarkDone,
    MarkUndone,
    OpenIncident,
    RecordAccess,
    SetMaintenance,
    SetOverride,
    SetSilence,
    TakeOver,
)
from opsmon.engine.port import Accepted, CommandRefusal
from opsmon.engine.step import Conflict
from opsmon.model.access_event import OperationRequested, RequestedOperation
from opsmon.model.account import Role
from opsmon.model.incident import FactType
from opsmon.text.bilingual import Sentence
from opsmon.text.safe import visible
from opsmon.web.api.queries import detail_of
from opsmon.web.context import PARTS
from opsmon.web.errors import ASK_AN_ADMIN, NOTHING_CHANGED, RequestError, short, unfit, unknown
from opsmon.web.visit import view_of, visitor_of

# Whoever may command at all may give the others. What decides about money, or speaks for the customer, is a manager's.
LEAST_ROLES: dict[type, Role] = dict.fromkeys(
    (JudgeScope, Excuse, SetOverride, EndOverride, SetSilence, EndSilence), Role.MANAGER
)
_NOT_TAKEN = Sentence("it was not taken: send it again", "未被接受：请重新提交")
_IN_DOUBT = Sentence(
    "it may have been taken all the same: look before you repeat it", "可能已被接受：重新提交前请先查看"
)
JUDGING_FACTS = frozenset({FactType.EXCLUDED, FactType.INCLUDED})


async def issue(request: web.Request, command: Command, *, refused: int = 409) -> Accepted:
    """Returns when the command is journaled. Raises RequestError: 403 where the visitor may not, 404 for what lies
    outside his scope, `refused` when it cannot be, 409 where that lies in how things stand, 503 when not now."""
    _refuse_unfit(visitor_of(request), command)
    await _refuse_outside(request, command)
    answer = await request.app[PARTS].daemon.issue(command)
    if isinstance(answer, Accepted):
        return answer
    if isinstance(answer, CommandRefusal):
        status = 409 if isinstance(answer.reason, Conflict) else refused
        raise RequestError(status, answer.reason, NOTHING_CHANGED)
    raise RequestError(503, answer.reason, _NOT_TAKEN if answer.taken is False else _IN_DOUBT, {"Retry-After": "5"})


async def note_operation(request: web.Request, operation: RequestedOperation, subject: str) -> None:
    """Writes into the journal what the visitor is about to have done. Raises RequestError 503 where that cannot be."""
    visitor, now = visitor_of(request), request.app[PARTS].clock.now()
    event = OperationRequested(now, visitor.account, operation, short(visible(subject)), now, visitor.via)
    await issue(request, RecordAccess(event))


def _refuse_unfit(visitor: Visitor, command: Command) -> None:
    least = LEAST_ROLES.get(type(command), Role.RESPONDER)
    if isinstance(command, AddFact) and command.fact.type in JUDGING_FACTS:
        least = Role.MANAGER
    if not visitor.may(least):
        raise unfit(visitor.account, visitor.role, least)


async def _refuse_outside(request: web.Request, command: Command) -> None:
    """What a limited visitor does not see he cannot command either, whoever asks for it how."""
    view = view_of(request)
    if view.scope.is_everything or isinstance(command, RecordAccess):  # what is noted was judged where it is asked for
        return
    if isinstance(command, AddFact | JudgeScope | TakeOver):
        await detail_of(request, command.incident)
    elif isinstance(command, OpenIncident):
        _refuse_place(view, command)
    elif isinstance(command, SetMaintenance):
        if command.device not in view.rules.inventory.devices:
            raise unknown("device", command.device, view.rules.inventory.devices, "GET /api/v1/devices")
    elif isinstance(command, MarkDone | MarkUndone | Excuse):
        if command.contract not in view.rules.contracts:
            raise unknown("contract", command.contract, view.rules.contracts, "`opsmon contracts list`")
    else:
        raise RequestError(403, Sentence("this takes a scope of everything", "此操作需要全部范围的权限"), ASK_AN_ADMIN)


def _refuse_place(view: View, command: OpenIncident) -> None:
    inventory = view.rules.inventory
    site = inventory.sites.get(command.site)
    if site is None:
        raise unknown("site", command.site, inventory.sites, "GET /api/v1/sites")
    if command.device is not None and command.device not in inventory.devices:
        raise unknown("device", command.device, inventory.devices, "GET /api/v1/devices")
    if command.device is None and not view.scope.takes(site.contract, site.name):
        raise RequestError(
            403,
            Sentence("the site as a whole is of another contract", "该站点整体属于另一合同"),
            Sentence("name the device", "请填写设备"),
        )
