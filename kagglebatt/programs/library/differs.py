"""Differs: programs that say how close grid I is to C, from 0 to 1000."""

from dsl import *
from constants import *


def differ_likeness(S, I, C):
    O = likeness(I, C)
    return O


def differ_palette(S, I, C):
    x1 = palette(I)
    x2 = palette(C)
    x3 = intersection(x1, x2)
    x4 = combine(x1, x2)
    x5 = size(x3)
    x6 = size(x4)
    O = permille(x5, x6)
    return O


def differ_shape(S, I, C):
    x1 = height(I)
    x2 = height(C)
    x3 = width(I)
    x4 = width(C)
    x5 = astuple(x1, x2)
    x6 = astuple(x3, x4)
    x7 = minimum(x5)
    x8 = maximum(x5)
    x9 = minimum(x6)
    x10 = maximum(x6)
    x11 = multiply(x7, x9)
    x12 = multiply(x8, x10)
    O = permille(x11, x12)
    return O


def differ_foreground(S, I, C):
    x1 = mostcolor(C)
    x2 = asindices(C)
    x3 = ofcolor(C, x1)
    x4 = difference(x2, x3)
    x5 = toobject(x4, C)
    x6 = toobject(x4, I)
    x7 = intersection(x5, x6)
    x8 = size(x7)
    x9 = size(x5)
    O = permille(x8, x9)
    return O


def differ_rows(S, I, C):
    x1 = rowprofile(I)
    x2 = rowprofile(C)
    x3 = papply(equality, x1, x2)
    x4 = sfilter(x3, identity)
    x5 = size(x1)
    x6 = size(x2)
    x7 = astuple(x5, x6)
    x8 = maximum(x7)
    x9 = size(x4)
    O = permille(x9, x8)
    return O


def differ_columns(S, I, C):
    x1 = colprofile(I)
    x2 = colprofile(C)
    x3 = papply(equality, x1, x2)
    x4 = sfilter(x3, identity)
    x5 = size(x1)
    x6 = size(x2)
    x7 = astuple(x5, x6)
    x8 = maximum(x7)
    x9 = size(x4)
    O = permille(x9, x8)
    return O


def differ_objects(S, I, C):
    x1 = objects(I, T, T, T)
    x2 = objects(C, T, T, T)
    x3 = intersection(x1, x2)
    x4 = combine(x1, x2)
    x5 = size(x3)
    x6 = size(x4)
    O = permille(x5, x6)
    return O
