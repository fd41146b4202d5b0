"""Solvers of ARC-AGI-1 training tasks, each right on every demo and test pair of the task that it is named after.

Written for this package, by hand or by its own search. One data file in the order of the dataset, however long:
nobody reads it through, and a reader looks for one name.
"""

from dsl import *
from constants import *


def solve_007bbfb7(I):
    x1 = palette(I)
    x2 = other(x1, ZERO)
    x3 = ofcolor(I, x2)
    x4 = shape(I)
    x5 = lbind(multiply, x4)
    x6 = apply(x5, x3)
    x7 = prapply(add, x6, x3)
    x8 = multiply(x4, x4)
    x9 = canvas(ZERO, x8)
    O = fill(x9, x2, x7)
    return O


def solve_00d62c1b(I):
    x1 = ofcolor(I, ZERO)
    x2 = asindices(I)
    x3 = box(x2)
    x4 = intersection(x1, x3)
    x5 = lbind(mapply, dneighbors)
    x6 = fork(combine, identity, x5)
    x7 = lbind(intersection, x1)
    x8 = compose(x7, x6)
    x9 = size(x3)
    x10 = power(x8, x9)
    x11 = x10(x4)
    x12 = replace(I, ZERO, FOUR)
    O = fill(x12, ZERO, x11)
    return O


def solve_017c7c7b(I):
    x1 = asobject(I)
    x2 = vperiod(x1)
    x3 = astuple(x2, THREE)
    x4 = crop(I, ORIGIN, x3)
    x5 = repeat(x4, NINE)
    x6 = merge(x5)
    x7 = astuple(NINE, THREE)
    x8 = crop(x6, ORIGIN, x7)
    O = replace(x8, ONE, TWO)
    return O


def solve_025d127b(I):
    x1 = objects(I, T, T, T)
    x2 = fork(combine, hfrontier, vfrontier)
    x3 = compose(x2, lrcorner)
    x4 = fork(intersection, toindices, x3)
    x5 = rbind(shift, RIGHT)
    x6 = compose(hfrontier, lrcorner)
    x7 = fork(difference, toindices, x6)
    x8 = compose(x5, x7)
    x9 = fork(intersection, backdrop, x8)
    x10 = fork(combine, x4, x9)
    x11 = fork(recolor, color, x10)
    x12 = merge(x1)
    x13 = cover(I, x12)
    x14 = mapply(x11, x1)
    O = paint(x13, x14)
    return O


def solve_0520fde7(I):
    x1 = lefthalf(I)
    x2 = righthalf(I)
    x3 = cellwise(x1, x2, ZERO)
    O = replace(x3, ONE, TWO)
    return O


def solve_05269061(I):
    x1 = asindices(I)
    x2 = ofcolor(I, ZERO)
    x3 = difference(x1, x2)
    x4 = toobject(x3, I)
    x5 = multiply(NEG_TWO, SIX)
    x6 = interval(x5, TEN, THREE)
    x7 = product(x6, x6)
    x8 = shift(x7, DOWN_LEFT)
    x9 = double(DOWN_LEFT)
    x10 = shift(x7, x9)
    x11 = combine(x8, x10)
    x12 = combine(x7, x11)
    x13 = lbind(shift, x4)
    x14 = mapply(x13, x12)
    O = paint(I, x14)
    return O


def solve_05f2a901(I):
    x1 = ofcolor(I, TWO)
    x2 = toobject(x1, I)
    x3 = ofcolor(I, EIGHT)
    x4 = toobject(x3, I)
    x5 = gravitate(x2, x4)
    O = move(I, x2, x5)
    return O


def solve_08ed6ac7(I):
    x1 = objects(I, T, F, T)
    x2 = compose(invert, height)
    x3 = order(x1, x2)
    x4 = interval(ONE, FIVE, ONE)
    x5 = mpapply(recolor, x4, x3)
    O = paint(I, x5)
    return O


def solve_0ca9ddb6(I):
    x1 = objects(I, T, F, T)
    x2 = colorfilter(x1, TWO)
    x3 = colorfilter(x1, ONE)
    x4 = compose(corners, outbox)
    x5 = fork(difference, outbox, x4)
    x6 = mapply(x4, x2)
    x7 = mapply(x5, x3)
    x8 = fill(I, FOUR, x6)
    O = fill(x8, SEVEN, x7)
    return O


def solve_0d3d703e(I):
    x1 = switch(I, ONE, FIVE)
    x2 = switch(x1, THREE, FOUR)
    x3 = switch(x2, EIGHT, NINE)
    O = switch(x3, TWO, SIX)
    return O


def solve_10fcaaa3(I):
    x1 = leastcolor(I)
    x2 = ofcolor(I, x1)
    x3 = shape(I)
    x4 = canvas(ZERO, TWO_BY_TWO)
    x5 = asindices(x4)
    x6 = lbind(multiply, x3)
    x7 = apply(x6, x5)
    x8 = prapply(add, x2, x7)
    x9 = ineighbors(ORIGIN)
    x10 = prapply(add, x8, x9)
    x11 = double(x3)
    x12 = canvas(ZERO, x11)
    x13 = fill(x12, EIGHT, x10)
    O = fill(x13, x1, x8)
    return O


def solve_11852cab(I):
    x1 = objects(I, F, T, T)
    x2 = merge(x1)
    x3 = vmirror(x2)
    x4 = combine(x2, x3)
    x5 = hmirror(x4)
    x6 = combine(x4, x5)
    x7 = dmirror(x6)
    x8 = combine(x6, x7)
    O = paint(I, x8)
    return O


def solve_178fcbfb(I):
    x1 = ofcolor(I, TWO)
    x2 = mapply(vfrontier, x1)
    x3 = fill(I, TWO, x2)
    x4 = ofcolor(I, THREE)
    x5 = mapply(hfrontier, x4)
    x6 = fill(x3, THREE, x5)
    x7 = ofcolor(I, ONE)
    x8 = mapply(hfrontier, x7)
    O = fill(x6, ONE, x8)
    return O


def solve_1b2d62fb(I):
    x1 = lefthalf(I)
    x2 = righthalf(I)
    x3 = cellwise(x1, x2, NINE)
    x4 = replace(x3, ZERO, EIGHT)
    O = replace(x4, NINE, ZERO)
    return O


def solve_1bfc4729(I):
    x1 = asindices(I)
    x2 = box(x1)
    x3 = hfrontier(TWO_BY_ZERO)
    x4 = combine(x2, x3)
    x5 = tophalf(I)
    x6 = bottomhalf(I)
    x7 = hmirror(x6)
    x8 = leastcolor(x5)
    x9 = fill(x5, x8, x4)
    x10 = leastcolor(x7)
    x11 = fill(x7, x10, x4)
    x12 = hmirror(x11)
    O = vconcat(x9, x12)
    return O


def solve_1caeab9d(I):
    x1 = fgpartition(I)
    x2 = height(I)
    x3 = invert(x2)
    x4 = interval(x3, x2, ONE)
    x5 = apply(toivec, x4)
    x6 = prapply(shift, x1, x5)
    x7 = ofcolor(I, ONE)
    x8 = uppermost(x7)
    x9 = matcher(uppermost, x8)
    x10 = mfilter(x6, x9)
    x11 = shape(I)
    x12 = canvas(ZERO, x11)
    O = paint(x12, x10)
    return O


def solve_1cf80156(I):
    O = compress(I)
    return O


def solve_1e0a9b12(I):
    x1 = rbind(order, positive)
    x2 = dmirror(I)
    x3 = apply(x1, x2)
    O = dmirror(x3)
    return O


