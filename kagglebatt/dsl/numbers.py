"""Numbers and vectors, logic and choice.

``Num`` means an Int or a Pair. Two Pairs are combined component by component; an Int with a Pair is applied to
both components. That is written out for each of the four operations, since programs call nothing more often. A Bool
counts as 0 or 1 and gives an Int. Only components 0 and 1 of a tuple are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kagglebatt.dsl.bounds import MAX_INT, allow_int
from kagglebatt.dsl.types import Bool, Container, Int, Num, Pair
from kagglebatt.errors import TooLargeError

__all__ = [
    "add",
    "both",
    "branch",
    "contained",
    "crement",
    "decrement",
    "divide",
    "double",
    "either",
    "equality",
    "even",
    "flip",
    "greater",
    "halve",
    "identity",
    "increment",
    "invert",
    "multiply",
    "positive",
    "sign",
    "subtract",
    "toivec",
    "tojvec",
]  # fmt: skip


def _number(value: int) -> int:
    """The number itself, when it is in range."""
    return value if -MAX_INT < value < MAX_INT else allow_int(value)


def _pair(down: int, right: int) -> Pair:
    """The pair, when both numbers are in range."""
    if -MAX_INT < down < MAX_INT and -MAX_INT < right < MAX_INT:
        return (down, right)
    raise TooLargeError("number out of range")


def _each(n: Num, change: Callable[[int], int]) -> Num:
    return change(n) if isinstance(n, int) else (change(n[0]), change(n[1]))


def add(a: Num, b: Num) -> Num:
    """a + b.

    >>> add((2, 5), 1)
    (3, 6)
    """
    if isinstance(a, int):
        return _number(a + b) if isinstance(b, int) else _pair(a + b[0], a + b[1])
    if isinstance(b, int):
        return _pair(a[0] + b, a[1] + b)
    return _pair(a[0] + b[0], a[1] + b[1])


def subtract(a: Num, b: Num) -> Num:
    """a - b; an Int minus a Pair is a Pair."""
    if isinstance(a, int):
        return _number(a - b) if isinstance(b, int) else _pair(a - b[0], a - b[1])
    if isinstance(b, int):
        return _pair(a[0] - b, a[1] - b)
    return _pair(a[0] - b[0], a[1] - b[1])


def multiply(a: Num, b: Num) -> Num:
    """a times b, component by component."""
    if isinstance(a, int):
        return _number(a * b) if isinstance(b, int) else _pair(a * b[0], a * b[1])
    if isinstance(b, int):
        return _pair(a[0] * b, a[1] * b)
    return _pair(a[0] * b[0], a[1] * b[1])


def divide(a: Num, b: Num) -> Num:
    """The quotient rounded towards minus infinity; ZeroDivisionError when a divisor is 0."""
    if isinstance(a, int):
        return _number(a // b) if isinstance(b, int) else _pair(a // b[0], a // b[1])
    if isinstance(b, int):
        return _pair(a[0] // b, a[1] // b)
    return _pair(a[0] // b[0], a[1] // b[1])


def invert(n: Num) -> Num:
    """The number with its sign changed."""
    return _each(n, lambda x: -x)


def double(n: Num) -> Num:
    """Twice the number."""
    return _each(n, lambda x: allow_int(x * 2))


def halve(n: Num) -> Num:
    """Half the number, rounded towards minus infinity."""
    return _each(n, lambda x: x // 2)


def increment(x: Num) -> Num:
    """One more."""
    return _each(x, lambda n: allow_int(n + 1))


def decrement(x: Num) -> Num:
    """One less."""
    return _each(x, lambda n: allow_int(n - 1))


def crement(x: Num) -> Num:
    """One further from zero; zero stays."""
    return _each(x, lambda n: allow_int(n + (n > 0) - (n < 0)))


def sign(x: Num) -> Num:
    """-1, 0 or 1."""
    return _each(x, lambda n: (n > 0) - (n < 0))


def even(n: Int) -> Bool:
    """Whether the Int is a multiple of two."""
    return n % 2 == 0


def positive(x: Int) -> Bool:
    """Whether the Int is above zero."""
    return x > 0


def greater(a: Int, b: Int) -> Bool:
    """Whether a is strictly above b."""
    return a > b


def toivec(i: Int) -> Pair:
    """The vector (i, 0) along the row axis."""
    return (i, 0)


def tojvec(j: Int) -> Pair:
    """The vector (0, j) along the column axis."""
    return (0, j)


def identity(x: Any) -> Any:
    """The argument itself."""
    return x


def equality(a: Any, b: Any) -> Bool:
    """Whether the values are equal as Python values."""
    return bool(a == b)


def contained(value: Any, container: Container) -> Bool:
    """Whether the value is a member of the container."""
    return value in container


def both(a: Bool, b: Bool) -> Bool:
    """``a`` when it is false, otherwise ``b``."""
    return a and b


def either(a: Bool, b: Bool) -> Bool:
    """``a`` when it is true, otherwise ``b``."""
    return a or b


def flip(b: Bool) -> Bool:
    """The opposite truth value, always a real Bool."""
    return not b


def branch(condition: Bool, a: Any, b: Any) -> Any:
    """``a`` when the condition is true, otherwise ``b``."""
    return a if condition else b
