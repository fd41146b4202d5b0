"""What the stage of objects learns from demo pairs."""

from __future__ import annotations

from random import Random

from kagglebatt.running.limit import Timer
from kagglebatt.search.budget import Budget, Meter
from kagglebatt.search.graph.moves import written
from kagglebatt.search.knowledge import Knowledge
from kagglebatt.search.objects.objects import ObjectStage
from kagglebatt.search.problem import Problem
from kagglebatt.search.running import compiled, guarded
from kagglebatt.search.search import search
from kagglebatt.tasks.task import Task, parse_task

SHAPES = ("1", "11", "111", "11 11", "1 1", "111 101 111", "101 111", "1 1 1", "11 01", "111 010")


def grid_of_objects(rng: Random, colours=(5,), ground: int = 0) -> list[list[int]]:
    """Some shapes that do not touch, on 12 x 12 cells."""
    grid = [[ground] * 12 for _ in range(12)]
    for i in range(0, 12, 4):
        for j in range(0, 12, 4):
            if rng.random() < 0.75:
                colour = rng.choice(colours)
                for down, row in enumerate(rng.choice(SHAPES).split()):
                    for right, cell in enumerate(row):
                        if cell == "1":
                            grid[i + down][j + right] = colour
    return grid


def made(text: str, colours=(5,), ground: int = 0) -> Task:
    """Four demo pairs and one test pair whose answers an expression gives."""
    call = compiled(written(text))
    rng = Random(7)
    pairs = []
    for _ in range(5):
        grid = grid_of_objects(rng, colours, ground)
        pairs.append({"input": grid, "output": [list(row) for row in call(tuple(map(tuple, grid)), ())]})
    return parse_task("made", {"train": pairs[:-1], "test": pairs[-1:]}, "made")


def stamping() -> Task:
    """A cross of two colours, and single cells of its middle's colour that become such crosses."""
    pairs = []
    rng = Random(3)
    for _ in range(4):
        grid = [[0] * 12 for _ in range(12)]
        middles = rng.sample([(i, j) for i in (1, 5, 9) for j in (1, 5, 9)], 4)
        answer = [row[:] for row in grid]
        colour = rng.choice((1, 3, 4))
        for number, (i, j) in enumerate(middles):
            for target in (grid, answer) if number == 0 else (answer,):
                target[i - 1][j] = target[i + 1][j] = target[i][j - 1] = target[i][j + 1] = colour
            grid[i][j] = answer[i][j] = 2
        pairs.append({"input": grid, "output": answer})
    return parse_task("made", {"train": pairs[:-1], "test": pairs[-1:]}, "made")


def learned(task: Task) -> bool:
    problem = Problem.of(task)
    with guarded() as clock:
        assert isinstance(clock, Timer)
        found = sorted(
            ObjectStage(problem, Meter(Budget()), clock).programs(), key=lambda each: (-each.fitted, each.cost)
        )
    return bool(found) and found[0].answers == tuple(sample.answer for sample in task.test)


def test_some_objects_get_another_colour() -> None:
    """The largest; those with a hole; each by its size."""
    assert learned(made("overlaid(I,apply(rbind(tint,TWO),keepmost(layers(I,T,F),filled)))"))
    assert learned(made("overlaid(I,apply(rbind(tint,TWO),sfilter(layers(I,T,F),matcher(holecount,ONE))))"))
    by_size = "markparts(I,compose(rbind(add,ONE),filled),T,F)"
    assert learned(made(by_size))


def test_some_objects_vanish() -> None:
    """What another colour than 0 surrounds, too."""
    text = "erased(I,sfilter(layers(I,T,F),matcher(filled,ONE)))"
    assert learned(made(text))
    emptied = "switch(I,ZERO,mostcolor(I))"
    assert learned(made(f"switch({text.replace('I', emptied)},ZERO,mostcolor(I))", ground=8))


def test_some_objects_move_and_others_stay() -> None:
    """Those of one colour, until something stops them."""
    assert learned(
        made(
            "overlaid(erased(I,layers(keepcolor(I,ONE),T,F)),apply(pushed(I,DOWN),layers(keepcolor(I,ONE),T,F)))",
            colours=(1, 2),
        )
    )


def test_objects_move_to_others() -> None:
    """To the topmost row of another colour."""
    movers = "layers(keepcolor(I,ONE),T,F)"
    moved = f"apply(lbind(levelled,keepcolor(I,TWO)),{movers})"
    assert learned(made(f"overlaid(erased(I,{movers}),{moved})", colours=(1, 2)))


def test_objects_are_filled() -> None:
    """What lies in an object's holes."""
    assert learned(made("overlaid(I,apply(compose(rbind(tint,THREE),rbind(holes,F)),layers(I,T,F)))"))


def test_objects_make_copies_and_lines() -> None:
    """The largest where a part of it lies; lines to what lies in the way."""
    assert learned(made("underlaid(I,apply(lbind(linked,I),layers(I,T,F)))", colours=(1,)))
    assert learned(stamping())


def test_two_steps_one_after_another() -> None:
    """What vanishes, and then, of what is left, what is filled."""
    cleaned = "erased(I,sfilter(layers(I,T,F),matcher(filled,ONE)))"
    filling = "overlaid(X,apply(compose(rbind(tint,THREE),rbind(holes,F)),layers(X,T,F)))"
    assert learned(made(filling.replace("X", cleaned)))


def test_an_action_may_be_missing_in_one_pair() -> None:
    """A colour that only some pairs have has a rim of its own."""
    rims = "apply(compose(rbind(tint,{}),rounded),layers(keepcolor(I,{}),T,F))"
    made_by = f"overlaid(overlaid(I,{rims.format('THREE', 'ONE')}),{rims.format('FOUR', 'TWO')})"
    sparse = [[[0] * 12 for _ in range(12)] for _ in range(4)]
    for grid, colours in zip(sparse, ((1,), (2, 2), (1, 2), (2, 1)), strict=True):
        for place, colour in enumerate(colours):
            grid[3 + 4 * place][2 + 5 * place] = colour
    call = compiled(written(made_by))
    pairs = [{"input": grid, "output": [list(row) for row in call(tuple(map(tuple, grid)), ())]} for grid in sparse]
    assert learned(parse_task("made", {"train": pairs[:-1], "test": pairs[-1:]}, "made"))


def test_first_steps_are_moves() -> None:
    """Where no program of one step is enough, the graph goes on from what explains a part."""
    tinted = "overlaid(I,apply(rbind(tint,TWO),keepmost(layers(I,T,F),filled)))"
    problem = Problem.of(made(f"fill({tinted},EIGHT,hfrontier(astuple(increment(TEN),ZERO)))"))
    with guarded() as clock:
        objects = ObjectStage(problem, Meter(Budget(work=20_000)), clock)
        assert not list(objects.programs())
        moves = list(objects.moves())
    assert any(
        compiled(move.program)(problem.inputs[0], ()) == compiled(written(tinted))(problem.inputs[0], ())
        for move in moves
    )


def test_the_search_begins_with_objects() -> None:
    """And can be told to leave them out."""
    task = made("overlaid(I,apply(rbind(tint,TWO),sfilter(layers(I,T,F),matcher(rimsides,ONE))))")
    result = search(task, Knowledge(), Budget(work=3_000))
    assert result.found[0].stage == "objects"
    without = search(task, Knowledge(), Budget(work=100), without=("objects",))
    assert all(each.stage != "objects" for each in without.found)