def solve_1f642eb9(I):
    x1 = ofcolor(I, EIGHT)
    x2 = toobject(x1, I)
    x3 = objects(I, T, F, T)
    x4 = sizefilter(x3, ONE)
    x5 = fork(add, identity, sign)
    x6 = rbind(gravitate, x2)
    x7 = compose(x5, x6)
    x8 = fork(shift, identity, x7)
    x9 = mapply(x8, x4)
    O = paint(I, x9)
    return O


def solve_1f876c06(I):
    x1 = compose(first, toindices)
    x2 = compose(last, toindices)
    x3 = fork(connect, x1, x2)
    x4 = fork(recolor, color, x3)
    x5 = fgpartition(I)
    x6 = mapply(x4, x5)
    O = paint(I, x6)
    return O


def solve_1fad071e(I):
    x1 = canvas(ONE, TWO_BY_TWO)
    x2 = asobject(x1)
    x3 = occurrences(I, x2)
    x4 = size(x3)
    x5 = interval(ZERO, x4, ONE)
    x6 = apply(tojvec, x5)
    x7 = astuple(ONE, FIVE)
    x8 = canvas(ZERO, x7)
    O = fill(x8, ONE, x6)
    return O


def solve_2013d3e2(I):
    x1 = compress(I)
    x2 = tophalf(x1)
    O = lefthalf(x2)
    return O


def solve_2204b7a8(I):
    x1 = index(I, ORIGIN)
    x2 = asindices(I)
    x3 = lrcorner(x2)
    x4 = index(I, x3)
    x5 = lefthalf(I)
    x6 = replace(x5, THREE, x1)
    x7 = righthalf(I)
    x8 = replace(x7, THREE, x4)
    x9 = hconcat(x6, x8)
    x10 = tophalf(I)
    x11 = replace(x10, THREE, x1)
    x12 = bottomhalf(I)
    x13 = replace(x12, THREE, x4)
    x14 = vconcat(x11, x13)
    x15 = urcorner(x2)
    x16 = index(I, x15)
    x17 = equality(x1, x16)
    O = branch(x17, x14, x9)
    return O


def solve_22168020(I):
    x1 = rbind(mfilter, hline)
    x2 = lbind(prapply, connect)
    x3 = fork(x2, toindices, toindices)
    x4 = compose(x1, x3)
    x5 = fork(recolor, color, x4)
    x6 = fgpartition(I)
    x7 = mapply(x5, x6)
    O = paint(I, x7)
    return O


def solve_2281f1f4(I):
    x1 = ofcolor(I, FIVE)
    x2 = matcher(first, ZERO)
    x3 = sfilter(x1, x2)
    x4 = mapply(vfrontier, x3)
    x5 = difference(x1, x3)
    x6 = mapply(hfrontier, x5)
    x7 = intersection(x4, x6)
    O = underfill(I, TWO, x7)
    return O


def solve_22eb0ac0(I):
    x1 = rbind(mfilter, hline)
    x2 = lbind(prapply, connect)
    x3 = fork(x2, toindices, toindices)
    x4 = compose(x1, x3)
    x5 = fork(recolor, color, x4)
    x6 = fgpartition(I)
    x7 = mapply(x5, x6)
    O = paint(I, x7)
    return O


def solve_23581191(I):
    x1 = fork(combine, vfrontier, hfrontier)
    x2 = ofcolor(I, EIGHT)
    x3 = mapply(x1, x2)
    x4 = ofcolor(I, SEVEN)
    x5 = mapply(x1, x4)
    x6 = fill(I, EIGHT, x3)
    x7 = fill(x6, SEVEN, x5)
    x8 = intersection(x3, x5)
    O = fill(x7, TWO, x8)
    return O


def solve_239be575(I):
    x1 = ofcolor(I, TWO)
    x2 = ofcolor(I, EIGHT)
    x3 = combine(x1, x2)
    x4 = lbind(mapply, neighbors)
    x5 = fork(combine, identity, x4)
    x6 = lbind(intersection, x3)
    x7 = compose(x6, x5)
    x8 = size(x3)
    x9 = power(x7, x8)
    x10 = first(x1)
    x11 = initset(x10)
    x12 = x9(x11)
    x13 = last(x1)
    x14 = contained(x13, x12)
    x15 = branch(x14, EIGHT, ZERO)
    O = canvas(x15, UNITY)
    return O


def solve_23b5c85d(I):
    x1 = objects(I, T, F, T)
    x2 = argmin(x1, size)
    O = subgrid(x2, I)
    return O


def solve_253bf280(I):
    x1 = ofcolor(I, EIGHT)
    x2 = lbind(intersection, x1)
    x3 = chain(backdrop, x2, hfrontier)
    x4 = chain(backdrop, x2, vfrontier)
    x5 = fork(combine, x3, x4)
    x6 = mapply(x5, x1)
    O = underfill(I, THREE, x6)
    return O


def solve_25d8a9c8(I):
    x1 = shape(I)
    x2 = canvas(ZERO, x1)
    x3 = frontiers(I)
    x4 = mfilter(x3, hline)
    O = fill(x2, FIVE, x4)
    return O


def solve_25ff71a9(I):
    x1 = asobject(I)
    O = move(I, x1, DOWN)
    return O


def solve_27a28665(I):
    x1 = index(I, UNITY)
    x2 = positive(x1)
    x3 = index(I, ORIGIN)
    x4 = positive(x3)
    x5 = index(I, ZERO_BY_TWO)
    x6 = positive(x5)
    x7 = branch(x6, THREE, SIX)
    x8 = branch(x4, TWO, x7)
    x9 = branch(x2, x8, ONE)
    O = canvas(x9, UNITY)
    return O


def solve_28bf18c6(I):
    x1 = hconcat(I, I)
    O = compress(x1)
    return O


def solve_29c11459(I):
    x1 = compose(hfrontier, center)
    x2 = fork(recolor, color, x1)
    x3 = lefthalf(I)
    x4 = righthalf(I)
    x5 = objects(x3, T, F, T)
    x6 = mapply(x2, x5)
    x7 = paint(x3, x6)
    x8 = objects(x4, T, F, T)
    x9 = mapply(x2, x8)
    x10 = paint(x4, x9)
    x11 = height(I)
    x12 = astuple(x11, ONE)
    x13 = canvas(ZERO, x12)
    x14 = hconcat(x7, x13)
    x15 = hconcat(x14, x10)
    x16 = mapply(x1, x5)
    x17 = tojvec(FIVE)
    x18 = vfrontier(x17)
    x19 = intersection(x16, x18)
    O = fill(x15, FIVE, x19)
    return O


def solve_2c608aff(I):
    x1 = leastcolor(I)
    x2 = fgpartition(I)
    x3 = argmax(x2, size)
    x4 = ofcolor(I, x1)
    x5 = toindices(x3)
    x6 = prapply(connect, x4, x5)
    x7 = fork(either, vline, hline)
    x8 = mfilter(x6, x7)
    O = underfill(I, x1, x8)
    return O


def solve_2dc579da(I):
    x1 = tophalf(I)
    x2 = bottomhalf(I)
    x3 = lefthalf(x1)
    x4 = righthalf(x1)
    x5 = astuple(x3, x4)
    x6 = lefthalf(x2)
    x7 = righthalf(x2)
    x8 = astuple(x6, x7)
    x9 = combine(x5, x8)
    O = argmax(x9, numcolors)
    return O


def solve_2dee498d(I):
    x1 = hsplit(I, THREE)
    O = first(x1)
    return O


