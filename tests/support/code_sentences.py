"""Every sentence that the package can make as a fault or an error, read from its code.

A sentence is an f-string where a fault or an error is made; here it is text with ``{}`` for each
part, and ``{{`` for a brace. What a variable holds is looked up where it is set; a part that
cannot be known without running is a ``{}``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent
#: What makes a fault or an error, and which of its arguments are sentences.
MAKERS: Final = {
    ".fault": (0, 1),
    "fault": (1, 2),
    "._fault": (1, 2),
    "_fault": (2, 3),
    "Fault": (1, 2),
    "QuoteFault": (0, 1),
    "ExtensionFault": (3, 4),
    "Finding": (1, 2),
    "Conflict": (1,),
    "PermissionError": (1,),
    "UnknownNameError": (1,),
    "UsageError": (0,),
    "._has_class": (2,),
    ".error": (0,),
    ".__init__": (0,),
    "._replace": (),
}
#: Functions whose text is a message or a remedy, wherever it is asked for.
TELLERS: Final = {
    "__str__": "loaders/checks/conflicts.py",
    "_problem": "loaders/files/yaml_nodes.py",
}
_OPAQUE: Final = "{}"


class Module:
    """One module of the package: its tree, and what its names hold."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree = ast.parse(path.read_text("utf-8"))
        self.above = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    def scopes(self, node: ast.AST) -> Iterator[ast.AST]:
        """The functions around a node, the nearest first, and the module."""
        while node in self.above:
            node = self.above[node]
            if isinstance(node, (ast.FunctionDef, ast.Module)):
                yield node


