"""Attempts from programs of several costs and answers."""

from __future__ import annotations

from itertools import permutations

from kagglebatt.search.graph.moves import written
from kagglebatt.search.invariants import Invariants
from kagglebatt.search.problem import Problem
from kagglebatt.search.rank import Leaders, attempts
from kagglebatt.search.result import Found

GRIDS = (((1,),), ((2,),), ((3,),))
PROBLEM = Problem((((0,),), ((4,),)), (((0,),),), ((), ()))
TEXTS = ("hmirror(I)", "vmirror(I)", "dmirror(I)", "cmirror(I)", "rot90(I)", "rot180(I)")


def found(text: str, answer: int, cost: float, fitted: int = 1) -> Found:
    return Found(written(text), "graph", fitted, 1, 1, 1, (GRIDS[answer],), cost)


def led(programs: list[Found]) -> Leaders:
    leaders = Leaders(PROBLEM)
    for each in programs:
        leaders.add(each)
    return leaders


def test_several_ways_to_an_answer_count_more_than_one() -> None:
    """Unless the one is much cheaper, or fits more pairs."""
    one = found(TEXTS[0], 0, 5.0)
    ways = [found(text, 1, 5.5) for text in TEXTS[1:5]]
    assert led([one, *ways]).attempts == ((GRIDS[1], GRIDS[0]),)
    assert led([found(TEXTS[0], 0, 2.0), *ways]).attempts == ((GRIDS[0], GRIDS[1]),)
    assert led([one, *[found(text, 1, 1.0, fitted=0) for text in TEXTS[1:]]]).attempts == ((GRIDS[0], GRIDS[1]),)


def test_the_order_in_which_programs_come_changes_nothing() -> None:
    """Neither the attempts nor the programs that are named for them."""
    programs = [found(text, number % 3, 3.0 + number % 2) for number, text in enumerate(TEXTS[:5])]
    ends = {(leaders.attempts, leaders.found) for leaders in map(led, map(list, permutations(programs)))}
    assert len(ends) == 1
    assert {each.answers[0] for each in ends.pop()[1]} == set(led(programs).attempts[0])


def test_an_answer_that_breaks_an_invariant_comes_behind_one_that_does_not() -> None:
    """Unless it is much cheaper; the cost that is remembered for the next search is without invariants."""
    grids = tuple(((number, 0),) for number in (1, 2, 3))
    eights = ((8, 0),)
    problem = Problem(grids, (eights, eights), ((), (), ()))
    programs = [
        Found(written(TEXTS[0]), "graph", 2, 2, 1, 1, (((7, 0),),), 3.0),
        Found(written(TEXTS[1]), "graph", 2, 2, 1, 1, (eights,), 5.0),
    ]
    orders = []
    for invariants in (None, Invariants(problem)):
        leaders = Leaders(problem, invariants)
        for each in programs:
            leaders.add(each)
        orders.append([each.cost for each in leaders.found])
    assert orders == [[3.0, 5.0], [5.0, 3.0]]


def test_where_answers_repeat_the_attempts_are_among_them() -> None:
    """Those that programs give come first, then the most frequent ones; where few repeat, all of it is as ever."""
    one, two, other = ((1,),), ((2,),), ((7,),)
    inputs = tuple(((number, 0),) for number in range(6))
    often, rarely = ((two, one, one, two, one), (two, one, one, other, ((3,),)))
    guesses = [Found(written(TEXTS[0]), "graph", 3, 5, 1, 1, (other,), 1.0)]
    known = [*guesses, Found(written(TEXTS[1]), "graph", 1, 5, 1, 1, (two,), 9.0)]
    chosen = []
    for answers, programs in ((often, []), (often, guesses), (often, known), (rarely, guesses)):
        problem = Problem(inputs, answers, ((),) * 6)
        invariants = Invariants(problem)
        leaders = Leaders(problem, invariants)
        for each in programs:
            leaders.add(each)
        chosen.append(attempts(leaders.ranked, problem, invariants)[0])
    assert chosen == [(one, two), (one, two), (two, one), (other,)]
