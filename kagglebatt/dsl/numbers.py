"""Numbers and vectors, logic and choice.

``Num`` means an Int or a Pair. Two Pairs are combined component by component; an Int with a Pair is applied to
both components. That is written out for each operation, since programs call nothing more often. A Bool
counts as 0 or 1 and gives an Int. Only components 0 and 1 of a tuple are looked at.
"""

from __future__ import annotations

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


_LEAST, _MOST = -MAX_INT, MAX_INT


def add(a: Num, b: Num) -> Num:
    """a + b.

    >>> add((2, 5), 1)
    (3, 6)
    """
    if isinstance(a, int):
        if isinstance(b, int):
            n = a + b
            return n if _LEAST < n < _MOST else allow_int(n)
        i, j = a + b[0], a + b[1]
    elif isinstance(b, int):
        i, j = a[0] + b, a[1] + b
    else:
        i, j = a[0] + b[0], a[1] + b[1]
    if _LEAST < i < _MOST and _LEAST < j < _MOST:
        return (i, j)
    raise TooLargeError("number out of range")


def subtract(a: Num, b: Num) -> Num:
    """a - b; an Int minus a Pair is a Pair."""
    if isinstance(a, int):
        if isinstance(b, int):
            n = a - b
            return n if _LEAST < n < _MOST else allow_int(n)
        i, j = a - b[0], a - b[1]
    elif isinstance(b, int):
        i, j = a[0] - b, a[1] - b
    else:
        i, j = a[0] - b[0], a[1] - b[1]
    if _LEAST < i < _MOST and _LEAST < j < _MOST:
        return (i, j)
    raise TooLargeError("number out of range")


def multiply(a: Num, b: Num) -> Num:
    """a times b, component by component."""
    if isinstance(a, int):
        if isinstance(b, int):
            n = a * b
            return n if _LEAST < n < _MOST else allow_int(n)
        i, j = a * b[0], a * b[1]
    elif isinstance(b, int):
        i, j = a[0] * b, a[1] * b
    else:
        i, j = a[0] * b[0], a[1] * b[1]
    if _LEAST < i < _MOST and _LEAST < j < _MOST:
        return (i, j)
    raise TooLargeError("number out of range")


def divide(a: Num, b: Num) -> Num:
    """The quotient rounded towards minus infinity; ZeroDivisionError when a divisor is 0."""
    if isinstance(a, int):
        if isinstance(b, int):
            n = a // b
            return n if _LEAST < n < _MOST else allow_int(n)
        i, j = a // b[0], a // b[1]
    elif isinstance(b, int):
        i, j = a[0] // b, a[1] // b
    else:
        i, j = a[0] // b[0], a[1] // b[1]
    if _LEAST < i < _MOST and _LEAST < j < _MOST:
        return (i, j)
    raise TooLargeError("number out of range")


def invert(n: Num) -> Num:
    """The number with its sign changed."""
    return -n if isinstance(n, int) else (-n[0], -n[1])


def double(n: Num) -> Num:
    """Twice the number."""
    if isinstance(n, int):
        n = n * 2
        return n if _LEAST < n < _MOST else allow_int(n)
    i = n[0] * 2
    if not _LEAST < i < _MOST:  # also what is no number, before anything else is said
        allow_int(i)
    j = n[1] * 2
    return (i, j) if _LEAST < i < _MOST and _LEAST < j < _MOST else (allow_int(i), allow_int(j))


def increment(x: Num) -> Num:
    """One more."""
    if isinstance(x, int):
        n = x + 1
        return n if _LEAST < n < _MOST else allow_int(n)
    i, j = x[0] + 1, x[1] + 1
    return (i, j) if _LEAST < i < _MOST and _LEAST < j < _MOST else (allow_int(i), allow_int(j))


def decrement(x: Num) -> Num:
    """One less."""
    if isinstance(x, int):
        n = x - 1
        return n if _LEAST < n < _MOST else allow_int(n)
    i, j = x[0] - 1, x[1] - 1
    return (i, j) if _LEAST < i < _MOST and _LEAST < j < _MOST else (allow_int(i), allow_int(j))


def crement(x: Num) -> Num:
    """One further from zero; zero stays."""
    if isinstance(x, int):
        n = x + (x > 0) - (x < 0)
        return n if _LEAST < n < _MOST else allow_int(n)
    i, j = x[0], x[1]
    i, j = i + (i > 0) - (i < 0), j + (j > 0) - (j < 0)
    return (i, j) if _LEAST < i < _MOST and _LEAST < j < _MOST else (allow_int(i), allow_int(j))


def halve(n: Num) -> Num:
    """Half the number, rounded towards minus infinity."""
    return n // 2 if isinstance(n, int) else (n[0] // 2, n[1] // 2)


def sign(x: Num) -> Num:
    """-1, 0 or 1."""
    return (x > 0) - (x < 0) if isinstance(x, int) else ((x[0] > 0) - (x[0] < 0), (x[1] > 0) - (x[1] < 0))


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
