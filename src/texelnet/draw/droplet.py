"""The droplet page: from a curved square to drops that never cross themselves.

It answers what people ask who draw drops in ActionScript or on a canvas. Every number is
computed when the page is made.
"""

from __future__ import annotations

from itertools import count
from math import atan2, cos, degrees, pi, sin, sqrt

import numpy as np

from texelnet.draw.drop import JITTER, Drop, jittered
from texelnet.draw.droplet_code import CIRCLE, DROP, SPLINE, SQUARE, blocks
from texelnet.draw.mulberry import Mulberry32
from texelnet.draw.path import Contour, Floats
from texelnet.draw.simple import certify, crosses_itself, tamed
from texelnet.draw.spline import AIMS, ALPHAS, catmull_rom, circle, circle_factor, handle
from texelnet.page import Figure, Line, Note, Page, Plot, Section, Table, Text

ROUNDS = 200
_TIMES = np.linspace(0, 1, 33)


def drop_page() -> Page:
    """Return the page of droplets."""
    intro = (
        "A drop drawn with four `curveTo` calls is a rounded square. A circle of cubics and a "
        "curve through more points make better ones; moving the points at random makes loops, "
        "unless handles are cut. Each step is drawn and measured here, and its code stands "
        "below it, for ActionScript 3, a canvas and Python."
    )
    sections = (_square(), _kappa(), _spline(), _jitter(), _combs())
    return Page("How to draw a drop", (Text(intro),), sections)


def quadratics(segments: int, at: float = 1.0) -> Contour:
    """Return quadratic arcs around the unit circle, as the cubics that they equal.

    Parameters
    ----------
    segments
        How many arcs.
    at
        Where control points lie: 1 where the tangents of both ends meet, less further in.
    """
    angles = 2 * pi * np.arange(segments + 1) / segments
    ends = np.stack([np.cos(angles), np.sin(angles)], -1)
    ends[-1] = ends[0]
    middle = angles[:-1] + pi / segments
    far = at / cos(pi / segments)
    control = far * np.stack([np.cos(middle), np.sin(middle)], -1)
    a, b = ends[:-1], ends[1:]
    return Contour(np.stack([a, (a + 2 * control) / 3, (b + 2 * control) / 3, b], axis=1))


def errors(contour: Contour) -> tuple[float, float]:
    """Return how far the unit circle's radius is missed, inwards and outwards."""
    points = contour.points(np.linspace(0, 1, 201)).reshape(-1, 2)
    radii = np.hypot(points[:, 0], points[:, 1]) - 1
    return float(radii.min()), float(radii.max())


def _square() -> Section:
    arcs = quadratics(4)
    out = errors(arcs)[1]
    exact = (sqrt(2) - 0.5) * cos(pi / 4) * sqrt(2)
    kink = 2 * degrees(atan2(1 - exact, exact))
    corners = np.array([[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]])
    text = (
        "`curveTo` draws a quadratic curve: it has one control point. With four of them the "
        f"only smooth choice is the corner, and there the radius at 45 degrees is {out:+.2%}, "
        f"the area {arcs.area / pi - 1:+.2%}: a curved square."
    )
    more = (
        f"Control points further in, at {exact:.4f} instead of 1, meet the circle at 45 "
        f"degrees but make a kink of {kink:.1f} degrees where two curves meet. The cure is "
        "more arcs."
    )
    rows = [
        (str(n), f"{errors(quadratics(n))[1]:+.3%}", f"{quadratics(n).area / pi - 1:+.3%}")
        for n in (4, 6, 8, 12, 16)
    ]
    table = Table("Circles of n curveTo calls", ("n", "radius", "area"), rows, (0, 1, 2), (0,))
    alt = f"Four quadratic curves around a circle bulge by {out:.2%} at the diagonals."
    lines = (_curve("four curveTo", arcs), _round(), _dots("corners", corners))
    figure = Figure(
        (_drawing("curved square", lines, alt),), "Four curveTo calls and the circle."
    )
    return Section("Four curveTo", (Text(text), figure, Text(more), table, *blocks(SQUARE)))


