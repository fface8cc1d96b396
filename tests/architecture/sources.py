"""The files of the house, each read and parsed once."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from django.template.base import Lexer, Token, TokenType

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class File:
    """A file by its name, which is relative to the root, and its text."""

    name: str
    text: str

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@dataclass(frozen=True)
class Source(File):
    """A Python file."""

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @cached_property
    def _nodes(self) -> dict[type, list[Any]]:
        nodes = defaultdict(list)
        for node in ast.walk(self.tree):
            nodes[type(node)].append(node)
        return nodes

    def of(self, *kinds: type) -> list[Any]:
        """Every node of these kinds, wherever it stands: at the top, in a function or under TYPE_CHECKING."""
        return [node for kind in kinds for node in self._nodes.get(kind, ())]

    @property
    def package(self) -> tuple[str, ...]:
        """The package it stands in, from which its relative imports are counted."""
        return PurePosixPath(self.name).parent.parts

    @property
    def module(self) -> str:
        """Its dotted name; a package's is that of its __init__.py."""
        stem = PurePosixPath(self.name).stem
        return ".".join(self.package if stem == "__init__" else (*self.package, stem))

    @property
    def is_migration(self) -> bool:
        return "migrations" in self.package

    @cached_property
    def strings(self) -> list[ast.Constant]:
        """Its string literals, pieces of f-strings among them; what is said in docstrings does nothing."""
        said = {id(node.value) for node in self.of(ast.Expr)}
        return [node for node in self.of(ast.Constant) if text_of(node) is not None and id(node) not in said]


@dataclass(frozen=True)
class Template(File):
    @cached_property
    def tokens(self) -> list[Token]:
        """Its tags and variables, without what stands in a comment."""
        tokens, commented = [], False
        for token in Lexer(self.text).tokenize():
            name = token.contents.split(maxsplit=1)[0] if token.token_type is TokenType.BLOCK else ""
            commented = (commented or name == "comment") and name != "endcomment"
            if not commented and token.token_type in (TokenType.BLOCK, TokenType.VAR):
                tokens.append(token)
        return tokens


@dataclass(frozen=True)
class House:
    """All the product's files, and what stands at the top of the tree."""

    sources: list[Source]
    templates: list[Template]
    top: frozenset[str]
    """The names at the top that Python could import."""

    @classmethod
    def at(cls, root: Path, rooms: Iterable[str]) -> "House":
        def read(kind: type, paths: Iterable[Path]) -> list:
            return [kind(path.relative_to(root).as_posix(), path.read_text()) for path in sorted(paths)]

        files = [path for room in rooms for path in (root / room).rglob("*") if path.is_file()]
        pages = [path for path in (root / "templates").rglob("*") if path.is_file()]
        pages += [path for path in files if "templates" in path.relative_to(root).parts]
        visible = [path for path in root.iterdir() if not path.name.startswith(".")]
        packages = [path.name for path in visible if path.is_dir() and any(path.rglob("*.py"))]
        modules = [path.stem for path in visible if path.suffix == ".py"]
        sources = read(Source, [path for path in files if path.suffix == ".py"])
        return cls(sources, read(Template, pages), frozenset([*packages, *modules]))


def text_of(node: ast.AST | None) -> str | None:
    """What a string literal says; None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def texts_of(node: ast.AST | None) -> list[tuple[str, int]]:
    """What an expression may say, and where: a literal, or either of two (`"a" if x else "b"`)."""
    if isinstance(node, ast.IfExp):
        return texts_of(node.body) + texts_of(node.orelse)
    text = text_of(node)
    return [] if text is None else [(text, node.lineno)]


def called(call: ast.Call) -> str:
    """The last name of what is called: `reverse` and `urls.reverse` are both "reverse"."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def argument(call: ast.Call, *names: str, at: int | None = 0) -> ast.expr | None:
    """An argument by its place or by one of its names."""
    if at is not None and len(call.args) > at:
        return call.args[at]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def functions(body: Iterable[ast.AST]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions and methods of a module, without those that stand in another function."""
    for node in body:
        if isinstance(node, FUNCTIONS):
            yield node
        elif not isinstance(node, ast.expr):
            yield from functions(ast.iter_child_nodes(node))