class Sentences:
    """The sentences of some modules, each with the places that make it."""

    def __init__(self, paths: list[Path]) -> None:
        self._modules = [Module(path) for path in paths]
        self._functions: dict[str, list[tuple[Module, ast.FunctionDef]]] = {}
        self._constants: dict[str, list[tuple[Module, ast.expr]]] = {}
        for module in self._modules:
            for node in module.tree.body:
                if isinstance(node, ast.FunctionDef):
                    self._functions.setdefault(node.name, []).append((module, node))
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    for target in targets:
                        if isinstance(target, ast.Name):
                            self._constants.setdefault(target.id, []).append((module, node.value))
        self.found: dict[str, list[str]] = {}
        #: Arguments of which nothing can be known here, by place.
        self.unknown: list[str] = []
        for module in self._modules:
            self._collect(module)

    def _collect(self, module: Module) -> None:
        name = str(module.path.relative_to(ROOT))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and TELLERS.get(node.name) == name:
                for value in _returned(node):
                    self._keep(module, value)
            if isinstance(node, ast.Call):
                for argument in self._arguments(name, node):
                    self._keep(module, argument)

    def _arguments(self, place: str, call: ast.Call) -> Iterator[ast.expr]:
        function = call.func
        if isinstance(function, ast.Attribute):
            called = function.attr
            wanted = MAKERS.get(f".{called}") or MAKERS.get(called, ())
            if called == "_replace":
                named = (word for word in call.keywords if word.arg in ("message", "remedy"))
                yield from (word.value for word in named)
        else:
            called = getattr(function, "id", "")
            wanted = MAKERS.get(called, ())
        if called == "__init__" and place != "graph/errors.py":
            return
        if not wanted and called.endswith("Error") and called not in _OTHERS:
            wanted = (0,)
        for number in wanted:
            if call.args and isinstance(call.args[0], ast.Starred):
                yield call.args[0].value
                return
            if number < len(call.args):
                yield call.args[number]

    def _keep(self, module: Module, argument: ast.expr) -> None:
        place = f"{module.path.relative_to(ROOT)}:{argument.lineno}"
        for text in dict.fromkeys(self._texts(module, argument)):
            lines = [line.strip().removeprefix("→").strip() for line in text.split("\n")]
            told = [line for line in lines if line.replace(_OPAQUE, "").strip()]
            for line in told:
                self.found.setdefault(line, []).append(place)
            if text and not told:
                self.unknown.append(f"{place} {ast.unparse(argument)}")

    def _texts(self, module: Module, node: ast.expr, *, inside: bool = False) -> list[str]:
        """Every text that an expression may give; ``inside`` an f-string, names alone are read."""
        match node:
            case ast.Constant(value=str(text)):
                return [text.replace("{", "{{").replace("}", "}}")]
            case ast.JoinedStr(values=values):
                parts = [self._texts(module, value, inside=True) for value in values]
                return ["".join(texts) for texts in product(*parts)]
            case ast.FormattedValue(value=value, format_spec=None, conversion=-1):
                return self._texts(module, value, inside=True)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                pairs = product(self._texts(module, left), self._texts(module, right))
                # Two parts of which nothing is known are one part, or a sum of numbers.
                return [_OPAQUE if set(pair) == {_OPAQUE} else "".join(pair) for pair in pairs]
            case ast.IfExp(body=body, orelse=orelse):
                return [text for value in (body, orelse) for text in self._texts(module, value)]
            case ast.BoolOp(op=ast.Or(), values=values):
                return [text for value in values for text in self._texts(module, value)]
            case ast.Tuple(elts=values):
                return [text for value in values for text in self._texts(module, value)]
            case ast.Name(id=name):
                return self._named(module, node, name) or [_OPAQUE]
            case ast.Subscript(value=ast.Name(id=name)) if not inside:
                return self._table(name) or [_OPAQUE]
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get")):
                return self._table(name) or [_OPAQUE]
            case ast.Call(func=ast.Name(id=name)) if not inside and name in self._functions:
                return self._given_by(module, name) or [_OPAQUE]
        return [_OPAQUE]

    def _given_by(self, module: Module, name: str) -> list[str]:
        defined = self._functions[name]
        own = [item for item in defined if item[0] is module] or defined
        values = [(where, value) for where, function in own for value in _returned(function)]
        return [text for where, value in values for text in self._texts(where, value)]

    def _table(self, name: str) -> list[str]:
        found = []
        for where, value in self._constants.get(name, ()):
            if isinstance(value, ast.Dict):
                for item in value.values:
                    # ``**dict.fromkeys(names, text)`` is one text for several names.
                    held = item.args[1] if isinstance(item, ast.Call) else item
                    found += self._texts(where, held)
        return found

    def _named(self, module: Module, node: ast.AST, name: str) -> list[str]:
        for scope in module.scopes(node):
            if isinstance(scope, ast.Module):
                break
            if any(argument.arg == name for argument in _parameters(scope)):
                return []
            if found := self._set_in(module, scope, name):
                return found
        held = self._constants.get(name, ())
        own = [item for item in held if item[0] is module] or held
        texts = [text for where, value in own for text in self._texts(where, value)]
        return [text for text in texts if text != _OPAQUE]

    def _set_in(self, module: Module, scope: ast.AST, name: str) -> list[str]:
        """What a function gives a variable: by assignment, in an ``if``, or out of a ``for``."""
        found: list[str] = []
        added: list[str] = []
        for node in ast.walk(scope):
            match node:
                case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                    found += self._texts(module, value)
                case ast.AnnAssign(target=ast.Name(id=target), value=value) if target == name:
                    found += self._texts(module, value) if value and not _is_none(value) else []
                case ast.NamedExpr(target=ast.Name(id=target), value=value) if target == name:
                    found += self._texts(module, value)
                case ast.AugAssign(target=ast.Name(id=target), value=value) if target == name:
                    added += self._texts(module, value)
                case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                    for target, value in zip(names, values, strict=True):
                        if getattr(target, "id", "") == name:
                            found += self._texts(module, value)
                case ast.For(target=ast.Tuple(elts=names), iter=ast.Tuple(elts=rows)):
                    found += self._looped(module, names, rows, name)
        return [*found, *(text + more for text in found for more in added if more != _OPAQUE)]

    def _looped(
        self, module: Module, names: list[ast.expr], rows: list[ast.expr], name: str
    ) -> list[str]:
        """What a loop gives a variable: sentences, or words if it gives words to no other."""
        told = [
            [
                text
                for row in rows
                if isinstance(row, ast.Tuple) and isinstance(row.elts[number], ast.Constant)
                for text in self._texts(module, row.elts[number])
                if text != _OPAQUE
            ]
            for number in range(len(names))
        ]
        own = next((n for n, at in enumerate(names) if getattr(at, "id", "") == name), None)
        if own is None:
            return []
        is_alone = not any(texts for number, texts in enumerate(told) if number != own)
        return told[own] if is_alone or any(" " in text for text in told[own]) else []


#: Errors of Python, which say that the program is wrong, and what never reaches a person.
_OTHERS: Final = {
    "AttributeError", "BeyondSparqlError", "CollectionError", "KeyError", "ValueError",
}  # fmt: skip


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    return [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value)
    ]


def _parameters(function: ast.AST) -> list[ast.arg]:
    arguments = function.args  # type: ignore[attr-defined]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
