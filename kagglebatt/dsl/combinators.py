"""Functions of functions: combinators, and the primitives that map.

Every callable is a plain Python function, so its number of positional parameters can be read from its code
object, and it is hashed and compared by identity.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kagglebatt.dsl.bounds import allow
from kagglebatt.dsl.connections import connections
from kagglebatt.dsl.containers import flattened, merge
from kagglebatt.dsl.copies import copies, sums
from kagglebatt.dsl.mapping import mapped
from kagglebatt.dsl.nesting import allow_levels
from kagglebatt.dsl.numbers import add
from kagglebatt.dsl.order import ascending, walked
from kagglebatt.dsl.pairs import COMBINED, combined
from kagglebatt.dsl.patches import connect, shift
from kagglebatt.dsl.types import Container, Fn, Int, Set, Tuple
from kagglebatt.dsl.unions import PART, union_of

__all__ = [
    "apply",
    "chain",
    "compose",
    "fork",
    "lbind",
    "mapply",
    "matcher",
    "mpapply",
    "papply",
    "power",
    "prapply",
    "rapply",
    "rbind",
]  # fmt: skip

_FIRST_LOOK = 4
"""Repetitions after which ``power`` looks how deep its value is nested; then after twice as many, and so on."""


def arity(function: Fn) -> int:
    """The number of positional parameters of a primitive or of what a combinator returned.

    Raises:
        AttributeError: not such a function.
    """
    return function.__code__.co_argcount


def compose(outer: Fn, inner: Fn) -> Fn:
    """x -> outer(inner(x))."""
    return lambda x: outer(inner(x))


def chain(h: Fn, g: Fn, f: Fn) -> Fn:
    """x -> h(g(f(x)))."""
    return lambda x: h(g(f(x)))


def matcher(function: Fn, target: Any) -> Fn:
    """x -> whether function(x) equals the target."""
    return lambda x: function(x) == target


def rbind(function: Fn, fixed: Any) -> Fn:
    """The function with its last parameter fixed; it takes one parameter less."""
    parameters = arity(function)
    if parameters == 2:
        return lambda x: function(x, fixed)
    if parameters == 3:
        return lambda x, y: function(x, y, fixed)
    return lambda x, y, z: function(x, y, z, fixed)


def lbind(function: Fn, fixed: Any) -> Fn:
    """The function with its first parameter fixed; it takes one parameter less."""
    parameters = arity(function)
    if parameters == 2:
        return lambda y: function(fixed, y)
    if parameters == 3:
        return lambda y, z: function(fixed, y, z)
    return lambda y, z, a: function(fixed, y, z, a)


_BOUND_FIRST = lbind(lambda a, b: (a, b), None).__code__
"""The code of a function of two with its first parameter fixed; it closes over ``fixed`` and ``function``."""
_BOUND = frozenset((_BOUND_FIRST, rbind(lambda a, b: (a, b), None).__code__))
"""And of one with either fixed."""


def power(function: Fn, n: Int) -> Fn:
    """The function applied ``n`` times in a row, n >= 1; for 1 the function itself. ValueError below 1.

    It raises RecursionError when it nests its value too deeply.
    """
    if n < 1:
        raise ValueError("a function is applied at least once")
    if n == 1:
        return function

    def applied(x: Any) -> Any:
        look = _FIRST_LOOK
        for times in range(1, n + 1):
            before, x = x, function(x)
            if times == look:
                allow_levels(x)
                look *= 2
            if type(x) is type(before) is frozenset and x == before:  # and so from now on
                return allow_levels(x) if look <= n else x
        return x

    return applied


def fork(outer: Fn, a: Fn, b: Fn) -> Fn:
    """x -> outer(a(x), b(x))."""
    return lambda x: outer(a(x), b(x))


def apply(function: Fn, container: Container) -> Container:
    """The function of every member; follows the container."""
    if getattr(function, "__code__", None) in _BOUND:
        fixed, inner = [cell.cell_contents for cell in function.__closure__ or ()]
        known = combined(inner, fixed, container) if inner in COMBINED else None
        if known is not None:
            return type(container)(known)
    return type(container)(mapped(function, container))


def rapply(functions: Container, value: Any) -> Container:
    """Every function of a container applied to the value; follows the container of functions."""
    results = [function(value) for function in ascending(functions)]  # so that the first to fail is always the same
    return tuple(results) if type(functions) is tuple else frozenset(results)


def mapply(function: Fn, container: Container) -> Container:
    """The function of every member, flattened one level; follows the container."""
    if type(container) is frozenset and getattr(function, "__code__", None) is _BOUND_FIRST:
        fixed, inner = [cell.cell_contents for cell in function.__closure__ or ()]
        moved = copies(fixed, container) if inner is shift else None
        if moved is not None:
            return moved
    if type(container) is frozenset and len(container) > PART:
        return union_of(function, container)
    return flattened(mapped(function, container), type(container) is tuple)


def papply(function: Fn, a: Tuple, b: Tuple) -> Tuple:
    """The function of members at equal positions, cut to the shorter tuple."""
    return tuple(map(function, ascending(a), ascending(b)))


def mpapply(function: Fn, a: Tuple, b: Tuple) -> Tuple:
    """The function of members at equal positions, flattened one level into a tuple."""
    return merge(papply(function, a, b))  # type: ignore[no-any-return]


def prapply(function: Fn, a: Container, b: Container) -> Set:
    """The function of every pair of a member of ``a`` and a member of ``b``, as a set."""
    allow(len(a) * len(b))
    known = _PAIRWISE[function](a, b) if function in _PAIRWISE else None
    if known is not None:
        return known
    return walked(lambda xs: walked(lambda ys: frozenset([function(x, y) for x in xs for y in ys]), b), a)


_PAIRWISE: dict[Fn, Callable[[Any, Any], Set | None]] = {add: sums, connect: connections}
"""What ``prapply`` gives for a function, several times as fast; or None, where it is not known to be that."""
