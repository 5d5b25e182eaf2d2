"""Repeatable: powers, roots and waves of + - * / alone, so that they are the same everywhere.

A library's exp, pow, cbrt and sin are right to about a unit in the last place, and which way
they err differs between systems, processors and versions. Where one drop more or less touches
another, that decides what rain looks like seconds later. What IEEE 754 fixes to the bit, sums,
products, quotients, square roots and powers of two, is enough to say them again. Each is right
to a few units in the last place.

See IEEE 754-2019, sections 4.3 and 5.4; Muller, "Elementary Functions", 2016, chapter 3.
"""

from __future__ import annotations

from functools import reduce
from math import frexp, pi

import numpy as np
from numpy.typing import ArrayLike

from texelnet.draw.path import Floats

LN2 = (0.693147180369123816490, 1.90821492927058770002e-10)
"""The logarithm of 2 in two parts, the first short: times a whole number it is exact."""
_EXP = [1.0]
for _n in range(1, 15):
    _EXP.append(_EXP[-1] / _n)
_MOST = 500.0
"""The largest mean whose share of the smallest number is none of the denormal ones."""


def cbrt(values: Floats) -> Floats:
    """Return cube roots of numbers that are not negative, by Halley's steps."""
    mantissa, exponent = np.frexp(values)
    third = exponent // 3
    a = np.ldexp(mantissa, exponent - 3 * third)  # 1/2 .. 4
    t = (0.426 - 0.047 * a) * a + 0.605
    for _ in range(2):  # 2 % off, 5e-6, 7e-17
        cube, twice = t * t * t, a + a
        t *= (cube + twice) / (cube + cube + a)
    return np.asarray(np.ldexp(t, third) * (a > 0))


def exp(values: ArrayLike) -> Floats:
    """Return powers of e, by the series about the nearest power of two."""
    x = np.asarray(values, np.float64)
    k = np.rint(x / LN2[0])
    rest = x - k * LN2[0] - k * LN2[1]
    series = reduce(lambda total, factor: total * rest + factor, _EXP[::-1], 0 * rest)
    return np.asarray(np.ldexp(series, k.astype(np.int64)))


def log(value: float) -> float:
    """Return the natural logarithm of a number above 0, by the series of artanh."""
    mantissa, exponent = frexp(value)
    if mantissa < 0.7:
        mantissa, exponent = 2 * mantissa, exponent - 1
    s = (mantissa - 1) / (mantissa + 1)
    total = 0.0
    for n in range(25, 0, -2):
        total = total * s * s + 1 / n
    return 2 * s * total + exponent * LN2[1] + exponent * LN2[0]


def direction(degrees: float) -> tuple[float, float]:
    """Return cosine and sine of an angle of 0 to 180 degrees."""
    if degrees > 90:
        c, s = direction(180 - degrees)
        return -c, s
    if degrees > 45:
        c, s = direction(90 - degrees)
        return s, c
    x = degrees * (pi / 180)
    c = s = 0.0
    for n in range(10, 0, -1):  # (2n)! and (2n+1)!, one factor at a time
        c = (1 + c) * -(x * x) / (2 * n * (2 * n - 1))
        s = (1 + s) * -(x * x) / ((2 * n + 1) * 2 * n)
    return 1 + c, x * (1 + s)


def poisson(rng: np.random.Generator, mean: float) -> int:
    """Return how many came where so many come on average, by as many numbers and a few more.

    Their product falls below e^-mean at the first that came too late.
    """
    count, parts = 0, int(mean / _MOST) + 1
    for _ in range(parts):
        least, product = float(exp(-mean / parts)), 1.0
        while True:
            products = product * np.cumprod(rng.random(64))
            late = products < least
            if late.any():
                count += int(np.argmax(late))
                break
            count, product = count + 64, float(products[-1])
    return count
