"""What was probed: no program is probed twice on a task, in any process, kernel or machine.

A *batch* is what was bred and probed together: 8 bytes of each body's md5, in order, with the iteration, how it was
drawn (seed and shard) and the time limit. For each task that it was probed on there is what was found, so that an
interrupted iteration goes on with the tasks that are left. What was found is kept of the newest iterations alone, of
older ones only which tasks are done and what that took: some 10 bytes a program.

It lies in the cache's file, and may be lost without harm. Batches are named by a digest of what they are, and folding
and dropping go by the iteration alone, oldest first; so homes may be merged in any order.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from kagglebatt.home import probed_rows
from kagglebatt.home.entries import EntryFile
from kagglebatt.home.files import read_json
from kagglebatt.home.probed_rows import BODY_BYTES, BatchRow, ProbedRow, Taken, batch_row

Trying = Callable[..., Any]
_PART_CHARACTERS = 1_000_000


def body_digest(md5: str) -> bytes:
    """What stands for a body, 8 bytes of its md5."""
    return bytes.fromhex(md5[: 2 * BODY_BYTES])


class Near(NamedTuple):
    """One program of a batch that came near on a task; what the fields mean is said where they are measured."""

    number: int
    o_score: int
    similarity: int
    nearness: int
    outputs: bytes
    first: bytes


class Found(NamedTuple):
    """What probing a batch on one task found: what came near, and counts of the rest; and what it took."""

    near: tuple[Near, ...]
    counts: tuple[int, ...]
    seconds: float
    probes: int


@dataclass
class _Batch:
    """A batch as this process knows it: what each of the tasks that are done took, by content."""

    row: BatchRow
    done: dict[str, Taken]

    @property
    def size(self) -> int:
        return len(self.row.bodies) // BODY_BYTES


class Seen:
    """Bodies that were probed before on tasks that are wanted now; look-ups cost the same however many there are."""

    def __init__(self, memory: ProbedBatches, wanted: frozenset[str]) -> None:
        self._memory, self._wanted = memory, wanted
        self._whole: dict[bytes, float] = {}
        self._groups = {wanted: self._whole}
        self._added: set[bytes] = set()

    def narrow(self, wanted: frozenset[str]) -> bool:
        """Go on with fewer tasks, as is the rule from one iteration to the next; False when there are others."""
        if not wanted <= self._wanted:
            return False
        groups: dict[frozenset[str], dict[bytes, float]] = {wanted: self._whole}
        for done, bodies in self._groups.items():
            known = groups.setdefault(done & wanted, bodies)
            if known is not bodies:
                known.update(bodies)
        self._groups, self._wanted = {done: bodies for done, bodies in groups.items() if done or not wanted}, wanted
        return True

    def add(self, batch: _Batch) -> None:
        """Add what a batch was probed on, once; each of its probes stands for its share of the seconds."""
        done = self._wanted.intersection(batch.done)
        if batch.row.id in self._added or not done or not batch.size:
            return
        self._added.add(batch.row.id)
        taken = [batch.done[content] for content in done]
        share = sum(each.seconds for each in taken) / max(1, sum(each.probes for each in taken))
        bodies = struct.unpack(f"{BODY_BYTES}s" * batch.size, batch.row.bodies)
        self._groups.setdefault(done, {}).update(dict.fromkeys(bodies, share))

    def done(self, body: bytes) -> frozenset[str]:
        """The wanted tasks, by content, that a body was probed on."""
        return frozenset().union(*(done for done, bodies in self._groups.items() if body in bodies))

    def __contains__(self, body: bytes) -> bool:
        """Whether a body was probed on all tasks that are wanted."""
        return body in self._whole or (len(self._groups) > 1 and self.done(body) == self._wanted)

    def knows(self, bodies: Callable[[], Iterable[bytes]]) -> bool:
        """Whether any of these was probed on any wanted task; they are asked for where there is something at all."""
        groups = [known.keys() for done, known in self._groups.items() if done and known]
        asked = list(bodies()) if groups else []
        return any(not known.isdisjoint(asked) for known in groups)

    def left(self, body: bytes, contents: Sequence[str]) -> list[str]:
        """Those of some wanted tasks that a body was not probed on; the others are counted as hits."""
        done = self.done(body)
        if not done:
            return list(contents)
        left = [content for content in contents if content not in done]
        share = max(bodies.get(body, 0.0) for bodies in self._groups.values())
        known = len(contents) - len(left)
        self._memory.count_hits(known, share * known)
        return left


class ProbedBatches:
    """The batches of one home. What is stored stays in this process until the cache is saved.

    Attributes:
        hits: probes (of a program on a task) that were not made again.
        misses: probes that were made.
        seconds_saved: what the hits once took.
    """

    def __init__(self, vocabulary: Callable[[], str], trying: Trying) -> None:
        """Args: ``vocabulary`` gives the digest of the installed one; ``trying`` asks the cache's file."""
        self._vocabulary, self._trying = vocabulary, trying
        self._batches: dict[bytes, _Batch] | None = None
        self._found: dict[bytes, dict[str, Found]] = {}
        self._unsaved: dict[bytes, dict[str, Found]] = {}
        self._seen: tuple[tuple[Any, ...], Seen] | None = None
        self.restart_counts()

    def restart_counts(self) -> None:
        """Count from zero again, for the next iteration."""
        self.hits, self.misses, self.seconds_saved = 0, 0, 0.0

    def count_hits(self, probes: int, seconds: float) -> None:
        """Count probes that were not made again, and what they once took."""
        self.hits += probes
        self.seconds_saved += seconds

    @property
    def _known(self) -> dict[bytes, _Batch]:
        if self._batches is None:
            rows = self._trying(lambda entries: list(probed_rows.read_batches(entries.connection)), default=[])
            self._batches = {row.id: _Batch(row, {}) for row in rows}
            for part in self._trying(lambda entries: list(probed_rows.read_probed(entries.connection)), default=[]):
                if part.batch in self._batches:
                    self._batches[part.batch].done.update(probed_rows.split(part.contents))
        return self._batches

    def forget(self) -> None:
        """Read the file again when something is asked: it was changed."""
        self._batches = self._seen = None
        self._found.clear()

    def batch(self, iteration: int, draw: str, limit: float, bodies: Sequence[bytes]) -> bytes:
        """The id of a batch, known or new.

        Args:
            draw: what else decides what is bred: the seed, the shard.
            limit: seconds that a program has on a pair; to the millisecond.
            bodies: their digests, in order.
        """
        row = batch_row(self._vocabulary(), iteration, draw, round(1000 * limit), b"".join(bodies))
        self._known.setdefault(row.id, _Batch(row, {}))
        return row.id

    def seen(self, before: int, draw: str, limit: float, contents: Collection[str]) -> Seen:
        """What was probed on tasks of these contents, but for what this iteration itself draws.

        So an iteration that was interrupted, and is begun again, breeds what it bred.

        Args:
            before: the number of this iteration.
            draw: as for ``batch``.
            limit: what was probed with a smaller one does not count.
        """
        wanted, vocabulary, milliseconds = frozenset(contents), self._vocabulary(), round(1000 * limit)
        kind, known = (vocabulary, milliseconds, draw), self._seen
        if known is None or known[0][:-1] != kind or known[0][-1] > before or not known[1].narrow(wanted):
            known = ((), Seen(self, wanted))
        self._seen = ((*kind, before), known[1])
        for batch in self._known.values():
            row = batch.row
            earlier = row.iteration < before or (row.iteration == before and row.draw != draw)
            if earlier and row.vocabulary == vocabulary and row.milliseconds >= milliseconds:
                known[1].add(batch)
        return known[1]

    def tasks_of(self, batch: bytes) -> frozenset[str]:
        """The contents of the tasks that a batch was probed on."""
        return frozenset(self._known[batch].done)

    def found(self, batch: bytes, content: str) -> Found | None:
        """What a batch found on a task, counted as hits; None where that is not known, or not any more."""
        found = (self._unsaved.get(batch, {}).get(content)) or self._remembered(batch).get(content)
        if found is not None:
            self.count_hits(found.probes, found.seconds)
        return found

    def _remembered(self, batch: bytes) -> dict[str, Found]:
        """What is in the file, of one batch at a time: it is the one that an interrupted iteration goes on with."""
        if batch not in self._found:
            parts = self._trying(lambda entries: list(probed_rows.read_probed(entries.connection, batch)), default=[])
            self._found = {batch: {content: each for part in reversed(parts) for content, each in _read(part).items()}}
        return self._found[batch]

    def store(
        self,
        batch: bytes,
        content: str,
        near: Sequence[Sequence[Any]],
        counts: Sequence[int],
        seconds: float,
        probes: int | None = None,
    ) -> None:
        """Remember what a batch found on a task, counted as misses.

        Args:
            near: values as ``Near`` has them.
            counts: whole numbers, as the caller likes them.
            seconds: that it took of the processor.
            probes: of how many of its programs, where the others had been probed on it before.
        """
        known = self._known[batch]
        made = known.size if probes is None else probes
        self.misses += made
        known.done[content] = Taken(seconds, made)
        rows = tuple(Near(*each) for each in near)
        self._unsaved.setdefault(batch, {})[content] = Found(rows, tuple(counts), seconds, made)

    @property
    def unsaved(self) -> bool:
        """Whether something is not yet in the file."""
        return bool(self._unsaved)

    def write(self, entries: EntryFile) -> None:
        """Put what is not yet in the file into it, a few rows at most; within a transaction of the caller's."""
        for batch, found in self._unsaved.items():
            probed_rows.put_batch(entries.connection, self._known[batch].row)
            for names, text in _texts(found):
                contents = probed_rows.joined({name: Taken(*found[name][2:]) for name in names})
                row = ProbedRow(batch, probed_rows.part_name(contents, text), contents, text)
                probed_rows.put_probed(entries.connection, row)
        if self._unsaved:
            probed_rows.tidy(entries.connection)

    def written(self) -> None:
        """The caller's transaction was committed."""
        self._unsaved.clear()
        self._found.clear()

    def rows(self) -> tuple[list[BatchRow], list[ProbedRow]]:
        """All that is in the file and as it was written."""
        batches = self._trying(lambda entries: list(probed_rows.read_batches(entries.connection)), default=[])
        return batches, self._trying(lambda entries: list(probed_rows.read_probed(entries.connection)), default=[])

    def adopt(self, entries: EntryFile, rows: tuple[list[BatchRow], list[ProbedRow]]) -> None:
        """Take over what another home remembers; within a transaction of the caller's."""
        batches, parts = rows
        if not batches:
            return
        for batch in batches:
            probed_rows.put_batch(entries.connection, batch)
        for part in parts:
            probed_rows.put_probed(entries.connection, part)
        probed_rows.tidy(entries.connection)
        self.forget()

    @property
    def size(self) -> int:
        """Bodies remembered and saved."""
        query = f"SELECT coalesce(sum(length(bodies)), 0) / {BODY_BYTES} FROM batch"
        return int(self._trying(lambda entries: entries.connection.execute(query).fetchone()[0], default=0))

    def figures(self) -> dict[str, Any]:
        """hits, misses, size and seconds_saved."""
        saved = round(self.seconds_saved, 6)
        return {"hits": self.hits, "misses": self.misses, "size": self.size, "seconds_saved": saved}


