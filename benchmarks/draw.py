"""How long 200 drops on 1024 x 1024 take, and how far off edges are, beside other fillers.

Each filler gets the same outlines, of 12 cubics each; the peers get them flattened to 0.05
pixels beforehand, which is not counted. The error is against texelnet's coverage of outlines
flattened to 1e-5 pixels, which the tests hold against polygons clipped to every pixel.

    make bench-draw        prints the table and writes benchmarks/draw.md
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from texelnet.draw import Contour, Drop, circle, patches
from texelnet.draw import Path as Outline

PAGE = Path(__file__).with_suffix(".md")
SIZE, DROPS, ROUNDS = 1024, 200, 15
Grey = NDArray[np.float64]
LIMITS = {"texelnet, numpy": 60.0, "texelnet, numba": 5.0}
"""Milliseconds that are to be reached."""


def drops() -> list[Contour]:
    """Return 200 drops on a grid that leaves each its room, of radius 8 to 26 pixels."""
    rng, found = np.random.default_rng(1), []
    for n in range(DROPS):
        at = np.array([n % 15, n // 15]) * 67 + 42 + rng.uniform(-8, 8, 2)
        drop = Drop(1, n, 0.4, 12, angle=90)
        size = rng.uniform(8, 26) / drop.radius
        found.append(Contour(drop.outline().contour.cubics * size + at))
    corners = ((0, 0), (SIZE, SIZE))  # tiny specks, so that the patch is the whole picture
    return [*found, *(circle(at, 1e-3) for at in corners)]


def own(outlines: list[Contour], compile: bool, tolerance: float = 0.01) -> Grey:
    (patch,) = patches([Outline(tuple(outlines))], SIZE, SIZE, tolerance, compile)
    return patch.coverage


def pillow(polygons: list[Grey], times: int) -> Grey:
    image = Image.new("L", (SIZE * times, SIZE * times))
    pen = ImageDraw.Draw(image)
    for points in polygons:
        pen.polygon((points * times).ravel().tolist(), fill=255)
    return np.asarray(image.reduce(times) if times > 1 else image) / 255


def skia(polygons: list[Grey]) -> Grey:
    import skia as library

    surface = library.Surface(SIZE, SIZE)
    paint = library.Paint(AntiAlias=True, Color=library.ColorWHITE)
    with surface as canvas:
        for points in polygons:
            outline = library.Path()
            outline.addPoly([library.Point(*p) for p in points.tolist()], True)
            canvas.drawPath(outline, paint)
    return surface.toarray()[:, :, 3] / 255


def opencv(polygons: list[Grey]) -> Grey:
    import cv2

    found = np.zeros((SIZE, SIZE), np.uint8)
    fixed = [np.round((points - 0.5) * 256).astype(np.int32) for points in polygons]
    for points in fixed:
        cv2.fillPoly(found, [points], 255, cv2.LINE_AA, 8)
    return found / 255


def fillers(outlines: list[Contour]) -> dict[str, Callable[[], Grey]]:
    flat = [outline.flatten(0.05) for outline in outlines]
    found: dict[str, Callable[[], Grey]] = {"texelnet, numpy": lambda: own(outlines, False)}
    if find_spec("numba"):
        found["texelnet, numba"] = lambda: own(outlines, True)
    for times in (1, 4, 8):
        name = f"Pillow, {times} x {times}" if times > 1 else "Pillow, not smoothed"
        found[name] = lambda t=times: pillow(flat, t)  # type: ignore[misc]
    if find_spec("skia"):
        found["skia"] = lambda: skia(flat)
    if find_spec("cv2"):
        found["OpenCV, LINE_AA"] = lambda: opencv(flat)
    return found


def main() -> None:
    outlines = drops()
    wanted = own(outlines, False, 1e-5)
    edge = (wanted > 1e-6) & (wanted < 1 - 1e-6)
    made = fillers(outlines)
    best = dict.fromkeys(made, np.inf)
    pictures = {name: fill() for name, fill in made.items()}
    for _ in range(ROUNDS):
        for name, fill in made.items():
            start = time.process_time()
            fill()
            best[name] = min(best[name], 1e3 * (time.process_time() - start))
    lines = [
        f"{DROPS} drops of 12 cubics on {SIZE} x {SIZE}: the least CPU time of {ROUNDS} turns,",
        "outlines to picture; peers' outlines were flattened before. Edge pixels alone count",
        f"for the error. Python {platform.python_version()}, numpy {np.__version__}.",
        "To be reached: " + ", ".join(f"{name} {ms:g} ms" for name, ms in LIMITS.items()) + ".",
        "",
        "| filler | ms | of texelnet's with numpy | edge error, mean | area bias |",
        "|---|---|---|---|---|",
    ]
    for name, picture in pictures.items():
        error = np.abs(picture - wanted)[edge].mean()
        bias = picture.sum() / wanted.sum() - 1
        share = best[name] / best["texelnet, numpy"]
        lines.append(f"| {name} | {best[name]:.1f} | {share:.2f} | {error:.5f} | {bias:+.1e} |")
    PAGE.write_text("\n".join(lines) + "\n", "utf-8")
    print(PAGE.read_text("utf-8"))


if __name__ == "__main__":
    main()