def solve_31aa019c(I):
    x1 = leastcolor(I)
    x2 = ofcolor(I, x1)
    x3 = shape(I)
    x4 = canvas(ZERO, x3)
    x5 = mapply(neighbors, x2)
    x6 = fill(x4, TWO, x5)
    x7 = toobject(x2, I)
    O = paint(x6, x7)
    return O


def solve_321b1fc6(I):
    x1 = objects(I, F, F, T)
    x2 = objects(I, T, F, T)
    x3 = colorfilter(x2, EIGHT)
    x4 = difference(x1, x3)
    x5 = merge(x4)
    x6 = cover(I, x5)
    x7 = normalize(x5)
    x8 = lbind(shift, x7)
    x9 = apply(ulcorner, x3)
    x10 = mapply(x8, x9)
    O = paint(x6, x10)
    return O


def solve_32597951(I):
    x1 = ofcolor(I, EIGHT)
    x2 = delta(x1)
    O = fill(I, THREE, x2)
    return O


def solve_3428a4f5(I):
    x1 = tophalf(I)
    x2 = bottomhalf(I)
    x3 = cellwise(x1, x2, THREE)
    O = replace(x3, TWO, ZERO)
    return O


def solve_3618c87e(I):
    x1 = ofcolor(I, ONE)
    x2 = toobject(x1, I)
    O = move(I, x2, TWO_BY_ZERO)
    return O


def solve_3906de3d(I):
    x1 = compose(flip, positive)
    x2 = rbind(order, x1)
    x3 = rbind(order, identity)
    x4 = compose(x2, x3)
    x5 = dmirror(I)
    x6 = apply(x4, x5)
    O = dmirror(x6)
    return O


def solve_3aa6fb7a(I):
    x1 = objects(I, F, F, T)
    x2 = mapply(hmirror, x1)
    O = underfill(I, ONE, x2)
    return O


def solve_3ac3eb23(I):
    x1 = compose(ineighbors, center)
    x2 = fork(recolor, color, x1)
    x3 = objects(I, T, F, T)
    x4 = mapply(x2, x3)
    x5 = paint(I, x4)
    x6 = width(I)
    x7 = astuple(TWO, x6)
    x8 = crop(x5, ORIGIN, x7)
    x9 = vconcat(x8, x8)
    O = vconcat(x9, x8)
    return O


def solve_3af2c5a8(I):
    x1 = vmirror(I)
    x2 = hconcat(I, x1)
    x3 = hmirror(x2)
    O = vconcat(x2, x3)
    return O


def solve_3bd67248(I):
    x1 = asindices(I)
    x2 = llcorner(x1)
    x3 = shoot(x2, UP_RIGHT)
    x4 = underfill(I, TWO, x3)
    x5 = hfrontier(x2)
    O = underfill(x4, FOUR, x5)
    return O


def solve_3c9b0459(I):
    O = rot180(I)
    return O


def solve_3de23699(I):
    x1 = fgpartition(I)
    x2 = compose(size, backdrop)
    x3 = argmax(x1, x2)
    x4 = argmin(x1, x2)
    x5 = subgrid(x3, I)
    x6 = trim(x5)
    x7 = color(x4)
    x8 = color(x3)
    O = replace(x6, x7, x8)
    return O


def solve_3f7978a0(I):
    x1 = ofcolor(I, FIVE)
    x2 = ulcorner(x1)
    x3 = add(x2, UP)
    x4 = shape(x1)
    x5 = add(x4, TWO_BY_ZERO)
    O = crop(I, x3, x5)
    return O


def solve_4258a5f9(I):
    x1 = objects(I, F, F, T)
    x2 = mapply(outbox, x1)
    O = fill(I, ONE, x2)
    return O


def solve_4347f46a(I):
    x1 = compose(backdrop, inbox)
    x2 = objects(I, T, F, T)
    x3 = mapply(x1, x2)
    O = fill(I, ZERO, x3)
    return O


def solve_444801d8(I):
    x1 = objects(I, T, F, T)
    x2 = colorfilter(x1, ONE)
    x3 = rbind(toobject, I)
    x4 = chain(leastcolor, x3, delta)
    x5 = rbind(shift, UP)
    x6 = fork(connect, ulcorner, urcorner)
    x7 = compose(x5, x6)
    x8 = fork(combine, delta, x7)
    x9 = fork(recolor, x4, x8)
    x10 = mapply(x9, x2)
    O = paint(I, x10)
    return O


def solve_445eab21(I):
    x1 = objects(I, T, F, T)
    x2 = argmax(x1, size)
    x3 = color(x2)
    O = canvas(x3, TWO_BY_TWO)
    return O


def solve_44d8ac46(I):
    x1 = objects(I, T, F, F)
    x2 = mfilter(x1, square)
    O = fill(I, TWO, x2)
    return O


def solve_44f52bb0(I):
    x1 = vmirror(I)
    x2 = equality(I, x1)
    x3 = branch(x2, ONE, SEVEN)
    O = canvas(x3, UNITY)
    return O


def solve_46442a0e(I):
    x1 = rot90(I)
    x2 = hconcat(I, x1)
    x3 = rot180(x2)
    O = vconcat(x2, x3)
    return O


def solve_469497ad(I):
    x1 = numcolors(I)
    x2 = decrement(x1)
    x3 = upscale(I, x2)
    x4 = fgpartition(x3)
    x5 = compose(size, backdrop)
    x6 = fork(equality, size, x5)
    x7 = argmax(x4, x6)
    x8 = fork(both, square, x6)
    x9 = extract(x4, x8)
    x10 = ulcorner(x9)
    x11 = shoot(x10, NEG_UNITY)
    x12 = lrcorner(x9)
    x13 = shoot(x12, UNITY)
    x14 = combine(x11, x13)
    x15 = urcorner(x9)
    x16 = shoot(x15, UP_RIGHT)
    x17 = llcorner(x9)
    x18 = shoot(x17, DOWN_LEFT)
    x19 = combine(x16, x18)
    x20 = combine(x14, x19)
    O = underfill(x3, TWO, x20)
    return O


def solve_46f33fce(I):
    x1 = rot180(I)
    x2 = downscale(x1, TWO)
    x3 = upscale(x2, FOUR)
    O = rot180(x3)
    return O


def solve_47c1f68c(I):
    x1 = lefthalf(I)
    x2 = tophalf(x1)
    x3 = palette(x2)
    x4 = other(x3, ZERO)
    x5 = asindices(I)
    x6 = center(x5)
    x7 = index(I, x6)
    x8 = replace(x2, x4, x7)
    x9 = vmirror(x8)
    x10 = hconcat(x8, x9)
    x11 = hmirror(x10)
    O = vconcat(x10, x11)
    return O


def solve_48d8fb45(I):
    x1 = objects(I, T, T, T)
    x2 = ofcolor(I, FIVE)
    x3 = toobject(x2, I)
    x4 = remove(x3, x1)
    x5 = lbind(manhattan, x2)
    x6 = argmin(x4, x5)
    O = subgrid(x6, I)
    return O


def solve_496994bd(I):
    x1 = rot180(I)
    x2 = asobject(x1)
    O = underpaint(I, x2)
    return O


def solve_49d1d64f(I):
    x1 = asobject(I)
    x2 = shape(I)
    x3 = add(x2, TWO_BY_TWO)
    x4 = canvas(ZERO, x3)
    x5 = shift(x1, RIGHT)
    x6 = paint(x4, x5)
    x7 = add(TWO_BY_ZERO, RIGHT)
    x8 = shift(x1, x7)
    x9 = paint(x6, x8)
    x10 = shift(x1, DOWN)
    x11 = paint(x9, x10)
    x12 = add(ZERO_BY_TWO, DOWN)
    x13 = shift(x1, x12)
    x14 = paint(x11, x13)
    x15 = shift(x1, UNITY)
    O = paint(x14, x15)
    return O


