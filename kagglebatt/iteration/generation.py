"""What one iteration does before it runs a hand: targets, offspring, probes, and a hand of the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from kagglebatt.home.archive import Archive
from kagglebatt.home.directory import Home
from kagglebatt.home.ranking import Filing
from kagglebatt.home.stones import STONES_PER_TASK, Stone
from kagglebatt.iteration.breed import Bred, breed
from kagglebatt.iteration.choose import Choice
from kagglebatt.iteration.dealt import Dealt, choices_of, nearest_of, operators_of, origins_of, seated, waiting
from kagglebatt.iteration.parents import Breeders, Parents
from kagglebatt.iteration.probing import Found, probe_offspring
from kagglebatt.iteration.progress import Progress
from kagglebatt.programs.offspring import GIVEN, Origin
from kagglebatt.programs.program import md5
from kagglebatt.programs.task_constants import constants_of
from kagglebatt.report import Discovery, Search
from kagglebatt.running.nearness import EXACT
from kagglebatt.running.probe import Target
from kagglebatt.running.worker_pool import WorkerPool
from kagglebatt.settings import Settings
from kagglebatt.stop import Stop
from kagglebatt.tasks.task import Task


class Generation:
    """The offspring of one iteration, from the state of the home that it begins with.

    Attributes:
        targets: the tasks that are not solved, by content.
    """

    def __init__(self, settings: Settings, tasks: Sequence[Task], home: Home, breeders: Breeders) -> None:
        self._settings, self._tasks, self._home, self._breeders = settings, tasks, home, breeders
        self.iteration = home.archive.next_iteration
        solved = solved_contents(home.archive, tasks)
        self.targets = {task.digest: task for task in tasks if task.digest not in solved}
        self._stones: dict[str, list[Stone]] = {content: [] for content in self.targets}
        for stone in home.archive.stones():
            if stone.content in self._stones:
                self._stones[stone.content].append(stone)
        self.parents: Parents = breeders.parents(home.archive, list(self.targets))

    @property
    def _draw(self) -> str:
        return f"{self._settings.seed}/{self._settings.shard or '1/1'}"

    @property
    def _seconds(self) -> float:
        return self._settings.probe_ms / 1000

    def breed(self) -> Bred:
        """The offspring: the same for the same seed, iteration, shard and home."""
        seen = self._home.cache.probed.seen(self.iteration, self._draw, self._seconds, list(self.targets))
        constants = {content: constants_of(task.pairs) for content, task in self.targets.items()}
        counts = self._home.archive.operator_counts()
        rng = Random(f"{self._draw}/{self.iteration}/breed")
        return breed(self._settings.offspring, self.parents, constants, counts, seen, rng)

    def probe(self, bred: Bred, pool: WorkerPool, progress: Progress, stop: Stop) -> Found:
        """What came near."""
        if not bred.offspring:
            return Found()
        cache = self._home.cache
        batch = cache.probed.batch(self.iteration, self._draw, self._seconds, bred.digests)
        targets = {content: self._target(content) for content in self.targets}
        return probe_offspring(bred, targets, batch, cache, self._seconds, pool, progress, stop)

    def _target(self, content: str) -> Target:
        stones = self._stones[content]
        nearest = stones[-1].nearness if len(stones) >= STONES_PER_TASK else 0
        return Target(self.targets[content], frozenset(stone.first for stone in stones), nearest)

    def choices(self, bred: Bred, found: Found) -> list[Choice]:
        """What may have a seat: what came near now, and exact programs that had none before."""
        stones = [stone for own in self._stones.values() for stone in own]
        before = waiting(self._home.archive, stones, self.parents.stones, self._breeders.names)
        return [*before, *choices_of(bred, found, self.targets)]

    def deal(self, bred: Bred, found: Found, chosen: Sequence[Choice], replaced: Mapping[str, Origin]) -> Dealt:
        """The hand of what was chosen, and what is filed with it.

        Args:
            replaced: origins, by md5, of programs that were made smaller.
        """
        hand, wanted = seated(chosen, self._breeders.differs(self._home.archive), self.targets)
        near = nearest_of(bred, found, self.targets)
        programs = [(md5(choice.program.body), choice.origin) for choice in chosen]
        programs += [(stone.md5, bred.offspring[number].origin) for number, stone in near]
        return Dealt(
            hand=hand,
            wanted=wanted,
            stones=[stone for _, stone in near],
            origins=origins_of([*programs, *replaced.items()], self.parents.origins, self._breeders.filed),
            operators=operators_of(bred, found, self.targets),
            search=self._search(bred, found, near),
        )

    def _search(self, bred: Bred, found: Found, near: Sequence[tuple[int, Stone]]) -> Search:
        nearer: list[Discovery] = []
        for number, stone in near:
            before = max((each.nearness for each in self._stones[stone.content]), default=0)
            if stone.nearness > before and all(each.task != stone.task for each in nearer):
                nearer.append(self._discovery(bred, number, stone, before))
        return Search(
            bred=len(bred.offspring),
            probes=found.probes,
            made=found.made,
            became=dict(sorted(found.counts.items())),
            promising=sum(map(len, found.promising.values())),
            nearer=nearer,
        )

    def _discovery(self, bred: Bred, number: int, stone: Stone, before: int) -> Discovery:
        whole = EXACT * stone.demos
        operator = bred.offspring[number].origin.operator
        return Discovery(
            stone.task,
            "" if operator == GIVEN else operator,
            bred.names[number],
            1000 * before // whole,
            1000 * stone.nearness // whole,
        )


def solved_contents(archive: Archive, tasks: Sequence[Task], on_tests: bool = False) -> set[str]:
    """The tasks, by content, that have an accepted solver that is right on every demo pair.

    Args:
        on_tests: and on every test pair; for reports only.
    """
    by_id = {task.id: task.digest for task in tasks}
    wanted = {task.digest for task in tasks}
    found = {
        entry.content or by_id.get(entry.task, "")
        for entry in archive.entries()
        if entry.o_score == entry.demos and (not on_tests or 0 < entry.tests == entry.test_score)
    }
    return found & wanted


def tell_solved(
    search: Search, archive: Archive, tasks: Sequence[Task], owners: Mapping[str, str], filings: Sequence[Filing]
) -> None:
    """Note which tasks are solved now, and by what.

    Args:
        archive: before these solvers are filed.
        owners: of candidates, by md5.
    """
    before, right = (solved_contents(archive, tasks, on_tests) for on_tests in (False, True))
    mine = {task.digest: task.id for task in tasks}
    after, right_after = set(before), set(right)
    for filing in filings:
        scores = filing.verdict.measured
        if filing.content not in mine or scores.o_score < scores.demos:
            continue
        if filing.content not in after:
            name, _, operator = owners[filing.verdict.md5].partition(" ~")
            search.solved.append(Discovery(mine[filing.content], operator, name))
        after.add(filing.content)
        if 0 < scores.tests == scores.test_score:
            right_after.add(filing.content)
    search.solved_so_far, search.right_so_far = len(after), len(right_after)
    solved = {each.task for each in search.solved}
    search.nearer = [each for each in search.nearer if each.task not in solved]
