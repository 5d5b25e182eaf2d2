"""Passes: which kernels a program takes, each written whole.

A plane can be computed in several ways. Each that the schedule allows is written, and the one
that costs least is taken, counted from its own statements (:mod:`texelnet.shader.expense`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from texelnet.pixel import Plane, Program
from texelnet.pixel.expr import stretched_by, taps
from texelnet.pixel.show import multiply_adds
from texelnet.shader.expense import SECONDS, driver_seconds, expense
from texelnet.shader.kernel import Kernel, packs, texels_read
from texelnet.shader.schedule import HARD, Schedule
from texelnet.shader.write.draft import Draft
from texelnet.shader.write.products import windows
from texelnet.shader.write.shared import share
from texelnet.shader.write.stores import is_staged, store


def write_kernels(program: Program, schedule: Schedule) -> list[Kernel]:
    """Return the passes of a simplified program, in order."""
    chosen: list[list[Kernel]] = []
    spent = 0.0
    for plane in program.computed():
        best = _cheapest(plane, program, schedule)
        if spent + driver_seconds(best) > schedule.seconds:
            best = _soonest(best, program, schedule)
        spent += driver_seconds(best)
        chosen.append(best)
    _hasten(chosen, program, schedule, schedule.spare - spent)
    kernels = [kernel for passes in chosen for kernel in passes]
    return [replace(k, name=f"pass_{number:02d}") for number, k in enumerate(kernels)]


def _hasten(
    chosen: list[list[Kernel]], program: Program, schedule: Schedule, seconds: float
) -> None:
    """Put squares of 4 in place of what was chosen, while the driver has seconds to spare.

    Those that save most a second come first.
    """
    offers = []
    larger = replace(schedule, winograd=4)
    for index, before in enumerate(chosen if schedule.winograd and seconds > 0 else ()):
        after = _cheapest(before[0].plane, program, larger)
        gain = _expense(before) - _expense(after)
        price = driver_seconds(after) - driver_seconds(before)
        if gain > 0:
            offers.append((gain / max(price, 1e-3), index, price, after))
    for _, index, price, after in sorted(offers, key=lambda offer: offer[:2], reverse=True):
        if price <= seconds:
            chosen[index] = after
            seconds -= price


def _soonest(best: list[Kernel], program: Program, schedule: Schedule) -> list[Kernel]:
    """Return a plane with its weights in a buffer where they were literals, if that is sooner.

    And the other way round, unless they are hopelessly many: squares of 4 take a quarter.
    """
    plane, seconds = best[0].plane, driver_seconds(best)
    other = replace(schedule, literals=0)
    if any(kernel.weights is not None for kernel in best):
        if SECONDS * multiply_adds(plane.computed) / 4 > seconds:
            return best
        other = replace(schedule, literals=HARD)
    return min(best, _cheapest(plane, program, other), key=driver_seconds)


def _cheapest(plane: Plane, program: Program, schedule: Schedule) -> list[Kernel]:
    ways = _ways(plane, program, schedule)
    return min((_passes(plane, program, way) for way in ways), key=_expense)


def _expense(passes: list[Kernel]) -> float:
    return sum(map(expense, passes))


def _ways(plane: Plane, program: Program, schedule: Schedule) -> list[Schedule]:
    """Return how a plane may be computed; the first is taken where two cost the same."""
    if schedule.form == "fragment":
        return [schedule.as_fragment()]
    if any(plane.thin):
        return [schedule.as_row(*plane.thin)]
    ways: list[Schedule] = []
    buffered = multiply_adds(plane.computed) > schedule.literals
    if schedule.form == "hybrid" and plane.phases == (1, 1) and not buffered:
        ways.append(schedule.as_fragment())
    for side in sorted({schedule.winograd, min(schedule.winograd, 2)} - {0}):
        found = windows(plane.computed, side, schedule.widest)
        if found and sum(tile.products for tile in found) <= 4 * schedule.literals:
            ways.append(schedule.as_compute(side))
    if not buffered or not ways:
        ways.append(schedule.as_compute())
    if not schedule.spare or buffered:
        return ways
    read = {tap.plane: program.planes[tap.plane].channels for tap in taps(plane.computed)}
    if sum(map(packs, read.values())) == 1:  # few texels, in reach of all
        rows, columns = schedule.block
        ways.append(replace(schedule, block=(max(rows, 2), max(columns, 2))).as_compute())
    return ways


def _passes(plane: Plane, program: Program, schedule: Schedule) -> list[Kernel]:
    total, most = packs(plane.channels), schedule.packs
    if not schedule.winograd and multiply_adds(plane.computed) > schedule.literals:
        most = min(most, schedule.looped_packs)
    return [
        _kernel(plane, program, schedule, first, min(most, total - first))
        for first in range(0, total, most)
    ]


def _kernel(
    plane: Plane, program: Program, schedule: Schedule, first: int, count: int
) -> Kernel:
    draft = Draft(plane, program, schedule)
    store(draft, range(first, first + count))
    body = tuple(draft.body)
    if schedule.form == "compute" and schedule.shared:
        body = share(body, schedule.workgroup, schedule.shared)
    part = count / packs(plane.channels)
    rows, columns = plane.positions
    if schedule.form == "fragment":
        rows, columns = plane.height, plane.width
    by, bx = schedule.block
    names = dict.fromkeys(s.plane for s in texels_read(draft.body))
    sides = _sides(plane, program)
    names.update(dict.fromkeys(name for name, _ in sides.values()))
    return Kernel(
        name="pass",
        plane=plane,
        reads=tuple(program.planes[n] for n in names),
        form=schedule.form,
        block=schedule.block,
        grid=((rows + (by - 1)) // by, (columns + (bx - 1)) // bx),
        workgroup=schedule.workgroup,
        layers=(first, count),
        body=body,
        weights=np.stack(draft.weights) if draft.weights else None,
        macs=round(multiply_adds(plane.computed) * part),
        notes=plane.layers,
        sides=sides,
        staged=is_staged(plane, schedule),
    )


def _sides(plane: Plane, program: Program) -> dict[str, tuple[str, str]]:
    """Return the inputs' sides that are as long as the free sizes in a plane's places."""
    given = [program.planes[name] for name in program.inputs]
    known = {str(p.height): (p.name, "y") for p in given}
    known |= {str(p.width): (p.name, "x") for p in given}
    return {name: known[name] for name in sorted(stretched_by(plane.computed))}
