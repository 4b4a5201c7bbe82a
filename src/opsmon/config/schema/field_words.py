"""What each field of a Spec means: the text that stands below it in the source, read when somebody asks for a schema.

pydantic can read it itself (`use_attribute_docstrings`), at every start of every command; a schema is asked for seldom.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import cleandoc, getsource

from pydantic import BaseModel


def words_of(spec: type) -> Mapping[str, str]:
    """The words of every field of a Spec or a dataclass, by its key in YAML; those of the classes above it too."""
    by_name: dict[str, str] = {}
    for kind in reversed(spec.__mro__):
        if kind.__module__.startswith("opsmon."):
            by_name |= _module_words(kind.__module__).get(kind.__name__, {})
    if issubclass(spec, BaseModel):
        return {info.alias or name: by_name[name] for name, info in spec.model_fields.items() if name in by_name}
    return by_name


@cache
def _module_words(module: str) -> Mapping[str, Mapping[str, str]]:
    tree = ast.parse(getsource(sys.modules[module]))
    return {node.name: dict(_class_words(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class_words(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            words = below.value if isinstance(below, ast.Expr) else None
            if isinstance(words, ast.Constant) and isinstance(words.value, str):
                yield field.target.id, cleandoc(words.value)
