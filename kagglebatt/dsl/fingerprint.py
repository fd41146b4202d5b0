"""A digest of what the vocabulary does, for cache keys.

It is taken over the definitions of this package's modules as syntax trees, in an order of their own: an edited
primitive changes it; a comment, a docstring, a moved function, a file's place or the Python version does not.
"""

from __future__ import annotations

import ast
import hashlib
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def vocabulary_digest() -> str:
    """The digest of the installed vocabulary, 16 hex digits."""
    return digest_of([text.decode() for text in _sources()])


@lru_cache(maxsize=1)
def sources_digest() -> str:
    """A digest of the same modules byte by byte, 32 hex digits: where it is known, the other need not be worked out."""
    return hashlib.blake2b(b"\0".join(_sources()), digest_size=16).hexdigest()


def _sources() -> list[bytes]:
    modules = [entry for entry in files("kagglebatt.dsl").iterdir() if entry.name.endswith(".py")]
    return [entry.read_bytes() for entry in sorted(modules, key=lambda entry: entry.name)]


def digest_of(sources: list[str]) -> str:
    """The digest of modules' texts, whatever their names and order."""
    definitions = sorted(text for source in sources for text in _definitions(source))
    return hashlib.blake2b("\n".join(definitions).encode(), digest_size=8).hexdigest()


def _definitions(source: str) -> list[str]:
    statements = ast.parse(source).body
    return [_shape(node) for node in statements if not isinstance(node, (ast.Import, ast.ImportFrom, ast.Expr))]


def _shape(node: object) -> str:
    """A syntax tree as text, the same under every Python version: empty fields and docstrings left out."""
    if isinstance(node, list):
        return "[" + ",".join(_shape(part) for part in node if not _is_text(part)) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Constant):
        return f"={node.value!r}"
    fields = [(name, getattr(node, name, None)) for name in node._fields]
    shown = [f"{name}:{_shape(value)}" for name, value in fields if value is not None and value != [] and name != "ctx"]
    return f"{type(node).__name__}({' '.join(shown)})"


def _is_text(node: object) -> bool:
    """Whether a statement is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
