"""A picture under other axes: channels last, or with an axis left out.

Between a Transpose and the one back, or where ArgMax drops the channels, a value is a view
whose every axis is one whole side of a plane. Operators that work pixel by pixel, or along
one axis, mean the same there: they are asked about the plane, with constants turned and axes
told in the plane's own order, and what they return is seen under the same axes again.

Axes of several operands are aligned at the end, as ONNX broadcasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from texelnet.ops.op import Digit, Node, NotInAShader, Op, Operand, Result, View
from texelnet.pixel import Plane, Size
from texelnet.pixel.expr import Tap

Layout = tuple[str, ...]
"""The side of the plane that each axis is: c, y or x; empty for an axis of one."""

SIDES = ("", "c", "y", "x")  # the axes of a plane
_NAMED = ("ArgMax", "ArgMin", "Concat", "Gather", "GatherND", "LogSoftmax", "Softmax", "Split")
_DROPPING = ("ArgMax", "ArgMin")


def sides(value: View | Plane) -> dict[str, Size]:
    """Return how much there is along each side."""
    plane = value.plane if isinstance(value, View) else value
    return {"c": Size(plane.channels), "y": plane.height, "x": plane.width}


def seen(plane: Plane, layout: Layout) -> View:
    """Return a plane under these axes."""
    extents = sides(plane)
    return View(
        plane,
        tuple(
            (Digit(s, extents[s], 1),) if s and extents[s] != Size(1) else () for s in layout
        ),
    )


def layout_of(operand: Operand | None) -> Layout | None:
    """Return which side each axis is, or None where one is a part of a side or several."""
    if isinstance(operand, Plane):
        return layout_of(seen(operand, SIDES))
    if not isinstance(operand, View):
        return None
    extents, found = sides(operand), []
    for axis in operand.axes:
        if len(axis) > 1 or any(d.step != 1 or d.count != extents[d.side] for d in axis):
            return None
        found.append(axis[0].side if axis else "")
    return tuple(found)


def as_plane(view: View, name: str) -> Plane | None:
    """Return a view whose sides stand in a plane's order as a plane of that name."""
    layout, plane = layout_of(view), view.plane
    kept = [s for s in layout or () if s]
    if layout is None or kept != sorted(kept, key=SIDES.index):
        return None
    return replace(plane, name=name, expr=Tap(plane.name, plane.channels), phases=(1, 1))


def lower_turned(op: Op, node: Node, alike: bool) -> Result:
    """Lower a node that reads views, or drops an axis, by what it means on their planes.

    ``alike`` says that it does the same to every number.
    """
    dropped = _dropped(node)
    layouts = [layout_of(o) for o in node.operands if isinstance(o, Plane | View)]
    if None in layouts or not (alike or node.op in _NAMED):
        raise _refusal()
    arrays = [o for o in node.operands if isinstance(o, np.ndarray)] if alike else []
    layout = _aligned([a for a in layouts if a is not None], arrays)
    operands = [_plane_of(o) for o in node.operands]
    attributes = dict(node.attributes)
    if alike:
        operands = [_turned(o, layout) if isinstance(o, np.ndarray) else o for o in operands]
    if node.op in _NAMED:
        attributes["axis"] = _axis(int(node.get("axis", _first_axis(node))), layout)
    if node.op == "Gather" and dropped:
        operands[1] = np.reshape(node.constant(1), -1)
    if dropped:
        attributes["keepdims"] = 1
    planes = op.lower(replace(node, operands=tuple(operands), attributes=attributes))
    rest = [s for i, s in enumerate(layout) if i not in {d % len(layout) for d in dropped}]
    return [_result(p, tuple(rest)) if isinstance(p, Plane) else p for p in planes]


def reads_views(node: Node) -> bool:
    """Tell whether a node reads or makes a value that is no plane."""
    return any(isinstance(o, View) for o in node.operands) or bool(_dropped(node))


def _dropped(node: Node) -> list[int]:
    """Return the axes that a node leaves out."""
    if not any(isinstance(o, Plane | View) for o in node.operands[:1]):
        return []
    if node.op == "Gather" and np.ndim(node.constant(1)) == 0:
        return [int(node.get("axis", 0))]
    if node.op not in _DROPPING or node.get("keepdims", 1):
        return []
    return [int(node.get("axis", 0))]


def _first_axis(node: Node) -> int:
    return -1 if node.op in ("Softmax", "LogSoftmax") else 0


def _refusal() -> NotInAShader:
    return NotInAShader(
        "it works on a picture whose axes are reshaped or transposed",
        "export the network with channels first, (batch, channels, height, width)",
    )


def _plane_of(operand: Operand | None) -> Operand | None:
    return operand.plane if isinstance(operand, View) else operand


def _aligned(layouts: Sequence[Layout], arrays: Iterable[np.ndarray]) -> Layout:
    """Return the axes of what operands make together."""
    arrays = list(arrays)
    rank = max(len(a) for a in (*layouts, *(a.shape for a in arrays)))
    padded = [("",) * (rank - len(names)) + names for names in layouts]
    merged: list[str] = []
    for names in zip(*padded, strict=True):
        found = {name for name in names if name}
        if len(found) > 1:
            raise _refusal()
        merged.append(found.pop() if found else "")
    if "c" not in merged:  # one channel: what broadcasts over another axis makes channels
        wide = [i for a in arrays for i, n in enumerate(a.shape[::-1], 1) if n > 1]
        free = [i for i in wide if not merged[-i]]
        if free:
            merged[-free[0]] = "c"
    if len(set(merged) - {""}) < sum(map(bool, merged)):
        raise _refusal()
    return tuple(merged)


def _turned(array: np.ndarray, layout: Layout) -> np.ndarray:
    """Return a constant as it broadcasts over a plane, (1, channels, height, width)."""
    array = array.reshape((1,) * (len(layout) - array.ndim) + array.shape)
    found = [i for s in SIDES[1:] for i, name in enumerate(layout) if name == s]
    rest = [i for i in range(len(layout)) if i not in found]
    if any(array.shape[i] > 1 for i in rest):
        raise _refusal()
    ordered = np.transpose(array, (*rest, *found)).reshape([array.shape[i] for i in found])
    shape = [array.shape[layout.index(s)] if s in layout else 1 for s in SIDES[1:]]
    return ordered.reshape((1, *shape))


def _axis(axis: int, layout: Layout) -> int:
    """Return the plane's own number of an axis; an axis of one counts as channels."""
    if not -len(layout) <= axis < len(layout):
        raise NotInAShader(f"there is no axis {axis}", "export the network again")
    return SIDES.index(
        layout[axis] or ("" if "c" in layout or axis % len(layout) == 0 else "c")
    )


def _result(plane: Plane, layout: Layout) -> Plane | View:
    view = seen(plane, layout)
    return plane if layout_of(view) == layout_of(plane) else view
