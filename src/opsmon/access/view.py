"""The world as one visitor may see it: cut to the visitor's scope once, and handed to every page and document.

A View is a World, so that whatever reads a world reads a view; nothing of what lies outside the scope is in it.
"""

from dataclasses import dataclass, fields

from opsmon.access.visitor import Visitor
from opsmon.engine.world import World
from opsmon.model.account import EVERYTHING, Scope


@dataclass(frozen=True, slots=True)
class View(World):
    """`scope` is what it was cut to; `sees_money`: budgets and penalties are in it."""

    scope: Scope = EVERYTHING
    sees_money: bool = True


def view_of_world(world: World, visitor: Visitor) -> View:
    """What the visitor may see of it."""
    parts = {field.name: getattr(world, field.name) for field in fields(World)}
    return View(**parts, scope=visitor.scope, sees_money=visitor.sees_money)
