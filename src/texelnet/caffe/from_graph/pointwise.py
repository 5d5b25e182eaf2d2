"""Operators that work on each value by itself, said by one layer or a few.

Truths are 1 and 0, as a Threshold layer makes them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, log, sqrt

import numpy as np

from texelnet.caffe.from_graph.draft import CantSay, Draft
from texelnet.caffe.from_graph.spread import clip, combined, eltwise, with_numbers
from texelnet.graph.edit import Site

Say = Callable[[Site, Draft], None]


def plain(type: str) -> Say:
    """Return what says a node as a layer without settings."""

    def say(node: Site, draft: Draft) -> None:
        draft.layer(type, [draft.bottom(0)], node.outputs[0])

    return say


def power(**settings: float) -> Say:
    """Return what says a node as Power."""

    def say(node: Site, draft: Draft) -> None:
        draft.power(draft.bottom(0), node.outputs[0], **settings)

    return say


def same(node: Site, draft: Draft) -> None:
    """Say that nothing is done: Identity, and Dropout once a network is trained."""
    draft.alike(node.outputs[0], draft.bottom(0))


def leaky_relu(node: Site, draft: Draft) -> None:
    """Say a LeakyRelu as ReLU."""
    settings = {"negative_slope": draft.get("alpha", 0.01)}
    draft.layer("ReLU", [draft.bottom(0)], node.outputs[0], relu_param=settings)


def prelu(node: Site, draft: Draft) -> None:
    """Say a PRelu as PReLU where a channel has one slope, else by its two halves."""
    blob, top, slopes = draft.bottom(0), node.outputs[0], draft.given(1)
    rank = draft.rank(blob)
    if slopes is not None and slopes.ndim <= rank and rank > 1:
        aligned = (1,) * (rank - slopes.ndim) + slopes.shape
        if slopes.size == 1:
            shared = {"channel_shared": True}
            draft.layer("PReLU", [blob], top, [slopes.reshape(())], prelu_param=shared)
            return
        if slopes.size == aligned[1]:
            draft.layer("PReLU", [blob], top, [slopes.reshape(-1)])
            return
    below = draft.layer("ReLU", [draft.power(blob, scale=-1.0)])
    if slopes is not None:
        below = with_numbers(draft, "Mul", below, slopes)
    else:
        below = combined(draft, "Mul", below, draft.bottom(1))
    above = draft.layer("ReLU", [blob])
    eltwise(draft, "SUM", [above, below], top, [1.0, -1.0])


def elu(node: Site, draft: Draft) -> None:
    """Say an Elu as ELU."""
    settings = {"alpha": draft.get("alpha", 1.0)}
    draft.layer("ELU", [draft.bottom(0)], node.outputs[0], elu_param=settings)


def selu(node: Site, draft: Draft) -> None:
    """Say a Selu as ELU and a factor."""
    alpha, gamma = (
        draft.get("alpha", 1.6732632423543772),
        draft.get("gamma", 1.0507009873554805),
    )
    curved = draft.layer("ELU", [draft.bottom(0)], elu_param={"alpha": alpha})
    draft.power(curved, node.outputs[0], scale=gamma)


def celu(node: Site, draft: Draft) -> None:
    """Say a Celu as ELU between two factors."""
    alpha = draft.get("alpha", 1.0)
    curved = draft.layer("ELU", [draft.power(draft.bottom(0), scale=1 / alpha)])
    draft.power(curved, node.outputs[0], scale=alpha)


def clipped(node: Site, draft: Draft) -> None:
    """Say a Clip as Clip, or as ReLU where it begins at 0 and never ends."""
    low, high = -inf, inf
    if draft.has(1):
        low = float(draft.numbers(1, "lower end").reshape(-1)[0])
    if draft.has(2):
        high = float(draft.numbers(2, "upper end").reshape(-1)[0])
    if (low, high) == (0.0, inf):
        draft.layer("ReLU", [draft.bottom(0)], node.outputs[0])
    elif low > high:  # ONNX then gives the upper end
        draft.power(draft.bottom(0), node.outputs[0], scale=0.0, shift=high)
    else:
        clip(draft, draft.bottom(0), low, high, node.outputs[0])


def hard_sigmoid(node: Site, draft: Draft) -> None:
    """Say a HardSigmoid as a line, cut off at 0 and 1."""
    steep, middle = draft.get("alpha", 0.2), draft.get("beta", 0.5)
    line = draft.power(draft.bottom(0), scale=steep, shift=middle)
    clip(draft, line, 0.0, 1.0, node.outputs[0])


def hard_swish(node: Site, draft: Draft) -> None:
    """Say a HardSwish as the product of a value and its hard sigmoid."""
    blob = draft.bottom(0)
    gate = clip(draft, draft.power(blob, scale=1 / 6, shift=0.5), 0.0, 1.0)
    eltwise(draft, "PROD", [blob, gate], node.outputs[0])


def swish(node: Site, draft: Draft) -> None:
    """Say a Swish as Swish."""
    settings = {"beta": draft.get("alpha", 1.0)}
    draft.layer("Swish", [draft.bottom(0)], node.outputs[0], swish_param=settings)


def softsign(node: Site, draft: Draft) -> None:
    """Say a Softsign as x times 1 / (1 + |x|)."""
    blob = draft.bottom(0)
    part = draft.power(draft.layer("AbsVal", [blob]), shift=1.0, power=-1.0)
    eltwise(draft, "PROD", [blob, part], node.outputs[0])


def mish(node: Site, draft: Draft) -> None:
    """Say a Mish as x times the hyperbolic tangent of BNLL."""
    blob = draft.bottom(0)
    gate = draft.layer("TanH", [draft.layer("BNLL", [blob])])
    eltwise(draft, "PROD", [blob, gate], node.outputs[0])


def gelu(node: Site, draft: Draft) -> None:
    """Say a Gelu that is approximated by TanH; Caffe has no error function."""
    if draft.get("approximate", "none") != "tanh":
        raise CantSay("Caffe has no error function; approximate=tanh can be said")
    blob = draft.bottom(0)
    cube = draft.power(blob, power=3.0)
    inner = eltwise(
        draft, "SUM", [blob, cube], "", [sqrt(2 / np.pi), sqrt(2 / np.pi) * 0.044715]
    )
    gate = draft.power(draft.layer("TanH", [inner]), scale=0.5, shift=0.5)
    eltwise(draft, "PROD", [blob, gate], node.outputs[0])


def thresholded_relu(node: Site, draft: Draft) -> None:
    """Say a ThresholdedRelu as x times whether it is above."""
    blob = draft.bottom(0)
    above = threshold(draft, blob, draft.get("alpha", 1.0))
    eltwise(draft, "PROD", [blob, above], node.outputs[0])


def threshold(draft: Draft, blob: str, level: float = 0.0, top: str = "") -> str:
    """Add a Threshold: 1 above the level, 0 elsewhere."""
    settings = {"threshold": level} if level else {}
    return draft.layer("Threshold", [blob], top, threshold_param=settings)


def sign(node: Site, draft: Draft) -> None:
    """Say a Sign as whether it is above 0, less whether it is below."""
    blob = draft.bottom(0)
    both = [threshold(draft, blob), threshold(draft, draft.power(blob, scale=-1.0))]
    eltwise(draft, "SUM", both, node.outputs[0], [1.0, -1.0])


def raised(node: Site, draft: Draft) -> None:
    """Say a Pow as Power, or as Exp where the base is the constant."""
    base, exponent = draft.given(0), draft.given(1)
    if (
        exponent is not None
        and exponent.size == 1
        and exponent.ndim <= draft.rank(draft.bottom(0))
    ):
        settings = {"power": float(exponent.reshape(-1)[0])}
        draft.power(draft.bottom(0), node.outputs[0], **settings)
    elif base is not None and base.size == 1 and base.reshape(-1)[0] > 0:
        scale = {"scale": log(float(base.reshape(-1)[0]))}
        draft.layer("Exp", [draft.bottom(1)], node.outputs[0], exp_param=scale)
    else:
        raise CantSay("Caffe's Power has one exponent for all values")


def cast(node: Site, draft: Draft) -> None:
    """Say that a truth or a whole number is the float that Caffe has from the start."""
    if draft.get("to", 1) not in (1, 9, 11):
        raise CantSay("Caffe's blobs hold floats, nothing is cut down to whole numbers")
    maker = draft.makers.get(draft.bottom(0))
    if draft.get("to", 1) == 9 and (maker is None or maker.op not in _TRUTHS):
        raise CantSay("whether a number is 0 can't be said")
    draft.alike(node.outputs[0], draft.bottom(0))


_TRUTHS = (
    "Greater",
    "Less",
    "GreaterOrEqual",
    "LessOrEqual",
    "Not",
    "And",
    "Or",
    "Xor",
    "Equal",
)