def solve_4be741c5(I):
    x1 = partition(I)
    x2 = order(x1, leftmost)
    x3 = apply(color, x2)
    x4 = repeat(x3, ONE)
    x5 = order(x1, uppermost)
    x6 = apply(color, x5)
    x7 = repeat(x6, ONE)
    x8 = dmirror(x7)
    x9 = width(I)
    x10 = astuple(ONE, x9)
    x11 = crop(I, ORIGIN, x10)
    x12 = numcolors(x11)
    x13 = equality(x12, ONE)
    O = branch(x13, x8, x4)
    return O


def solve_4c4377d9(I):
    x1 = hmirror(I)
    O = vconcat(x1, I)
    return O


def solve_5168d44c(I):
    x1 = ofcolor(I, TWO)
    x2 = toobject(x1, I)
    x3 = ofcolor(I, THREE)
    x4 = portrait(x3)
    x5 = branch(x4, TWO_BY_ZERO, ZERO_BY_TWO)
    x6 = move(I, x2, x5)
    x7 = toobject(x3, I)
    O = paint(x6, x7)
    return O


def solve_54d82841(I):
    x1 = asindices(I)
    x2 = llcorner(x1)
    x3 = hfrontier(x2)
    x4 = compose(vfrontier, center)
    x5 = objects(I, T, F, T)
    x6 = mapply(x4, x5)
    x7 = intersection(x3, x6)
    O = fill(I, FOUR, x7)
    return O


def solve_54d9e175(I):
    x1 = replace(I, FIVE, ZERO)
    x2 = objects(x1, T, F, T)
    x3 = sizefilter(x2, ONE)
    x4 = compose(neighbors, center)
    x5 = fork(recolor, color, x4)
    x6 = mapply(x5, x3)
    x7 = paint(I, x6)
    x8 = merge(x3)
    x9 = paint(x7, x8)
    x10 = switch(x9, ONE, SIX)
    x11 = switch(x10, TWO, SEVEN)
    x12 = switch(x11, THREE, EIGHT)
    O = switch(x12, FOUR, NINE)
    return O


def solve_5582e5ca(I):
    x1 = asobject(I)
    O = cover(I, x1)
    return O


def solve_5614dbcf(I):
    x1 = downscale(I, THREE)
    O = replace(x1, FIVE, ZERO)
    return O


def solve_56dc2b01(I):
    x1 = ofcolor(I, THREE)
    x2 = toobject(x1, I)
    x3 = ofcolor(I, TWO)
    x4 = gravitate(x2, x3)
    x5 = position(x2, x3)
    x6 = invert(x5)
    x7 = shape(x2)
    x8 = increment(x7)
    x9 = multiply(x6, x8)
    x10 = move(I, x2, x4)
    x11 = shift(x3, x9)
    O = fill(x10, EIGHT, x11)
    return O


def solve_56ff96f3(I):
    x1 = fork(recolor, color, backdrop)
    x2 = fgpartition(I)
    x3 = mapply(x1, x2)
    O = paint(I, x3)
    return O


def solve_5bd6f4ac(I):
    x1 = tojvec(SIX)
    O = crop(I, x1, THREE_BY_THREE)
    return O


def solve_5c0a986e(I):
    x1 = fgpartition(I)
    x2 = order(x1, color)
    x3 = apply(ulcorner, x2)
    x4 = astuple(NEG_UNITY, UNITY)
    x5 = papply(shoot, x3, x4)
    x6 = astuple(ONE, TWO)
    x7 = mpapply(recolor, x6, x5)
    O = paint(I, x7)
    return O


def solve_60b61512(I):
    x1 = objects(I, F, T, T)
    x2 = mapply(backdrop, x1)
    O = underfill(I, SEVEN, x2)
    return O


def solve_6150a2bd(I):
    O = rot180(I)
    return O


def solve_623ea044(I):
    x1 = leastcolor(I)
    x2 = ofcolor(I, x1)
    x3 = first(x2)
    x4 = shoot(x3, UNITY)
    x5 = shoot(x3, NEG_UNITY)
    x6 = combine(x4, x5)
    x7 = shoot(x3, UP_RIGHT)
    x8 = shoot(x3, DOWN_LEFT)
    x9 = combine(x7, x8)
    x10 = combine(x6, x9)
    O = fill(I, x1, x10)
    return O


def solve_62c24649(I):
    x1 = vmirror(I)
    x2 = hconcat(I, x1)
    x3 = hmirror(x2)
    O = vconcat(x2, x3)
    return O


def solve_63613498(I):
    x1 = crop(I, ORIGIN, THREE_BY_THREE)
    x2 = asindices(x1)
    x3 = ofcolor(x1, ZERO)
    x4 = difference(x2, x3)
    x5 = objects(I, T, T, T)
    x6 = rbind(contained, x2)
    x7 = compose(x6, lrcorner)
    x8 = compose(flip, x7)
    x9 = sfilter(x5, x8)
    x10 = compose(normalize, toindices)
    x11 = normalize(x4)
    x12 = matcher(x10, x11)
    x13 = mfilter(x9, x12)
    O = fill(I, FIVE, x13)
    return O


def solve_6430c8c4(I):
    x1 = tophalf(I)
    x2 = bottomhalf(I)
    x3 = cellwise(x1, x2, ONE)
    x4 = replace(x3, ZERO, THREE)
    O = replace(x4, ONE, ZERO)
    return O


def solve_662c240a(I):
    x1 = vsplit(I, THREE)
    x2 = fork(equality, identity, dmirror)
    x3 = compose(flip, x2)
    O = extract(x1, x3)
    return O


def solve_67385a82(I):
    x1 = objects(I, T, F, F)
    x2 = colorfilter(x1, THREE)
    x3 = rbind(greater, TWO)
    x4 = compose(x3, size)
    x5 = mfilter(x2, x4)
    O = fill(I, EIGHT, x5)
    return O


def solve_67a3c6ac(I):
    O = vmirror(I)
    return O


def solve_67a423a3(I):
    x1 = fgpartition(I)
    x2 = argmax(x1, width)
    x3 = ulcorner(x2)
    x4 = hfrontier(x3)
    x5 = argmax(x1, height)
    x6 = ulcorner(x5)
    x7 = vfrontier(x6)
    x8 = intersection(x4, x7)
    x9 = first(x8)
    x10 = neighbors(x9)
    O = fill(I, FOUR, x10)
    return O


def solve_67e8384a(I):
    x1 = vmirror(I)
    x2 = hconcat(I, x1)
    x3 = hmirror(x2)
    O = vconcat(x2, x3)
    return O


def solve_68b16354(I):
    O = hmirror(I)
    return O


def solve_6c434453(I):
    x1 = objects(I, T, F, T)
    x2 = matcher(size, EIGHT)
    x3 = matcher(shape, THREE_BY_THREE)
    x4 = fork(both, x2, x3)
    x5 = sfilter(x1, x4)
    x6 = fork(insert, identity, dneighbors)
    x7 = compose(x6, center)
    x8 = merge(x5)
    x9 = cover(I, x8)
    x10 = mapply(x7, x5)
    O = fill(x9, TWO, x10)
    return O


def solve_6d0aefbc(I):
    x1 = vmirror(I)
    O = hconcat(I, x1)
    return O


