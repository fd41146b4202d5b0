"""The vocabulary, to look things up in while a program is written."""

from __future__ import annotations

from kagglebatt.api.listing import summary
from kagglebatt.api.table import Table
from kagglebatt.dsl.constants import CONSTANTS, type_of_constant
from kagglebatt.dsl.registry import PRIMITIVES


def primitives(name: str = "") -> Table:
    """The primitives and constants whose name contains a text, or all; with types and what they do.

    >>> import kagglebatt as kb
    >>> kb.primitives("upscale").column("name")
    ['hupscale', 'upscale', 'vupscale']
    >>> kb.primitives("TEN")[0]["does"]
    'the value 10'
    """
    rows = [
        {
            "name": each.name,
            "takes": ", ".join(each.parameters),
            "gives": each.result,
            "does": summary(each.name),
        }
        for each in PRIMITIVES.values()
        if name in each.name
    ]
    rows += [
        {"name": each, "takes": "", "gives": type_of_constant(each), "does": f"the value {value!r}"}
        for each, value in CONSTANTS.items()
        if name in each
    ]
    return Table("vocabulary", rows, most=len(rows))
