"""Simple: proofs that an outline does not cross itself, and a test that needs no proof.

A closed curve that turns one way about a centre, cross(p - c, p') > 0 all along, once around,
is star-shaped about it, and so simple. On a cubic that product is a quartic; where its five
Bernstein coefficients are positive, so is it. Where some are not, the cubic is halved.

To make an outline so, each handle is cut where it meets the ray half way between the two ends
of its cubic: then the control points lie in angular order, and no direction is changed.

The independent test flattens nothing: pieces of cubics are halved until their hulls' boxes are
apart or too small to tell from touching.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi

import numpy as np

from texelnet.draw.path import Contour, Floats, Point, cross
from texelnet.errors import DrawError

HALVINGS = 12
CUT = 0.98
"""How far a handle goes towards the ray that it must not cross."""


@dataclass(frozen=True)
class Certificate:
    """Why an outline is simple.

    Parameters
    ----------
    centre
        It is star-shaped about this point.
    margin
        The smallest Bernstein coefficient of cross(p - c, p') over the area: above 0.
    """

    centre: Point
    margin: float


def certify(contour: Contour, centre: Point) -> Certificate:
    """Prove that a closed contour is star-shaped about a centre.

    Raises
    ------
    DrawError
        If it is not, or so nearly not that floats can't tell.
    """
    if not contour.closed:
        raise DrawError("an outline", "it is open", "a closed contour")
    moved = contour.cubics - np.asarray(centre)
    if contour.area < 0:
        moved = moved[::-1, ::-1]
    turned = float(_turns(moved))
    margin = _margin(moved) / abs(contour.area) if contour.area else 0.0
    if abs(turned - 1) > 0.1 or not margin > 0:
        fact = f"it is not star-shaped about ({centre[0]:.4g}, {centre[1]:.4g})"
        raise DrawError("an outline", fact, "less wobble, or more points")
    return Certificate((float(centre[0]), float(centre[1])), margin)


def _turns(cubics: Floats) -> float:
    """Return how often the ends of the cubics go around the origin."""
    a, b = cubics[:, 0], cubics[:, 3]
    angles = np.arctan2(cross(a, b), (a * b).sum(1))
    return float(angles.sum() / (2 * pi))


def _margin(cubics: Floats) -> float:
    """Return the smallest coefficient, of halves where a whole is not positive."""
    smallest, left = np.inf, cubics
    for _ in range(HALVINGS):
        found = coefficients(left)
        low = found.min(1)
        good = low > 0
        if good.any():
            smallest = min(smallest, float(low[good].min()))
        ends = found[:, (0, 4)].min(1)
        if (ends <= 0).any():
            return float(ends.min())
        left = np.concatenate(halved(left[~good]))
        if not len(left):
            return smallest
    return 0.0


def coefficients(cubics: Floats) -> Floats:
    """Return (n, 5): the Bernstein coefficients of the quartic cross(p, p') of each cubic."""
    p = [cubics[:, i] for i in range(4)]
    c = {(i, j): cross(p[i], p[j]) for i in range(4) for j in range(i + 1, 4)}
    return np.stack(
        [
            3 * c[0, 1],
            1.5 * c[0, 2],
            0.5 * c[0, 3] + 1.5 * c[1, 2],
            1.5 * c[1, 3],
            3 * c[2, 3],
        ],
        axis=1,
    )


def halved(cubics: Floats) -> tuple[Floats, Floats]:
    """Return both halves of every cubic (de Casteljau)."""
    p0, p1, p2, p3 = (cubics[:, i] for i in range(4))
    a, b, c = (p0 + p1) / 2, (p1 + p2) / 2, (p2 + p3) / 2
    d, e = (a + b) / 2, (b + c) / 2
    f = (d + e) / 2
    return np.stack([p0, a, d, f], axis=1), np.stack([f, e, c, p3], axis=1)


def tamed(contour: Contour, centre: Point) -> Contour:
    """Return a contour whose handles stay on their side of the ray between their ends.

    Parameters
    ----------
    contour
        Closed, its ends in angular order about the centre, less than half a turn apart.
    """
    origin = np.asarray(centre)
    p = contour.cubics - origin
    a, b = p[:, 0], p[:, 3]
    middle = a / np.linalg.norm(a, axis=1, keepdims=True)
    middle = middle + b / np.linalg.norm(b, axis=1, keepdims=True)
    sign = np.sign(contour.area) or 1.0
    first = _cut(a, p[:, 1] - a, middle, sign)
    second = _cut(b, p[:, 2] - b, middle, -sign)
    return replace(contour, cubics=np.stack([a, first, second, b], axis=1) + origin)


def _cut(start: Floats, along: Floats, ray: Floats, sign: float) -> Floats:
    """Return where handles end: before the ray."""
    with np.errstate(divide="ignore", invalid="ignore"):
        most = CUT * cross(start, ray) / cross(ray, along)
    reach = np.where((sign * cross(ray, along) > 0) & (most < 1), most, 1.0)
    return np.asarray(start + reach[:, None] * along)


def crosses_itself(contour: Contour, tolerance: float = 1e-9) -> bool:
    """Tell whether a contour crosses or touches itself, without any certificate.

    Parameters
    ----------
    tolerance
        Pieces nearer to each other than this share of the contour's size are taken to touch.
    """
    if _loops(contour.cubics).any():
        return True
    pieces = contour.cubics
    while len(pieces) < 16:  # so that the halves of neighbours are no neighbours round the back
        first, second = halved(pieces)
        pieces = np.stack([first, second], axis=1).reshape(-1, 4, 2)
    i, j = np.triu_indices(len(pieces), 1)
    apart = (j - i > 1) & ~(contour.closed & (i == 0) & (j == len(pieces) - 1))
    least = tolerance * float(np.ptp(pieces.reshape(-1, 2), axis=0).max())
    after = np.roll(pieces, -1, axis=0)
    ends = slice(None) if contour.closed else slice(-1)
    return _fold_back(pieces[ends], after[ends], least) or _meet(
        pieces[i[apart]], pieces[j[apart]], least
    )


def _fold_back(a: Floats, b: Floats, least: float) -> bool:
    """Tell whether any cubic meets the next one elsewhere than at their joint.

    Where both only go forward along one direction they can't; where not, the halves at the
    joint are looked at again, and the others as any two pieces.
    """
    for _ in range(30):
        along = (a[:, 3] - a[:, 0] + b[:, 3] - b[:, 0])[:, None]
        steps = np.concatenate([np.diff(a, axis=1), np.diff(b, axis=1)], axis=1)
        back = ((steps * along).sum(2) <= 0).any(1)
        a, b = a[back], b[back]
        if not len(a):
            return False
        (a1, a2), (b1, b2) = halved(a), halved(b)
        if _meet(np.concatenate([a1, a1, a2]), np.concatenate([b1, b2, b2]), least):
            return True
        a, b = a2, b1
    return True


def _meet(a: Floats, b: Floats, least: float) -> bool:
    """Tell whether any pair of cubics comes nearer than `least`."""
    for _ in range(60):
        low = np.maximum(a.min(1), b.min(1))
        high = np.minimum(a.max(1), b.max(1))
        near = (low <= high + least).all(1)
        a, b = a[near], b[near]
        if not len(a):
            return False
        if np.ptp(a, axis=1).max(1).min() < least and np.ptp(b, axis=1).max(1).min() < least:
            return True
        if len(a) > 200_000:
            return True
        a1, a2 = halved(a)
        b1, b2 = halved(b)
        a, b = np.concatenate([a1, a1, a2, a2]), np.concatenate([b1, b2, b1, b2])
    return True


def _loops(cubics: Floats) -> np.ndarray:
    """Tell which cubics cross themselves: p = a t^3 + b t^2 + g t + d."""
    p0, p1, p2, p3 = (cubics[:, i] for i in range(4))
    a, b, g = p3 - 3 * p2 + 3 * p1 - p0, 3 * (p0 - 2 * p1 + p2), 3 * (p1 - p0)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = -cross(a, g) / cross(a, b)
        product = total**2 - cross(b, g) / cross(a, b)
        root = np.sqrt(total**2 - 4 * product)
        low, high = (total - root) / 2, (total + root) / 2
    return np.asarray((low >= 0) & (high <= 1) & (high > low))
