"""Probing an iteration's offspring: what was found before an interruption is remembered, the rest is probed now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from time import monotonic

from kagglebatt.home.cache import Cache
from kagglebatt.iteration.breed import Bred
from kagglebatt.iteration.progress import Progress, StageProgress
from kagglebatt.running.probe import ProbeCounts, Promising, Target, probe
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.stop import Stop

SAVE_SECONDS = 5.0
"""What was found is saved so often, and when probing ends."""


@dataclass
class Found:
    """What probing found.

    Attributes:
        promising: by content of the task.
        counts: sums of what became of offspring.
        probes: how many there were, offspring times tasks.
        made: how many of them were made now.
    """

    promising: dict[str, list[Promising]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    probes: int = 0
    made: int = 0


def probe_offspring(
    bred: Bred,
    targets: Mapping[str, Target],
    batch: bytes,
    cache: Cache,
    seconds: float,
    pool: WorkerPool,
    progress: Progress,
    stop: Stop,
) -> Found:
    """Probe every offspring on the tasks that it is wanted on.

    Args:
        targets: by content.
        batch: under which it is remembered; each task is, as soon as it is done.
        seconds: of the processor that one may take on one pair.

    Raises:
        StoppedError: it was asked to end; what was probed is remembered.
    """
    found = Found()
    left = []
    for content in targets:
        found.probes += len(bred.wanted[content])
        known = cache.probed.found(batch, content)
        if known is None:
            left.append(content)
        else:
            found.promising[content] = [Promising(*each) for each in known.near]
            found.counts.update(asdict(ProbeCounts(*known.counts)))
    if left:
        _probe_rest(bred, targets, left, batch, cache, seconds, pool, found, progress, stop)
    found.promising = {content: found.promising[content] for content in targets}  # however they came
    return found


def _probe_rest(
    bred: Bred,
    targets: Mapping[str, Target],
    left: Sequence[str],
    batch: bytes,
    cache: Cache,
    seconds: float,
    pool: WorkerPool,
    found: Found,
    progress: Progress,
    stop: Stop,
) -> None:
    stop.check()
    programs = [each.program for each in bred.offspring]
    wanted = [bred.wanted[content] for content in left]
    done, saved = StageProgress("probe", sum(map(len, wanted)), progress, stop), monotonic()
    try:
        for each in probe(programs, [targets[content] for content in left], pool, seconds, wanted, done):
            content = left[each.place]
            found.promising[content] = list(each.promising)
            found.counts.update(asdict(each.counts))
            found.made += len(wanted[each.place])
            rows = [astuple(one) for one in each.promising]
            cache.probed.store(batch, content, rows, each.counts.as_ints, each.seconds, len(wanted[each.place]))
            stop.check()
            if monotonic() - saved > SAVE_SECONDS:
                cache.save()
                saved = monotonic()
    finally:
        cache.save()