def solve_6d75e8bb(I):
    x1 = ofcolor(I, EIGHT)
    x2 = backdrop(x1)
    O = underfill(I, TWO, x2)
    return O


def solve_6e02f1e3(I):
    x1 = numcolors(I)
    x2 = connect(ORIGIN, TWO_BY_TWO)
    x3 = connect(ZERO_BY_TWO, TWO_BY_ZERO)
    x4 = connect(ORIGIN, ZERO_BY_TWO)
    x5 = shape(I)
    x6 = canvas(ZERO, x5)
    x7 = equality(x1, ONE)
    x8 = equality(x1, TWO)
    x9 = branch(x8, x2, x3)
    x10 = branch(x7, x4, x9)
    O = fill(x6, FIVE, x10)
    return O


def solve_6e19193c(I):
    x1 = compose(first, delta)
    x2 = compose(double, x1)
    x3 = fork(add, ulcorner, lrcorner)
    x4 = fork(subtract, x2, x3)
    x5 = fork(add, x1, x4)
    x6 = fork(shoot, x5, x4)
    x7 = fork(recolor, color, x6)
    x8 = objects(I, T, F, T)
    x9 = mapply(x7, x8)
    O = paint(I, x9)
    return O


def solve_6e82a1ae(I):
    x1 = objects(I, T, F, T)
    x2 = sizefilter(x1, FOUR)
    x3 = merge(x2)
    x4 = fill(I, ONE, x3)
    x5 = sizefilter(x1, THREE)
    x6 = merge(x5)
    x7 = fill(x4, TWO, x6)
    x8 = sizefilter(x1, TWO)
    x9 = merge(x8)
    O = fill(x7, THREE, x9)
    return O


def solve_6f8cd79b(I):
    x1 = asobject(I)
    x2 = box(x1)
    O = fill(I, EIGHT, x2)
    return O


def solve_6fa7a44f(I):
    x1 = hmirror(I)
    O = vconcat(I, x1)
    return O


def solve_72ca375d(I):
    x1 = rbind(subgrid, I)
    x2 = objects(I, T, F, T)
    x3 = apply(x1, x2)
    x4 = fork(equality, identity, vmirror)
    O = extract(x3, x4)
    return O


def solve_7468f01a(I):
    x1 = vmirror(I)
    O = compress(x1)
    return O


def solve_746b3537(I):
    x1 = objects(I, T, F, F)
    x2 = order(x1, leftmost)
    x3 = apply(color, x2)
    x4 = repeat(x3, ONE)
    x5 = order(x1, uppermost)
    x6 = apply(color, x5)
    x7 = repeat(x6, ONE)
    x8 = dmirror(x7)
    x9 = width(I)
    x10 = astuple(ONE, x9)
    x11 = crop(I, ORIGIN, x10)
    x12 = numcolors(x11)
    x13 = equality(x12, ONE)
    O = branch(x13, x8, x4)
    return O


def solve_74dd1130(I):
    O = dmirror(I)
    return O


def solve_75b8110e(I):
    x1 = rbind(ofcolor, ZERO)
    x2 = fork(difference, asindices, x1)
    x3 = fork(toobject, x2, identity)
    x4 = tophalf(I)
    x5 = bottomhalf(I)
    x6 = lefthalf(x4)
    x7 = righthalf(x5)
    x8 = x3(x7)
    x9 = paint(x6, x8)
    x10 = lefthalf(x5)
    x11 = x3(x10)
    x12 = paint(x9, x11)
    x13 = righthalf(x4)
    x14 = x3(x13)
    O = paint(x12, x14)
    return O


def solve_760b3cac(I):
    x1 = ofcolor(I, EIGHT)
    x2 = toobject(x1, I)
    x3 = index(I, THREE_BY_THREE)
    x4 = equality(x3, FOUR)
    x5 = invert(THREE)
    x6 = branch(x4, x5, THREE)
    x7 = vmirror(x2)
    x8 = tojvec(x6)
    x9 = shift(x7, x8)
    O = paint(I, x9)
    return O


def solve_77fdfe62(I):
    x1 = trim(I)
    x2 = trim(x1)
    x3 = asindices(I)
    x4 = ulcorner(x3)
    x5 = index(I, x4)
    x6 = canvas(x5, UNITY)
    x7 = urcorner(x3)
    x8 = index(I, x7)
    x9 = canvas(x8, UNITY)
    x10 = hconcat(x6, x9)
    x11 = llcorner(x3)
    x12 = index(I, x11)
    x13 = canvas(x12, UNITY)
    x14 = lrcorner(x3)
    x15 = index(I, x14)
    x16 = canvas(x15, UNITY)
    x17 = hconcat(x13, x16)
    x18 = vconcat(x10, x17)
    x19 = height(x2)
    x20 = halve(x19)
    x21 = upscale(x18, x20)
    x22 = ofcolor(x2, ZERO)
    O = fill(x21, ZERO, x22)
    return O


def solve_794b24be(I):
    x1 = colorcount(I, ONE)
    x2 = canvas(ZERO, THREE_BY_THREE)
    x3 = decrement(x1)
    x4 = tojvec(x3)
    x5 = connect(ORIGIN, x4)
    x6 = fill(x2, TWO, x5)
    x7 = equality(x1, FOUR)
    x8 = initset(UNITY)
    x9 = fill(x6, TWO, x8)
    O = branch(x7, x9, x6)
    return O


def solve_7b7f7511(I):
    x1 = portrait(I)
    x2 = tophalf(I)
    x3 = lefthalf(I)
    O = branch(x1, x2, x3)
    return O


def solve_7c008303(I):
    x1 = ofcolor(I, ZERO)
    x2 = ofcolor(I, EIGHT)
    x3 = combine(x1, x2)
    x4 = ofcolor(I, THREE)
    x5 = combine(x3, x4)
    x6 = asindices(I)
    x7 = difference(x6, x5)
    x8 = subgrid(x7, I)
    x9 = replace(I, ZERO, THREE)
    x10 = objects(x9, T, F, F)
    x11 = colorfilter(x10, THREE)
    x12 = argmax(x11, size)
    x13 = subgrid(x12, I)
    x14 = upscale(x8, THREE)
    x15 = ofcolor(x13, ZERO)
    O = fill(x14, ZERO, x15)
    return O


def solve_7ddcd7ec(I):
    x1 = objects(I, T, F, T)
    x2 = argmax(x1, size)
    x3 = sizefilter(x1, ONE)
    x4 = lbind(position, x2)
    x5 = fork(shoot, center, x4)
    x6 = fork(recolor, color, x5)
    x7 = mapply(x6, x3)
    O = paint(I, x7)
    return O


def solve_7f4411dc(I):
    x1 = palette(I)
    x2 = other(x1, ZERO)
    x3 = canvas(ZERO, TWO_BY_TWO)
    x4 = asindices(x3)
    x5 = recolor(x2, x4)
    x6 = shape(I)
    x7 = canvas(ZERO, x6)
    x8 = lbind(shift, x5)
    x9 = occurrences(I, x5)
    x10 = mapply(x8, x9)
    O = paint(x7, x10)
    return O


def solve_7fe24cdd(I):
    x1 = rot270(I)
    x2 = vconcat(I, x1)
    x3 = rot180(x2)
    O = hconcat(x2, x3)
    return O


