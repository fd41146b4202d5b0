"""Reports as lines of text, in the words of the tools that came before: cache statistics, funnel, phase timings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kagglebatt.markup import as_time, plural

_TITLES = {"validation": "Validation Cache", "inlining": "Inlining Cache"}
_PROBES = {"probes": "Probe Cache"}
MOST_FOUND = 6
"""What an iteration found has so many lines at most."""
_MOST_LINES = 3
"""Newly solved tasks have so many lines at most."""
_MOST_NAMES = 8


def funnel(report: Mapping[str, Any]) -> Iterator[str]:
    """How many candidates were left after each stage of one iteration."""
    stages = report["funnel"]
    yield (
        f"iteration {report['iteration']} (seed {report['seed']}): {report['tasks']} tasks, "
        f"{report['samples']} samples, {report['candidates']} candidates, {report['seconds']:.2f} s"
    )
    yield (
        f"  {stages['outputs_scored']} outputs scored -> {stages['unique_candidates']} unique candidates"
        f" -> {stages['validated']} validated -> {stages['filed']} filed"
    )
    yield (
        f"  solved on demo {report['solved_demo']}, on test {report['solved_test']};"
        f" {report['executed']} executed, {report['timeouts']} timeouts"
    )
    if stages.get("undecided"):
        yield f"  {stages['undecided']} kept their time limit in only one of two runs; not filed, they are run again"
    if stages["disagreements"]:
        yield f"  {stages['disagreements']} verdicts DISAGREED with their claim and were not filed: a bug in kagglebatt"


def found(report: Mapping[str, Any], left: float | None = None) -> Iterator[str]:
    """What one iteration found, in three to six lines.

    Args:
        left: seconds until the end of the run, where that is known.
    """
    search, stages = report["search"], report["funnel"]
    yield (
        f"iteration {report['iteration']}: {search['bred']:,} offspring, {search['probes']:,} probes"
        f" -> {search['promising']:,} promising -> {report['candidates']} dealt -> {stages['unique_candidates']} right"
        f" on a demo pair -> {stages['validated']} validated -> {stages['filed']} filed"
    )
    yield from _discoveries(search)
    if stages["disagreements"]:
        yield f"  {stages['disagreements']} verdicts DISAGREED with their claim and were not filed: a bug in kagglebatt"
    took = search["seconds"] + report["seconds"]
    rate = f"{search['bred'] / took:,.0f} offspring/s" if took > 0 else ""
    parts = [f"solved so far {search['solved_so_far']} of {plural(report['tasks'], 'task')}", rate]
    yield "  " + ", ".join([*filter(None, parts), *([] if left is None else [f"about {as_time(left)} left"])])


def _discoveries(search: Mapping[str, Any]) -> Iterator[str]:
    solved, nearer = search["solved"], search["nearer"]
    told = solved if len(solved) <= _MOST_LINES else solved[: _MOST_LINES - 1]
    for each in told:
        yield f"  + {each['task']} by {_by(each)}"
    if len(told) < len(solved):
        yield f"  + {len(solved) - len(told)} more: {_listed([each['task'] for each in solved[len(told) :]])}"
    if nearer:
        best = max(nearer, key=lambda each: each["now"] - each["before"])
        others = f", and {len(nearer) - 1} more" if len(nearer) > 1 else ""
        yield f"  nearer: {best['task']} {best['before'] / 10:.0f} -> {best['now'] / 10:.0f} % by {_by(best)}{others}"
    if not solved and not nearer:
        yield "  nothing new"


def _by(discovery: Mapping[str, Any]) -> str:
    source = re.sub(r"\b([0-9a-f]{8})[0-9a-f]{24}\b", r"\1", discovery["source"])
    return f"~{discovery['operator']} from {source}" if discovery["operator"] else source


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (" ..." if len(names) > _MOST_NAMES else "")


def recalled(report: Mapping[str, Any]) -> Iterator[str]:
    """What one iteration had not to do again, in one line."""
    named = {"inlining": "bodies", "validation": "verdicts"}
    figures = {word: report["caches"][name] for name, word in named.items()}
    known = [f"{each['hits']:,} of {each['hits'] + each['misses']:,} {word}" for word, each in figures.items()]
    saved = sum(each["seconds_saved"] for each in figures.values())
    yield f"  known before: {', '.join(known)}, which once took {saved:.2f} s"


def cache_statistics(caches: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The cache statistics block; time saved is the sum of what the remembered entries once cost.

    A third part is there where something was probed: hits are probes, of a program on a task, that were not made again.
    """
    yield "=== Cache Statistics ==="
    titles = {**_TITLES, **_PROBES} if "probes" in caches else _TITLES
    for name, title in titles.items():
        figures = caches[name]
        total = figures["hits"] + figures["misses"]
        yield ""
        yield f"{title}:"
        yield f"  Hits: {figures['hits']}"
        yield f"  Misses: {figures['misses']}"
        yield f"  Total: {total}"
        yield f"  Hit Rate: {100 * figures['hits'] / total if total else 0.0:.1f}%"
        yield f"  Cache Size: {figures['size']} entries"
        yield f"  Time Saved: {figures['seconds_saved']:.3f}s"


def timings(report: Mapping[str, Any]) -> Iterator[str]:
    """Seconds by phase, and the speedup of each parallel one: processor seconds over clock seconds."""
    phases = report["phases"]
    for name in sorted(phases):
        yield f"{name}: {phases[name]:.3f}s"
    for name, speedup in sorted(report["speedup"].items()):
        yield f"{name} speedup: {speedup:.2f}x"
    for task, own in sorted(report["task_phases"].items()):
        yield f"{task}: " + ", ".join(f"{name.removeprefix('run_batt.')} {own[name]:.3f}s" for name in sorted(own))