def _kappa() -> Section:
    angles = np.linspace(0, 90, 91)
    lines = []
    rows = []
    for aim in AIMS:
        one = circle(aim=aim)
        points = one.points(np.linspace(0, 1, 201))[0]
        at = np.degrees(np.arctan2(points[:, 1], points[:, 0]))
        missed = np.interp(angles, at, (np.hypot(points[:, 0], points[:, 1]) - 1) * 1e4)
        lines.append(Line(f"{aim} ({handle(4, aim):.6f})", angles.tolist(), missed.tolist()))
        low, high = errors(one)
        found = (f"{handle(4, aim):.9f}", f"{low:+.2e}", f"{high:+.2e}")
        rows.append((aim, *found, f"{one.area / pi - 1:+.1e}"))
    text = (
        f"A cubic has two handles. For a quarter of a circle each is {handle(4):.5f} times "
        "the radius long. That number is for cubics (`cubicCurveTo`, `bezierCurveTo`) and is "
        "a share of the radius, not of the side of a box; for `curveTo` it means nothing."
    )
    head = ("what is right", "handle", "radius in", "radius out", "area")
    table = Table("Handles of four cubics", head, rows, (1, 2, 3, 4))
    alt = "How far three circles of four cubics are from a circle, over a quarter turn."
    drawn = Plot("error of the radius", "degrees", "error, 1/10000", lines, alt)
    worst = 40 * errors(circle())[1]
    figure = Figure((drawn,), f"At a radius of 40 pixels the largest is {worst:.3f} pixels.")
    return Section("The circle of four cubics", (Text(text), figure, table, *blocks(CIRCLE)))


def _spline() -> Section:
    rows = []
    for n in (4, 6, 8, 12, 16):
        plain, longer = catmull_rom(_around(n)), _factored(n)
        found = (f"{circle_factor(n):.4f}", f"{_worst(plain):+.3%}", f"{_worst(longer):+.1e}")
        rows.append((str(n), *found))
    text = (
        "A drop that is to be formed freely needs points to pull at. Put n of them on a circle "
        "by sine and cosine, draw a Catmull-Rom curve through them and turn its tangents into "
        "handles. By itself it cuts the corners; handles 4 tan(π/2n) / sin(2π/n) times as long "
        "make the circle of cubics."
    )
    head = ("n", "factor", "radius, plain", "radius, longer handles")
    table = Table("Catmull-Rom through n points of a circle", head, rows, (0, 1, 2, 3))
    lines = (
        _curve("plain", catmull_rom(_around(4))),
        _curve("longer handles", _factored(4), "faint"),
        _dots("points", _around(4)),
    )
    alt = "A Catmull-Rom curve through four points lies inside of the circle through them."
    figure = Figure(
        (_drawing("four points", lines, alt),), "Four points, where it is seen best."
    )
    return Section("A curve through n points", (Text(text), figure, table, *blocks(SPLINE)))


def _jitter() -> Section:
    seed, raw = next(
        (seed, contour)
        for seed in count()
        if crosses_itself(contour := jittered(Mulberry32(seed), 1.0, 12, "uniform"))
    )
    cut = tamed(raw, (0.0, 0.0))
    margin = certify(cut, (0.0, 0.0)).margin
    rows = [(kind, *(f"{100 * share:.1f} %" for share in _crossing(kind))) for kind in ALPHAS]
    text = (
        f"Now each point moves along the circle and by up to {JITTER:.0%} of the radius in or "
        "out. The points keep their order around the centre, yet the curve between them can "
        "loop where a handle reaches across the ray half way to the next point. Cut there, "
        "and only there, the control points are in angular order too, so the curve is: it "
        "goes once around and never crosses itself. Directions stay, so it is as smooth as "
        "before."
    )
    parts = (
        _drawing(
            "raw", (_curve("raw", raw), _dots("points", raw.cubics[:, 0])), _jitter_alt(1)
        ),
        _drawing(
            "cut", (_curve("cut", cut), _dots("points", cut.cubics[:, 0])), _jitter_alt(0)
        ),
    )
    figure = Figure(parts, f"Seed {seed}, wobble 1, 12 points, uniform: raw, and cut.")
    head = ("spline", "raw", "cut")
    caption = f"Outlines that cross themselves, of {ROUNDS} at wobble 1"
    proof = (
        f"The cut one carries a proof: cross(p, p') is above {margin:.2g} of its area all "
        "along, by the Bernstein coefficients of each cubic."
    )
    note = Note("good", "Proved:", proof)
    table = Table(caption, head, rows, (1, 2))
    return Section("Random, without loops", (Text(text), figure, note, table, *blocks(DROP)))