def solve_834ec97d(I):
    x1 = leastcolor(I)
    x2 = ofcolor(I, x1)
    x3 = toobject(x2, I)
    x4 = lbind(shift, x2)
    x5 = invert(TEN)
    x6 = interval(x5, TEN, TWO)
    x7 = apply(tojvec, x6)
    x8 = mapply(x4, x7)
    x9 = mapply(vfrontier, x8)
    x10 = uppermost(x2)
    x11 = increment(x10)
    x12 = width(I)
    x13 = astuple(x11, x12)
    x14 = crop(I, ORIGIN, x13)
    x15 = asindices(x14)
    x16 = move(I, x3, DOWN)
    x17 = difference(x15, x9)
    x18 = difference(x15, x17)
    O = fill(x16, FOUR, x18)
    return O


def solve_8403a5d5(I):
    x1 = leastcolor(I)
    x2 = ofcolor(I, x1)
    x3 = leftmost(x2)
    x4 = width(I)
    x5 = compose(vfrontier, tojvec)
    x6 = interval(x3, x4, TWO)
    x7 = mapply(x5, x6)
    x8 = fill(I, x1, x7)
    x9 = increment(x3)
    x10 = interval(x9, x4, FOUR)
    x11 = apply(tojvec, x10)
    x12 = fill(x8, FIVE, x11)
    x13 = height(I)
    x14 = decrement(x13)
    x15 = lbind(astuple, x14)
    x16 = add(x3, THREE)
    x17 = interval(x16, x4, FOUR)
    x18 = apply(x15, x17)
    O = fill(x12, FIVE, x18)
    return O


def solve_85c4e7cd(I):
    x1 = objects(I, T, F, F)
    x2 = compose(invert, height)
    x3 = order(x1, x2)
    x4 = apply(color, x3)
    x5 = order(x1, height)
    x6 = mpapply(recolor, x4, x5)
    O = paint(I, x6)
    return O


def solve_868de0fa(I):
    x1 = objects(I, T, F, T)
    x2 = fork(equality, toindices, box)
    x3 = sfilter(x1, x2)
    x4 = compose(even, height)
    x5 = sfilter(x3, x4)
    x6 = mapply(delta, x5)
    x7 = fill(I, TWO, x6)
    x8 = compose(flip, x4)
    x9 = sfilter(x3, x8)
    x10 = mapply(delta, x9)
    O = fill(x7, SEVEN, x10)
    return O


def solve_88a10436(I):
    x1 = ofcolor(I, FIVE)
    x2 = objects(I, F, T, T)
    x3 = argmax(x2, size)
    x4 = cover(I, x1)
    x5 = normalize(x3)
    x6 = center(x1)
    x7 = add(x6, NEG_UNITY)
    x8 = shift(x5, x7)
    O = paint(x4, x8)
    return O


def solve_88a62173(I):
    x1 = tophalf(I)
    x2 = bottomhalf(I)
    x3 = lefthalf(x1)
    x4 = righthalf(x1)
    x5 = astuple(x3, x4)
    x6 = lefthalf(x2)
    x7 = righthalf(x2)
    x8 = astuple(x6, x7)
    x9 = combine(x5, x8)
    O = leastcommon(x9)
    return O


def solve_8be77c9e(I):
    x1 = hmirror(I)
    O = vconcat(I, x1)
    return O


def solve_8d5021e8(I):
    x1 = fork(hconcat, vmirror, identity)
    x2 = fork(vconcat, hmirror, identity)
    x3 = power(x2, TWO)
    x4 = x1(I)
    x5 = x3(x4)
    x6 = shape(I)
    x7 = astuple(THREE, TWO)
    x8 = multiply(x6, x7)
    O = crop(x5, ORIGIN, x8)
    return O


def solve_8e5a5113(I):
    x1 = crop(I, ORIGIN, THREE_BY_THREE)
    x2 = astuple(THREE, ONE)
    x3 = canvas(FIVE, x2)
    x4 = hconcat(x1, x3)
    x5 = rot90(x1)
    x6 = hconcat(x5, x3)
    x7 = hconcat(x4, x6)
    x8 = rot180(x1)
    O = hconcat(x7, x8)
    return O


def solve_8f2ea7aa(I):
    x1 = fgpartition(I)
    x2 = merge(x1)
    x3 = normalize(x2)
    x4 = lbind(multiply, THREE)
    x5 = toindices(x3)
    x6 = apply(x4, x5)
    x7 = shape(I)
    x8 = canvas(ZERO, x7)
    x9 = lbind(shift, x3)
    x10 = mapply(x9, x6)
    O = paint(x8, x10)
    return O


def solve_913fb3ed(I):
    x1 = objects(I, T, T, T)
    x2 = fork(recolor, color, outbox)
    x3 = mapply(x2, x1)
    x4 = paint(I, x3)
    x5 = replace(x4, TWO, ONE)
    x6 = replace(x5, EIGHT, FOUR)
    x7 = replace(x6, THREE, SIX)
    x8 = merge(x1)
    O = paint(x7, x8)
    return O


def solve_91413438(I):
    x1 = colorcount(I, ZERO)
    x2 = subtract(NINE, x1)
    x3 = asobject(I)
    x4 = interval(ZERO, x1, ONE)
    x5 = lbind(multiply, THREE)
    x6 = product(x4, x4)
    x7 = order(x6, identity)
    x8 = apply(x5, x7)
    x9 = multiply(THREE, x1)
    x10 = astuple(x9, x9)
    x11 = canvas(ZERO, x10)
    x12 = repeat(x3, x2)
    x13 = mpapply(shift, x12, x8)
    O = paint(x11, x13)
    return O


def solve_9172f3a0(I):
    O = upscale(I, THREE)
    return O


def solve_93b581b8(I):
    x1 = fgpartition(I)
    x2 = merge(x1)
    x3 = subgrid(x2, I)
    x4 = rot180(x3)
    x5 = upscale(x4, THREE)
    x6 = hfrontier(TWO_BY_TWO)
    x7 = hfrontier(THREE_BY_THREE)
    x8 = combine(x6, x7)
    x9 = vfrontier(TWO_BY_TWO)
    x10 = vfrontier(THREE_BY_THREE)
    x11 = combine(x9, x10)
    x12 = combine(x8, x11)
    x13 = fill(x5, ZERO, x12)
    x14 = asobject(x13)
    x15 = ulcorner(x2)
    x16 = subtract(x15, TWO_BY_TWO)
    x17 = shift(x14, x16)
    x18 = paint(I, x17)
    O = paint(x18, x2)
    return O


def solve_941d9a10(I):
    x1 = objects(I, T, F, F)
    x2 = colorfilter(x1, ZERO)
    x3 = lbind(lbind, contained)
    x4 = lbind(contained, ORIGIN)
    x5 = compose(x4, toindices)
    x6 = extract(x2, x5)
    x7 = fill(I, ONE, x6)
    x8 = asindices(I)
    x9 = center(x8)
    x10 = lbind(contained, x9)
    x11 = compose(x10, toindices)
    x12 = extract(x2, x11)
    x13 = fill(x7, TWO, x12)
    x14 = lrcorner(x8)
    x15 = lbind(contained, x14)
    x16 = compose(x15, toindices)
    x17 = extract(x2, x16)
    O = fill(x13, THREE, x17)
    return O


def solve_94f9d214(I):
    x1 = tophalf(I)
    x2 = replace(x1, THREE, ONE)
    x3 = bottomhalf(I)
    x4 = replace(x3, ONE, FOUR)
    x5 = cellwise(x2, x4, FIVE)
    x6 = replace(x5, ONE, FIVE)
    x7 = replace(x6, ZERO, TWO)
    O = replace(x7, FIVE, ZERO)
    return O


