"""Normalisation, shares and places: BatchNormalization, LRN, Softmax, ArgMax and their kin.

Of equal entries Caffe's ArgMax takes the last; ONNX the first, unless it is told. The first of
the channels is the last of the channels in reverse order, which a convolution of one pixel is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from texelnet.caffe.from_graph.convolution import across, bounded
from texelnet.caffe.from_graph.draft import CantSay, Draft
from texelnet.caffe.from_graph.reduce import over_picture
from texelnet.caffe.from_graph.spread import combined
from texelnet.graph.edit import Site


def batch_norm(node: Site, draft: Draft) -> None:
    """Say a BatchNormalization as BatchNorm and Scale."""
    if draft.get("training_mode", 0):
        raise CantSay("it is exported in training mode")
    names = ("factor", "addend", "mean", "variance")
    scale, bias, mean, variance = (draft.numbers(i, what) for i, what in enumerate(names, 1))
    eps = {"use_global_stats": True, "eps": draft.get("epsilon", 1e-5)}
    value = draft.layer(
        "BatchNorm", [draft.bottom(0)], "", [mean, variance, np.ones(1)], batch_norm_param=eps
    )
    settings = {"bias_term": True}
    draft.layer("Scale", [value], node.outputs[0], [scale, bias], scale_param=settings)


def instance_norm(node: Site, draft: Draft) -> None:
    """Say an InstanceNormalization by means over the picture: MVN has eps outside the root."""
    blob = draft.bottom(0)
    mean = over_picture(draft, blob, "MEAN")
    centred = combined(draft, "Add", blob, draft.power(mean, scale=-1.0))
    variance = over_picture(draft, draft.power(centred, power=2.0), "MEAN")
    part = draft.power(variance, shift=draft.get("epsilon", 1e-5), power=-0.5)
    value = combined(draft, "Mul", centred, part)
    weights = [draft.numbers(1, "factors"), draft.numbers(2, "addends")]
    draft.layer("Scale", [value], node.outputs[0], weights, scale_param={"bias_term": True})


def lrn(node: Site, draft: Draft) -> None:
    """Say an LRN as LRN."""
    size = draft.get("size", 0)
    if size % 2 == 0 or draft.rank(draft.bottom(0)) != 4:
        raise CantSay("Caffe's LRN takes an odd number of channels of a picture")
    settings: dict[str, Any] = {"local_size": size, "alpha": draft.get("alpha", 1e-4)}
    settings |= {"beta": draft.get("beta", 0.75), "k": draft.get("bias", 1.0)}
    draft.layer("LRN", [draft.bottom(0)], node.outputs[0], lrn_param=settings)


def softmax(node: Site, draft: Draft) -> None:
    """Say a Softmax as Softmax."""
    blob = draft.bottom(0)
    axis = draft.axis(-1, blob)
    settings = {"axis": axis} if axis != 1 else {}
    draft.layer("Softmax", [blob], node.outputs[0], softmax_param=settings)


def log_softmax(node: Site, draft: Draft) -> None:
    """Say a LogSoftmax as what is left of the largest, and of the sum's logarithm.

    The logarithm of a Softmax would lose what it rounds to 0.
    """
    blob = draft.bottom(0)
    if draft.axis(-1, blob) != 1:
        raise CantSay("Caffe's sums over one axis are those of channels")
    channels = draft.fixed(blob, 1, "its channels")
    kept = (draft.shapes[blob][0], (1, 1), *draft.shapes[blob][2:])
    settings = {"out_max_val": True, "axis": 1}
    largest = draft.layer("ArgMax", [blob], shape=kept, argmax_param=settings)
    left = combined(draft, "Add", blob, draft.power(largest, scale=-1.0))
    total = across(draft, draft.layer("Exp", [left]), np.ones((1, channels)))
    logarithm = draft.power(draft.layer("Log", [total]), scale=-1.0)
    combined(draft, "Add", left, logarithm, node.outputs[0])


def arg_max(node: Site, draft: Draft) -> None:
    """Say an ArgMax as ArgMax; the first of equals by looking at the channels in reverse."""
    _place(draft, draft.bottom(0))


def arg_min(node: Site, draft: Draft) -> None:
    """Say an ArgMin as the ArgMax of what is turned round."""
    _place(draft, draft.power(draft.bottom(0), scale=-1.0))


def _place(draft: Draft, blob: str) -> None:
    axis, top = draft.axis(0, blob), draft.node.outputs[0]
    first = not draft.get("select_last_index", 0)
    if first and axis != 1:
        raise CantSay("of equal entries Caffe takes the last, this takes the first")
    count = draft.fixed(blob, 1, "how many entries there are") if first else 0
    if first:
        bounded(count * count)
        blob = across(draft, blob, np.eye(count)[::-1])
    kept = (*draft.shapes[blob][:axis], (1, 1), *draft.shapes[blob][axis + 1 :])
    whole = not first and bool(draft.get("keepdims", 1))
    place = draft.layer(
        "ArgMax", [blob], top if whole else "", shape=kept, argmax_param={"axis": axis}
    )
    if first:
        last = top if draft.get("keepdims", 1) else ""
        place = draft.power(place, last, scale=-1.0, shift=float(count - 1))
    if not draft.get("keepdims", 1):
        draft.reshape(place, (*kept[:axis], *kept[axis + 1 :]), top)


def top_k(node: Site, draft: Draft) -> None:
    """Say a TopK as ArgMax with top_k, which tells values and places each in a layer.

    What is read backwards, as Caffe's order of equals is written in a graph, is read forwards.
    """
    most, blob = int(draft.numbers(1, "count").reshape(-1)[0]), draft.bottom(0)
    axis = draft.axis(-1, blob)
    count = draft.fixed(blob, axis, "how many entries there are")
    if not draft.get("largest", 1):
        raise CantSay("Caffe's ArgMax takes the largest")
    backwards = draft.maker(blob, "Slice")
    if backwards is not None and is_reversed(draft, backwards, axis):
        blob = draft.blob(backwards.inputs[0])
    elif axis == 1:
        bounded(count * count)
        blob = across(draft, blob, np.eye(count)[::-1])
    else:
        raise CantSay("of equal entries Caffe takes the last, this takes the first")
    settings = {"axis": axis, "top_k": most, "out_max_val": True}
    draft.layer("ArgMax", [blob], node.outputs[0], argmax_param=settings)
    if len(node.outputs) > 1 and node.outputs[1]:
        shape = draft.shapes[node.outputs[1]]
        settings = {"axis": axis, "top_k": most}
        place = draft.layer("ArgMax", [blob], shape=shape, argmax_param=settings)
        draft.power(place, node.outputs[1], scale=-1.0, shift=float(count - 1))


def is_reversed(draft: Draft, cut: Site, axis: int) -> bool:
    """Tell whether a Slice turns one axis round, whole."""
    numbers = [draft.constants.get(name) for name in cut.inputs[1:]]
    if len(numbers) != 4 or any(n is None or n.size != 1 for n in numbers):
        return False
    start, end, along, step = (int(n.reshape(-1)[0]) for n in numbers if n is not None)
    size = len(draft.shapes[cut.outputs[0]])
    return (start, step) == (-1, -1) and end <= -(2**16) and along % size == axis