def _combs() -> Section:
    drawn = {
        "four curveTo": quadratics(4),
        "four cubics": circle(),
        "points": _drop("points"),
        "tension": _drop("tension"),
    }
    parts = [_comb(name, contour) for name, contour in drawn.items()]
    text = (
        "Teeth stand on the curve, as long as it bends: where they jump, the eye sees a "
        "corner though there is none. Curves through points are lumpy. Surface tension likes "
        "few, long waves, r = 1 + Σ aₖ cos(kθ + φₖ): the maker `tension`."
    )
    figure = Figure(parts, "Curvature combs; both drops are of seed 7 and wobble 0.3.")
    return Section("Combs of curvature", (Text(text), figure))


def _drop(maker: str) -> Contour:
    drop = Drop(1.0, 7, 0.3, maker=maker)
    return Contour(drop.outline().contour.cubics / drop.radius)


def _crossing(kind: str) -> tuple[float, float]:
    """Return the shares of raw and of cut outlines that cross themselves."""
    raw = [jittered(Mulberry32(seed), 1.0, 12, kind) for seed in range(ROUNDS)]
    cut = [tamed(contour, (0.0, 0.0)) for contour in raw]
    first, second = (sum(map(crosses_itself, some)) / ROUNDS for some in (raw, cut))
    return first, second


def _jitter_alt(raw: int) -> str:
    return (
        "A random outline with a small loop." if raw else "The same outline without its loop."
    )


def _around(points: int) -> Floats:
    turn = 2 * pi / points
    return np.array([[cos(i * turn), sin(i * turn)] for i in range(points)])


def _factored(points: int) -> Contour:
    return catmull_rom(_around(points), longer=circle_factor(points))


def _worst(contour: Contour) -> float:
    return max(errors(contour), key=abs)


def _comb(name: str, contour: Contour) -> Plot:
    """Draw a contour with its curvature standing on it, outwards."""
    t = np.linspace(0, 1, 1 + max(5, 56 // len(contour.cubics)))
    base = contour.points(t).reshape(-1, 2)
    along = contour.derivatives(t).reshape(-1, 2)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    normal = np.stack([along[:, 1], -along[:, 0]], -1)
    bend = np.clip(contour.curvatures(t).ravel(), -6, 6)
    tips = base + 0.25 * bend[:, None] * normal
    gaps = np.full_like(base, np.nan)
    teeth = np.stack([base, tips, gaps], axis=1).reshape(-1, 2)
    lines = (_curve("outline", contour), _line("bend", tips), _line("teeth", teeth, "faint"))
    return _drawing(name, lines, f"The outline of {name} with teeth as long as it bends.")


def _curve(name: str, contour: Contour, style: str = "line") -> Line:
    points = contour.points(_TIMES).reshape(-1, 2)
    return _line(name, points, style)


def _round() -> Line:
    return _curve("circle", circle(segments=16), "faint")


def _dots(name: str, points: Floats) -> Line:
    return _line(name, points, "dots")


def _line(name: str, points: Floats, style: str = "line") -> Line:
    return Line(name, points[:, 0].tolist(), points[:, 1].tolist(), style)


def _drawing(title: str, lines: tuple[Line, ...], alt: str) -> Plot:
    return Plot(title, "", "", lines, alt, equal=True)