def solve_952a094c(I):
    x1 = objects(I, T, F, T)
    x2 = argmax(x1, size)
    x3 = inbox(x2)
    x4 = outbox(x2)
    x5 = fill(I, ZERO, x3)
    x6 = lrcorner(x3)
    x7 = index(I, x6)
    x8 = ulcorner(x4)
    x9 = initset(x8)
    x10 = fill(x5, x7, x9)
    x11 = llcorner(x3)
    x12 = index(I, x11)
    x13 = urcorner(x4)
    x14 = initset(x13)
    x15 = fill(x10, x12, x14)
    x16 = urcorner(x3)
    x17 = index(I, x16)
    x18 = llcorner(x4)
    x19 = initset(x18)
    x20 = fill(x15, x17, x19)
    x21 = ulcorner(x3)
    x22 = index(I, x21)
    x23 = lrcorner(x4)
    x24 = initset(x23)
    O = fill(x20, x22, x24)
    return O


def solve_9565186b(I):
    x1 = fgpartition(I)
    x2 = merge(x1)
    O = fill(I, FIVE, x2)
    return O


def solve_95990924(I):
    x1 = objects(I, T, F, T)
    x2 = compose(corners, outbox)
    x3 = interval(ONE, FIVE, ONE)
    x4 = lbind(pair, x3)
    x5 = compose(x4, x2)
    x6 = mapply(x5, x1)
    O = paint(I, x6)
    return O


def solve_963e52fc(I):
    x1 = fgpartition(I)
    x2 = merge(x1)
    x3 = shape(I)
    x4 = canvas(ZERO, x3)
    x5 = hconcat(I, x4)
    x6 = lbind(shift, x2)
    x7 = width(x5)
    x8 = hperiod(x2)
    x9 = interval(ZERO, x7, x8)
    x10 = apply(tojvec, x9)
    x11 = mapply(x6, x10)
    O = paint(x5, x11)
    return O


def solve_97999447(I):
    x1 = fgpartition(I)
    x2 = merge(x1)
    x3 = rbind(astuple, FIVE)
    x4 = width(I)
    x5 = rbind(repeat, x4)
    x6 = chain(merge, x5, x3)
    x7 = compose(x6, first)
    x8 = rbind(shoot, RIGHT)
    x9 = compose(x8, last)
    x10 = fork(pair, x7, x9)
    x11 = mapply(x10, x2)
    O = paint(I, x11)
    return O


def solve_99b1bc43(I):
    x1 = tophalf(I)
    x2 = replace(x1, ONE, THREE)
    x3 = bottomhalf(I)
    x4 = replace(x3, TWO, THREE)
    x5 = cellwise(x2, x4, SIX)
    x6 = replace(x5, THREE, ZERO)
    O = replace(x6, SIX, THREE)
    return O


def solve_99fa7670(I):
    x1 = asindices(I)
    x2 = lrcorner(x1)
    x3 = vfrontier(x2)
    x4 = rbind(shoot, RIGHT)
    x5 = compose(x4, center)
    x6 = rbind(shoot, DOWN)
    x7 = lbind(intersection, x3)
    x8 = compose(first, x7)
    x9 = compose(hfrontier, center)
    x10 = chain(x6, x8, x9)
    x11 = fork(combine, x5, x10)
    x12 = fork(recolor, color, x11)
    x13 = objects(I, T, F, T)
    x14 = order(x13, uppermost)
    x15 = mapply(x12, x14)
    O = paint(I, x15)
    return O


def solve_9af7a82c(I):
    x1 = partition(I)
    x2 = compose(invert, size)
    x3 = order(x1, x2)
    x4 = valmax(x3, size)
    x5 = lbind(astuple, ONE)
    x6 = compose(x5, size)
    x7 = fork(canvas, color, x6)
    x8 = lbind(canvas, ZERO)
    x9 = lbind(subtract, x4)
    x10 = chain(x5, x9, size)
    x11 = compose(x8, x10)
    x12 = fork(hconcat, x7, x11)
    x13 = mapply(x12, x3)
    O = dmirror(x13)
    return O


def solve_9dfd6313(I):
    O = dmirror(I)
    return O


def solve_a1570a43(I):
    x1 = ofcolor(I, TWO)
    x2 = toobject(x1, I)
    x3 = ofcolor(I, THREE)
    x4 = ulcorner(x3)
    x5 = add(x4, UNITY)
    x6 = ulcorner(x2)
    x7 = subtract(x5, x6)
    O = move(I, x2, x7)
    return O


def solve_a3325580(I):
    x1 = dmirror(I)
    x2 = merge(x1)
    x3 = dedupe(x2)
    x4 = remove(ZERO, x3)
    x5 = lbind(colorcount, I)
    x6 = valmax(x4, x5)
    x7 = matcher(x5, x6)
    x8 = sfilter(x4, x7)
    O = repeat(x8, x6)
    return O


def solve_a416b8f3(I):
    O = hconcat(I, I)
    return O


def solve_a48eeaf7(I):
    x1 = ofcolor(I, TWO)
    x2 = outbox(x1)
    x3 = apply(initset, x2)
    x4 = objects(I, T, F, T)
    x5 = colorfilter(x4, FIVE)
    x6 = merge(x5)
    x7 = cover(I, x6)
    x8 = lbind(argmin, x3)
    x9 = lbind(lbind, manhattan)
    x10 = compose(x8, x9)
    x11 = mapply(x10, x5)
    O = fill(x7, FIVE, x11)
    return O


def solve_a5313dff(I):
    x1 = shape(I)
    x2 = add(x1, TWO)
    x3 = canvas(ZERO, x2)
    x4 = asobject(I)
    x5 = shift(x4, UNITY)
    x6 = paint(x3, x5)
    x7 = objects(x6, T, F, F)
    x8 = argmax(x7, height)
    x9 = shift(x8, NEG_UNITY)
    x10 = replace(I, ZERO, ONE)
    O = paint(x10, x9)
    return O


def solve_a5f85a15(I):
    x1 = compose(vfrontier, tojvec)
    x2 = width(I)
    x3 = interval(ONE, x2, TWO)
    x4 = mapply(x1, x3)
    x5 = asindices(I)
    x6 = ofcolor(I, ZERO)
    x7 = difference(x5, x6)
    x8 = difference(x7, x4)
    x9 = difference(x7, x8)
    O = fill(I, FOUR, x9)
    return O


def solve_a61f2674(I):
    x1 = ofcolor(I, FIVE)
    x2 = shift(x1, DOWN)
    x3 = difference(x1, x2)
    x4 = first(x3)
    x5 = shoot(x4, DOWN)
    x6 = last(x3)
    x7 = shoot(x6, DOWN)
    x8 = replace(I, FIVE, ZERO)
    x9 = fill(x8, ONE, x5)
    O = fill(x9, TWO, x7)
    return O


def solve_a65b410d(I):
    x1 = ofcolor(I, TWO)
    x2 = urcorner(x1)
    x3 = compose(toivec, first)
    x4 = fork(connect, identity, x3)
    x5 = shoot(x2, UP_RIGHT)
    x6 = asindices(I)
    x7 = intersection(x5, x6)
    x8 = mapply(x4, x7)
    x9 = underfill(I, THREE, x8)
    x10 = shoot(x2, DOWN_LEFT)
    x11 = intersection(x10, x6)
    x12 = mapply(x4, x11)
    O = underfill(x9, ONE, x12)
    return O