def _texts(found: Mapping[str, Found]) -> Iterator[tuple[list[str], str]]:
    """What was found as JSON, in parts that are not too long, each with the contents that it is of."""
    part: dict[str, str] = {}
    for content, each in sorted(found.items()):
        near = [(*row[:4], row.outputs.hex(), row.first.hex()) for row in each.near]
        text = json.dumps([each.counts, near], separators=(",", ":"))
        if part and sum(map(len, part.values())) + len(text) > _PART_CHARACTERS:
            yield list(part), _joined(part)
            part = {}
        part[content] = text
    yield list(part), _joined(part)


def _joined(part: Mapping[str, str]) -> str:
    return "{" + ",".join(f'"{content}":{text}' for content, text in part.items()) + "}"


def _read(part: ProbedRow) -> dict[str, Found]:
    """What one part says, by content; nothing where it is not as it is written here, or was folded."""
    try:
        taken = probed_rows.split(part.contents)
        found = read_json(part.found) or {}
        return {content: _found(counts, near, taken[content]) for content, (counts, near) in found.items()}
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError):
        return {}


def _found(counts: Sequence[Any], near: Sequence[Any], taken: Taken) -> Found:
    rows: list[Any] = [(*map(int, row[:4]), *map(bytes.fromhex, row[4:])) for row in near]
    return Found(tuple(Near(*row) for row in rows), tuple(map(int, counts)), *taken)
