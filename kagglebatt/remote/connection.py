"""That there is no connection to Kaggle, said in a few words: the client prints a line of three hundred characters."""

from __future__ import annotations

import re

_NONE = re.compile(r"Max retries exceeded with url|Failed to resolve|Failed to establish a new connection")
_HOST = re.compile(r"host='([^']+)'")
_REASON = re.compile(r"\[Errno -?\d+\] ([^()\"']+)|\[SSL: (\w+)\]|(timed out)")


def no_connection(said: str) -> str:
    """What keeps the client from Kaggle, by what it said; empty when it is something else.

    >>> no_connection("HTTPSConnectionPool(host='api.kaggle.com', port=443): Max retries exceeded with url: /v1/x "
    ...     "(Caused by NameResolutionError(\\"HTTPSConnection(host='api.kaggle.com', port=443): Failed to resolve "
    ...     "'api.kaggle.com' ([Errno -2] Name or service not known)\\"))")
    'Kaggle cannot be reached (api.kaggle.com: Name or service not known); see whether there is a network'
    """
    if not _NONE.search(said):
        return ""
    hosts, reasons = _HOST.findall(said), _REASON.findall(said)
    why = ": ".join([*hosts[-1:], *("".join(reason).strip() for reason in reasons[-1:])])  # the last is a proxy's own
    return f"Kaggle cannot be reached{f' ({why})' if why else ''}; see whether there is a network"
