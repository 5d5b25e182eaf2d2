"""Runlets: the outlines of sliding drops, all at once.

About a drop's head the outline is r(phi) = (1 + waves) (1 + (e - 1) b(phi)), e the tail's
length over the radius and b = max(0, -cos phi)^3 behind, phi from the direction that it goes
to. It is made of POINTS cubics between equal angles, with the curve's own directions; each
handle is cut before the ray half way to the next point (``simple.tamed`` tells why the
outline can't cross itself then), and the whole is scaled to the area of the round drop.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt, tan

import numpy as np

from texelnet.draw.compiled import compiled
from texelnet.draw.drop import Outline
from texelnet.draw.path import Contour, Floats
from texelnet.draw.rain import WAVES, Rain
from texelnet.draw.simple import CUT, certify

POINTS = 12
_BATCH = 512
"""Drops at a time, so that what is computed stays near the processor."""
_HANDLE = 4 / 3 * tan(pi / (2 * POINTS))
_SIN, _COS = sin(pi / POINTS), cos(pi / POINTS)
_PHI = 2 * pi * np.arange(POINTS) / POINTS
_OUT = np.array([np.cos(_PHI), np.sin(_PHI)])
_BACK = np.maximum(0, -_OUT[0]) ** 3
_BACK_SLOPE = 3 * np.maximum(0, -_OUT[0]) ** 2 * _OUT[1]
_K = np.array(WAVES)[:, None]
_BASIS = np.concatenate([np.cos(_K * _PHI), np.sin(_K * _PHI)])
_SLOPES = np.concatenate([-_K * np.sin(_K * _PHI), _K * np.cos(_K * _PHI)])


def control_points(now: Rain, compile: bool = True) -> Floats:
    """Return (n, POINTS, 3, 2): where each cubic begins, and its two handles' ends.

    Parameters
    ----------
    compile
        Whether numba, where it is installed, may compile the loop.
    """
    r = now.radius
    made = np.empty((len(r), POINTS, 3, 2))
    longer = now.tail / r - 1
    if loops := compile and compiled(plain):
        loops[0](made, now.place, r, longer, now.turn, now.waves)
    else:
        for begin in range(0, len(r), _BATCH):
            some = slice(begin, begin + _BATCH)
            made[some] = _placed(_local(longer[some], now.waves[some]), r[some], now.turn[some])
            made[some] += now.place[some, None, None]
    return made


def plain(
    made: Floats, place: Floats, radius: Floats, longer: Floats, turn: Floats, waves: Floats
) -> None:
    """Do what `_local` and `_placed` do, drop by drop, for numba to compile."""
    p = np.empty((POINTS, 3, 2))
    for n in range(len(radius)):
        for k in range(POINTS):
            wave, slope = 1.0, 0.0
            for j in range(len(_BASIS)):
                wave += waves[n, j] * _BASIS[j, k]
                slope += waves[n, j] * _SLOPES[j, k]
            back = 1 + longer[n] * _BACK[k]
            out = wave * back
            on, up = _HANDLE * out, _HANDLE * (slope * back + wave * longer[n] * _BACK_SLOPE[k])
            reach = CUT * _SIN * out
            after = reach / max(reach, on * _COS - up * _SIN)
            before = reach / max(reach, on * _COS + up * _SIN)
            c, s = _OUT[0, k], _OUT[1, k]
            p[k, 0, 0], p[k, 0, 1] = out * c, out * s
            a, b = out + after * up, after * on
            p[k, 1, 0], p[k, 1, 1] = a * c - b * s, a * s + b * c
            a, b = out - before * up, -before * on
            p[k - 1, 2, 0], p[k - 1, 2, 1] = a * c - b * s, a * s + b * c
        area = 0.0
        for k in range(POINTS):
            (ax, ay), (bx, by), (cx, cy) = p[k]
            dx, dy = p[(k + 1) % POINTS, 0]
            area += 6 * (ax * by - ay * bx) + 3 * (ax * cy - ay * cx) + (ax * dy - ay * dx)
            area += 3 * (bx * cy - by * cx) + 3 * (bx * dy - by * dx) + 6 * (cx * dy - cy * dx)
        size = radius[n] * sqrt(20 * pi / area)
        c, s = size * turn[n, 0], size * turn[n, 1]
        for k in range(POINTS):
            for i in range(3):
                made[n, k, i, 0] = p[k, i, 0] * c - p[k, i, 1] * s + place[n, 0]
                made[n, k, i, 1] = p[k, i, 0] * s + p[k, i, 1] * c + place[n, 1]


def _local(longer: Floats, waves: Floats) -> Floats:
    """Return (3, 2, n, POINTS): begins, handles after them and before them, x and y."""
    back = 1 + longer[:, None] * _BACK
    wave = 1 + waves @ _BASIS
    out = wave * back
    along = (waves @ _SLOPES) * back + wave * longer[:, None] * _BACK_SLOPE
    on, up = _HANDLE * out, _HANDLE * along  # what a handle goes around and outwards
    after = _share(out, on * _COS - up * _SIN)
    before = _share(out, on * _COS + up * _SIN)
    polar = (
        (out, np.zeros_like(out)),
        (out + after * up, after * on),
        (out - before * up, -before * on),
    )
    return np.array([(a * _OUT[0] - b * _OUT[1], a * _OUT[1] + b * _OUT[0]) for a, b in polar])


def _placed(local: Floats, r: Floats, turn: Floats) -> Floats:
    """Return (n, POINTS, 3, 2), of the right area and turned to where they go."""
    start, first, second = local
    second = np.roll(second, -1, axis=2)
    size = r * np.sqrt(pi / _areas(start, first, second))
    c, s = (size * turn.T)[:, :, None]
    made = np.empty((len(r), POINTS, 3, 2))
    for index, (x, y) in enumerate((start, first, second)):
        made[:, :, index, 0] = x * c - y * s
        made[:, :, index, 1] = x * s + y * c
    return made


def _share(out: Floats, towards: Floats) -> Floats:
    """Return how much of each handle stays before the ray."""
    reach = CUT * _SIN * out
    return np.asarray(reach / np.maximum(towards, reach))


def _areas(start: Floats, first: Floats, second: Floats) -> Floats:
    """Return each outline's area."""
    p = (start, first, second, np.roll(start, -1, axis=2))
    pairs = ((0, 1, 6), (0, 2, 3), (0, 3, 1), (1, 2, 3), (1, 3, 3), (2, 3, 6))
    twice = sum(w * (p[a][0] * p[b][1] - p[a][1] * p[b][0]) for a, b, w in pairs)
    return np.asarray(np.sum(twice, axis=1) / 20)


def contours(now: Rain) -> list[Contour]:
    """Return every drop's outline."""
    return [Contour(cubics) for cubics in whole(control_points(now))]


def whole(points: Floats) -> Floats:
    """Return (n, POINTS, 4, 2): control points with each cubic's end."""
    return np.concatenate([points, np.roll(points[:, :, :1], -1, axis=1)], axis=2)


def outlines(now: Rain) -> list[Outline]:
    """Return every drop's outline with its proof, made about its head."""
    found = zip(contours(now), now.place, strict=True)
    return [Outline(one, certify(one, (float(x), float(y)))) for one, (x, y) in found]
