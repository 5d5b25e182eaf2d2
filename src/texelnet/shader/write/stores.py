"""Stores: what a kernel computes, laid down as packs of its plane."""

from __future__ import annotations

from itertools import product

from texelnet.pixel import Plane
from texelnet.pixel.expr import Axis, Call, walk
from texelnet.shader.kernel import Choose, Gather, Store, packs
from texelnet.shader.schedule import Schedule
from texelnet.shader.write.draft import Draft, Pixel
from texelnet.shader.write.values import Values

BESIDE = 4
"""Pixels of one channel that are stored at once, where they lie beside each other."""


def is_staged(plane: Plane, schedule: Schedule) -> bool:
    """Tell whether a plane is stored in buffers: numbers not one by one, but as packs."""
    if not schedule.staged or schedule.form != "compute":
        return False
    return plane.channels > 1 or schedule.block[1] * plane.phases[1] % BESIDE == 0


def store(draft: Draft, layers: range) -> None:
    """Compute and store these packs of the plane, for every pixel and phase."""
    values = Values(draft)
    channels, (sy, sx) = draft.plane.channels, draft.plane.phases
    if channels == 1 and is_staged(draft.plane, draft.schedule):
        _store_rows(draft, values)
        return
    if (sy, sx) == (1, 1):
        if draft.buffered:  # a loop makes all packs at once
            values.need(draft.plane.computed, set(layers))
        for index, pack in enumerate(layers):
            values.need(draft.plane.computed, {pack})
            for pixel in draft.block:
                y, x = draft.own(pixel)
                draft.body.append(Store(index, y, x, _stored(values, pack, pixel)))
        return
    lanes = [
        [p * channels + c for c in range(4 * k, min(4 * k + 4, channels))]
        for k in layers
        for p in range(sy * sx)
    ]
    values.need(draft.plane.computed, {lane // 4 for part in lanes for lane in part})
    for pixel, index in product(draft.block, range(len(layers))):
        options = lanes[index * sy * sx : (index + 1) * sy * sx]
        _store_phases(draft, pixel, index, [_gather(values, o, pixel) for o in options])


def _store_rows(draft: Draft, values: Values) -> None:
    """Store a plane of one channel, some columns of a row at once."""
    (rows, columns), (sy, sx) = draft.schedule.block, draft.plane.phases
    expr = draft.plane.computed
    values.need(expr, set(range(packs(sy * sx))))
    for y, x in product(range(rows * sy), range(0, columns * sx, BESIDE)):
        lanes = []
        for column in range(x, x + BESIDE):
            phase = y % sy * sx + column % sx
            pixel = y // sy, column // sx
            lanes.append((values.got(expr, phase // 4, pixel), phase % 4))
        to = draft.name("beside")
        draft.body.append(Gather(to, tuple(lanes)))
        at = Axis.of(sy * rows, offset=y), Axis.of(sx * columns, offset=x)
        draft.body.append(Store(0, *at, to, BESIDE))


def _stored(values: Values, pack: int, pixel: Pixel) -> str:
    """Return a pack to store; lanes without a channel are zero, whatever 0/0 is."""
    channels, expr = values.draft.plane.channels, values.draft.plane.computed
    lanes = list(range(4 * pack, min(4 * pack + 4, channels)))
    calls = {e.function for e in walk(expr) if isinstance(e, Call)}
    if channels == 1 or not calls & {"div", "log", "pow"}:
        return values.got(expr, pack, pixel)
    return _gather(values, lanes, pixel)


def _store_phases(draft: Draft, pixel: Pixel, layer: int, options: list[str]) -> None:
    sy, sx = draft.plane.phases
    if draft.schedule.form == "fragment":
        chosen = draft.name("phase")
        draft.body.append(Choose(chosen, (sy, sx), tuple(options)))
        draft.body.append(Store(layer, Axis(), Axis(), chosen))
        return
    (rows, columns), (down, right) = draft.schedule.block, pixel
    for phase, option in enumerate(options):
        y = Axis.of(sy * rows, offset=sy * down + phase // sx)
        x = Axis.of(sx * columns, offset=sx * right + phase % sx)
        draft.body.append(Store(layer, y, x, option))


def _gather(values: Values, lanes: list[int], pixel: Pixel) -> str:
    draft = values.draft
    expr = draft.plane.computed
    if len(lanes) == 4 and lanes[0] % 4 == 0 and lanes[3] == lanes[0] + 3:
        return values.got(expr, lanes[0] // 4, pixel)
    to = draft.name("lanes")
    found = [(values.got(expr, lane // 4, pixel), lane % 4) for lane in lanes]
    draft.body.append(Gather(to, (*found, *[None] * (4 - len(found)))))
    return to
