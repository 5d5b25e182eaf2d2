"""Losses whose page is a curve: what one number costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from texelnet.losses.distance import CONTRASTIVE, ENTROPY, EUCLIDEAN, HINGE
from texelnet.losses.explained.seen import Seen
from texelnet.losses.loss import Loss
from texelnet.losses.softmax import INFOGAIN, MULTINOMIAL
from texelnet.page import Figure, Line, Plot, Told

Costs = Callable[[float, dict[str, Any]], float]


def _euclidean(d: float, settings: dict[str, Any]) -> float:
    return float(EUCLIDEAN.value(np, np.array([[d]]), np.zeros((1, 1))))


def _entropy(target: float) -> Costs:
    def cost(score: float, settings: dict[str, Any]) -> float:
        kept = {**settings, "normalization": "NONE"}
        return float(ENTROPY.value(np, np.array([[score]]), np.array([[target]]), **kept))

    return cost


def _hinge(label: int) -> Costs:
    def cost(score: float, settings: dict[str, Any]) -> float:
        far = -9.0 if label == 0 else 9.0  # the other class costs nothing
        scores = np.array([[score, far]])
        return float(HINGE.value(np, scores, np.array([label]), **settings))

    return cost


def _contrastive(alike: float) -> Costs:
    def cost(apart: float, settings: dict[str, Any]) -> float:
        pair = np.array([[abs(apart)]]), np.zeros((1, 1))
        return float(CONTRASTIVE.value(np, *pair, np.array([alike]), **settings))

    return cost


def _logarithm(share: float, settings: dict[str, Any]) -> float:
    return float(MULTINOMIAL.value(np, np.array([[share, 1 - share]]), np.zeros((1, 1))))


def _infogain(share: float, settings: dict[str, Any]) -> float:
    scores = np.log(np.array([[share, 1 - share]]))
    return float(INFOGAIN.value(np, scores, np.zeros((1, 1)), np.array([[1, 0.5], [0, 1]])))


CURVES: dict[str, tuple[Loss, str, tuple[float, float], dict[str, Costs]]] = {
    "EuclideanLoss": (EUCLIDEAN, "difference", (-2, 2), {"one number": _euclidean}),
    "SigmoidCrossEntropyLoss": (
        ENTROPY, "score, before the sigmoid", (-6, 6),
        {"target 1": _entropy(1), "target 0.5": _entropy(0.5), "target 0": _entropy(0)},
    ),
    "HingeLoss": (
        HINGE, "score", (-3, 3), {"of the label": _hinge(0), "of another class": _hinge(1)}
    ),
    "ContrastiveLoss": (
        CONTRASTIVE, "distance of the pair", (0, 2),
        {"alike": _contrastive(1), "not alike": _contrastive(0)},
    ),
    "MultinomialLogisticLoss": (
        MULTINOMIAL, "probability of the label", (0.01, 0.99), {"one label": _logarithm}
    ),
    "InfogainLoss": (
        INFOGAIN, "probability of the label", (0.01, 0.99),
        {"H = 1": _logarithm, "H = 1 and 0.5 for the other class": _infogain},
    ),
}  # fmt: skip
"""The loss, what runs along the axis, from where to where, and its curves."""


def explain_by_curve(type: str) -> Callable[[Seen], Told]:
    """Return what tells about a loss by what one number costs."""
    loss, axis, (low, high), curves = CURVES[type]

    def explain(seen: Seen) -> Told:
        xs = np.linspace(low, high, 121).tolist()
        lines = [
            Line(name, xs, [cost(x, dict(seen.settings)) for x in xs])
            for name, cost in curves.items()
        ]
        alt = f"What {type} costs over the {axis}: {', '.join(curves)}."
        plot = Plot("what one number costs", axis, "loss", lines, alt)
        numbers = [*seen.listed(), ("loss_weight", f"{seen.weight:g}")]
        return Told(loss.summary, numbers=numbers, figure=Figure([plot], alt))

    return explain
