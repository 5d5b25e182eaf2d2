"""How long rain takes: a step of 10,000 drops, their outlines, and their coverage apart.

The best of 30 rounds of processor time is told, with numba and without; a frame has 16.7 ms.

    make bench-draw        prints the table and writes benchmarks/rain.md
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from texelnet.draw.path import Contour
from texelnet.draw.rain import Glass, rain
from texelnet.draw.raster import patches
from texelnet.draw.runlets import contours, control_points

DROPS, ROUNDS = 10_000, 30
GLASS = Glass(500, 400, drops=DROPS, refill=5)


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return milliseconds of processor time."""
    work()
    found = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return 1000 * min(found)


def table() -> str:
    """Measure, and return lines of Markdown."""
    now = rain(GLASS, 1)
    for _ in range(60):
        now = now.step()
    lines = ["|  | numba | numpy |", "| --- | ---: | ---: |"]
    step = [best(lambda c=c: now.step(compile=c)) for c in (True, False)]  # type: ignore[misc]
    drawn = [best(lambda c=c: control_points(now, c)) for c in (True, False)]  # type: ignore[misc]
    shapes: list[Contour] = [one.through([[2, 0, 0], [0, 2, 0]]) for one in contours(now)]

    def cover(compile: bool) -> float:
        return best(lambda: list(patches(shapes, 1000, 800, compile=compile)), 3)

    rows = {
        f"step, {len(now.volume):,} drops": step,
        "outlines' control points": drawn,
        "together": [a + b for a, b in zip(step, drawn, strict=True)],
        "coverage at 1000 x 800": [cover(True), cover(False)],
    }
    lines += [f"| {name} | {a:.1f} ms | {b:.1f} ms |" for name, (a, b) in rows.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    head = (
        "# Rain\n\nProcessor time of one process, the best of 30 rounds; made by `rain.py`.\n\n"
    )
    made = table()
    print(made)
    Path(__file__).with_suffix(".md").write_text(head + made, encoding="utf-8")
