"""Joblib's worker processes, which stay for minutes when their work is done."""

from __future__ import annotations

import sys


def end_idle_workers() -> None:
    """End them, where there are any."""
    used = sys.modules.get("joblib.externals.loky.reusable_executor")
    if used is not None and used._executor is not None:  # asked for by the public name, there would be one
        used._executor.shutdown(wait=True, kill_workers=True)
