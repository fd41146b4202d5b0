"""The stage of objects: grids are segmented, and rules of what is done to which object make programs."""

from __future__ import annotations

from collections.abc import Iterator

from kagglebatt.dsl.types import Grid
from kagglebatt.running.limit import Timer
from kagglebatt.running.outcome import is_grid
from kagglebatt.search.budget import Meter
from kagglebatt.search.graph.moves import GRID, Move, following
from kagglebatt.search.objects.object_rules import SHARE, ObjectRules, Step
from kagglebatt.search.objects.segmentation import WorkingGrids, segmentations, working_grids
from kagglebatt.search.packing import sizes
from kagglebatt.search.problem import Problem
from kagglebatt.search.recall import measured
from kagglebatt.search.result import Found
from kagglebatt.search.running import compiled, value_of

STAGE = "objects"
MOST_PARTIAL = 4
"""First steps after which a second one is looked for."""
COST_OF_STEP = 1.0
MOST_MOVES, COST_OF_MOVE = 12, 1.5
"""First steps that the graph goes on from."""
ENOUGH = 4.0
"""Where a program of one step that costs less fits all pairs, none of two steps is looked for."""


class ObjectStage:
    """The stage of objects on one task."""

    def __init__(self, problem: Problem, meter: Meter, clock: Timer) -> None:
        self.problem, self.meter, self.clock = problem, meter, clock
        self.colours = [colour for colour in problem.colours() if colour]
        self._seen: set[str] = set()
        self._best = 99.0
        self._partial: list[tuple[float, WorkingGrids, Step]] = []

    def programs(self) -> Iterator[Found]:
        """Programs for objects that fit at least one demo pair."""
        problem = self.problem
        before = problem.inputs[: problem.demos]
        if sizes(before) != sizes(problem.answers) or before == problem.answers:
            return
        for working in working_grids(problem):
            yield from self._steps(working, 1)
        if self._best > ENOUGH:
            for working in self._second():
                yield from self._steps(working, 2)

    def _steps(self, working: WorkingGrids, depth: int) -> Iterator[Found]:
        for segmentation in segmentations(working, self.clock):
            for step in ObjectRules(segmentation, self.colours, self.meter).steps():
                if self.meter.used_up(SHARE):
                    return
                if step.share < 1:
                    self._partial.append((step.share - 0.05 * step.cost, working, step))
                else:
                    yield from self._tried(working, step, depth)

    def _tried(self, working: WorkingGrids, step: Step, depth: int) -> Iterator[Found]:
        program = working.after(step.program)
        if program.address not in self._seen:
            self._seen.add(program.address)
            self.meter.spend()
            found = measured(program, self.problem, self.clock, STAGE, step.cost, depth, step.actions)
            if found.fitted == found.demos:
                self._best = min(self._best, found.cost)
            if found.fitted:
                yield found

    @staticmethod
    def is_likely(found: Found) -> bool:
        """Whether it is a reason to stop soon; what is dearer is often wrong on test inputs."""
        return found.cost <= ENOUGH

    def moves(self) -> Iterator[Move]:
        """The most promising first steps, for the graph: what they make are pieces, and other moves may follow."""
        if self._best > ENOUGH:
            for _, working, step in self._ordered()[:MOST_MOVES]:
                yield Move(following(working.program, step.program), GRID, GRID, COST_OF_MOVE, False)

    def _ordered(self) -> list[tuple[float, WorkingGrids, Step]]:
        return sorted(self._partial, key=lambda each: (-each[0], each[2].program.address))

    def _second(self) -> Iterator[WorkingGrids]:
        """What the most promising first steps make of the samples; no two that make the same."""
        seen: set[tuple[Grid, ...]] = set()
        for _, working, step in self._ordered():
            self.meter.spend()
            call = compiled(step.program)
            grids = tuple(value_of(call, self.clock, grid, ()) for grid in working.grids)
            if grids not in seen and all(map(is_grid, grids)):
                seen.add(grids)
                program = following(working.program, step.program)
                yield WorkingGrids(program, grids, working.answers, step.cost + COST_OF_STEP, working.emptied)
                if len(seen) == MOST_PARTIAL:
                    return