def solve_a68b268e(I):
    x1 = rbind(ofcolor, ZERO)
    x2 = fork(difference, asindices, x1)
    x3 = fork(toobject, x2, identity)
    x4 = tophalf(I)
    x5 = bottomhalf(I)
    x6 = righthalf(x5)
    x7 = lefthalf(x5)
    x8 = x3(x7)
    x9 = paint(x6, x8)
    x10 = righthalf(x4)
    x11 = x3(x10)
    x12 = paint(x9, x11)
    x13 = lefthalf(x4)
    x14 = x3(x13)
    O = paint(x12, x14)
    return O


def solve_a699fb00(I):
    x1 = ofcolor(I, ONE)
    x2 = prapply(connect, x1, x1)
    x3 = sizefilter(x2, THREE)
    x4 = mfilter(x3, hline)
    O = underfill(I, TWO, x4)
    return O


def solve_a740d043(I):
    x1 = asindices(I)
    x2 = ofcolor(I, ONE)
    x3 = difference(x1, x2)
    x4 = subgrid(x3, I)
    O = replace(x4, ONE, ZERO)
    return O


def solve_a79310a0(I):
    x1 = ofcolor(I, EIGHT)
    x2 = toobject(x1, I)
    x3 = move(I, x2, DOWN)
    O = replace(x3, EIGHT, TWO)
    return O


def solve_a85d4709(I):
    x1 = ofcolor(I, FIVE)
    x2 = matcher(last, ZERO)
    x3 = sfilter(x1, x2)
    x4 = mapply(hfrontier, x3)
    x5 = fill(I, TWO, x4)
    x6 = matcher(last, ONE)
    x7 = sfilter(x1, x6)
    x8 = mapply(hfrontier, x7)
    x9 = fill(x5, FOUR, x8)
    x10 = matcher(last, TWO)
    x11 = sfilter(x1, x10)
    x12 = mapply(hfrontier, x11)
    O = fill(x9, THREE, x12)
    return O


def solve_a87f7484(I):
    x1 = portrait(I)
    x2 = height(I)
    x3 = width(I)
    x4 = divide(x2, x3)
    x5 = divide(x3, x2)
    x6 = branch(x1, x4, x5)
    x7 = vsplit(I, x6)
    x8 = hsplit(I, x6)
    x9 = branch(x1, x7, x8)
    x10 = rbind(ofcolor, ZERO)
    x11 = apply(x10, x9)
    x12 = leastcommon(x11)
    x13 = matcher(x10, x12)
    O = extract(x9, x13)
    return O


def solve_a9f96cdd(I):
    x1 = ofcolor(I, TWO)
    x2 = mapply(ineighbors, x1)
    x3 = astuple(THREE, SIX)
    x4 = astuple(EIGHT, SEVEN)
    x5 = combine(x3, x4)
    x6 = pair(x5, x2)
    x7 = replace(I, TWO, ZERO)
    O = paint(x7, x6)
    return O


def solve_aabf363d(I):
    x1 = leastcolor(I)
    x2 = replace(I, x1, ZERO)
    x3 = objects(I, T, F, T)
    x4 = argmax(x3, size)
    O = fill(x2, x1, x4)
    return O


def solve_ac0a08a4(I):
    x1 = numcolors(I)
    x2 = decrement(x1)
    O = upscale(I, x2)
    return O


def solve_ae4f1146(I):
    x1 = objects(I, F, F, T)
    x2 = rbind(colorcount, ONE)
    x3 = argmax(x1, x2)
    O = subgrid(x3, I)
    return O


def solve_b0c4d837(I):
    x1 = ofcolor(I, FIVE)
    x2 = height(x1)
    x3 = decrement(x2)
    x4 = ofcolor(I, EIGHT)
    x5 = height(x4)
    x6 = subtract(x3, x5)
    x7 = canvas(ZERO, THREE_BY_THREE)
    x8 = decrement(x6)
    x9 = tojvec(x8)
    x10 = connect(ORIGIN, x9)
    x11 = fill(x7, EIGHT, x10)
    x12 = greater(x6, THREE)
    x13 = add(DOWN, ZERO_BY_TWO)
    x14 = subtract(SIX, x6)
    x15 = tojvec(x14)
    x16 = add(DOWN, x15)
    x17 = connect(x13, x16)
    x18 = fill(x11, EIGHT, x17)
    O = branch(x12, x18, x11)
    return O


def solve_b1948b0a(I):
    O = replace(I, SIX, TWO)
    return O


def solve_b230c067(I):
    x1 = objects(I, T, T, T)
    x2 = totuple(x1)
    x3 = compose(toindices, normalize)
    x4 = replace(I, EIGHT, ONE)
    x5 = apply(x3, x2)
    x6 = leastcommon(x5)
    x7 = matcher(x3, x6)
    x8 = extract(x2, x7)
    O = fill(x4, TWO, x8)
    return O


def solve_b2862040(I):
    x1 = objects(I, T, F, T)
    x2 = rbind(shift, DOWN)
    x3 = rbind(shift, RIGHT)
    x4 = fork(intersection, identity, x2)
    x5 = fork(intersection, identity, x3)
    x6 = compose(size, x4)
    x7 = compose(size, x5)
    x8 = fork(add, x6, x7)
    x9 = chain(size, x5, x4)
    x10 = fork(add, size, x9)
    x11 = fork(greater, x10, x8)
    x12 = mfilter(x1, x11)
    x13 = replace(I, ONE, EIGHT)
    O = fill(x13, ONE, x12)
    return O


def solve_b60334d2(S, I, C):
    x1 = first(S)
    x2 = first(x1)
    x3 = ofcolor(x2, FIVE)
    x4 = first(x3)
    x5 = neighbors(x4)
    x6 = backdrop(x5)
    x7 = last(x1)
    x8 = toobject(x6, x7)
    x9 = invert(x4)
    x10 = shift(x8, x9)
    x11 = lbind(shift, x10)
    x12 = ofcolor(I, FIVE)
    x13 = mapply(x11, x12)
    O = paint(I, x13)
    return O


def solve_b8cdaf2b(I):
    x1 = asindices(I)
    x2 = llcorner(x1)
    x3 = hfrontier(x2)
    x4 = ofcolor(I, ZERO)
    x5 = difference(x1, x4)
    x6 = difference(x5, x3)
    x7 = center(x6)
    x8 = add(x7, DOWN)
    x9 = index(I, x8)
    x10 = ulcorner(x6)
    x11 = shoot(x10, NEG_UNITY)
    x12 = urcorner(x6)
    x13 = shoot(x12, UP_RIGHT)
    x14 = combine(x11, x13)
    O = underfill(I, x9, x14)
    return O


def solve_b91ae062(I):
    x1 = numcolors(I)
    x2 = decrement(x1)
    O = upscale(I, x2)
    return O


def solve_c59eb873(I):
    O = upscale(I, TWO)
    return O


def solve_c8f0f002(I):
    O = switch(I, FIVE, SEVEN)
    return O


def solve_c9e6f938(I):
    x1 = vmirror(I)
    O = hconcat(I, x1)
    return O


def solve_d511f180(I):
    O = switch(I, FIVE, EIGHT)
    return O


def solve_d9fac9be(I):
    x1 = leastcolor(I)
    x2 = canvas(x1, UNITY)
    O = replace(x2, THREE, EIGHT)
    return O


def solve_dae9d2b5(I):
    x1 = lefthalf(I)
    x2 = righthalf(I)
    O = cellwise(x1, x2, SIX)
    return O


def solve_ed36ccf7(I):
    O = rot270(I)
    return O


def solve_f25fbde4(I):
    x1 = compress(I)
    O = upscale(x1, TWO)
    return O
