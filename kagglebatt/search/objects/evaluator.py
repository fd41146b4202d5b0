"""What one sample shows, as values of expressions: each is computed once a sample, whoever asks for it."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kagglebatt.dsl.constants import CONSTANTS
from kagglebatt.dsl.registry import PRIMITIVES
from kagglebatt.running.limit import Timer
from kagglebatt.search.running import value_of

_NAME = re.compile(r"\b[XLM]\b")


@lru_cache(maxsize=4096)
def _read(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def inserted(text: str, names: Mapping[str, str]) -> str:
    """An expression with each of the names ``X``, ``L`` and ``M`` replaced by what it stands for."""
    return _NAME.sub(lambda found: names.get(found.group(), found.group()), text)


class Evaluator:
    """Expressions over one sample; names are those of the vocabulary, and some given values."""

    def __init__(self, clock: Timer, **given: Any) -> None:
        self._clock = clock
        self._given = given
        self._known: dict[str, Any] = {}

    def value(self, text: str) -> Any:
        """The value of an expression; None when it raises or takes too long."""
        if text not in self._known:
            self._known[text] = value_of(self._evaluated, self._clock, _read(text))
        return self._known[text]

    def each(self, text: str, members: tuple[Any, ...]) -> list[Any]:
        """A function, as an expression, of every member; None where there is no value."""
        function = self.value(text)
        if function is None:
            return [None] * len(members)
        return [value_of(function, self._clock, member) for member in members]

    def _evaluated(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name):
            name = node.id
            if name in self._given:
                return self._given[name]
            return CONSTANTS[name] if name in CONSTANTS else PRIMITIVES[name].fn
        assert isinstance(node, ast.Call)
        return self._evaluated(node.func)(*[self._evaluated(argument) for argument in node.args])
