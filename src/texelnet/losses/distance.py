"""Losses of numbers against numbers: Euclidean, SigmoidCrossEntropy, Hinge, Contrastive.

EuclideanLoss is sum (a - b)^2 / 2N, with N the size of the first axis alone; both bottoms get
gradients. SigmoidCrossEntropyLoss takes scores x and targets t in 0..1: each entry costs
log(1 + e^x) - t x and sends sigmoid(x) - t; targets are cut to whole numbers before they are
compared with `ignore_label`, so `ignore_label: 0` drops every soft target.

HingeLoss wants the label's score above 1 and the others below -1: an entry misses by
m = max(0, 1 - x) or max(0, 1 + x), and costs m (L1) or m^2 (L2), over N. ContrastiveLoss draws
pairs that are alike together and pushes others apart up to a margin, by their distance d:
d^2 / 2N where they are alike, max(0, margin - d)^2 / 2N where not (the early form, `legacy`:
max(0, margin - d^2) / 2N).

See Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", 2006.
"""

from __future__ import annotations

from math import prod
from typing import Any

from texelnet.losses.loss import Array, Loss, divisor, entries_counted, number, pictures
from texelnet.losses.softmax import entries, hits


def _euclidean(xp: Any, a: Array, b: Array) -> Array:
    apart = a - b.reshape(a.shape)
    return (apart * apart).sum() / (2 * a.shape[0])


def _euclidean_gradients(xp: Any, a: Array, b: Array) -> tuple[Array | None, ...]:
    sent = (a - b.reshape(a.shape)) / a.shape[0]
    return sent, -sent.reshape(b.shape)


def _entropy(xp: Any, scores: Array, targets: Array, **settings: Any) -> Array:
    targets, counts, count = _counted(xp, scores, targets, **settings)
    # log(1 + e^x) - t x, in the form that overflows for no x
    above = number(xp, scores >= 0, scores)
    soft = xp.log1p(xp.exp(-xp.abs(scores)))
    return ((soft - scores * (targets - above)) * counts).sum() / divisor(count)


def _entropy_gradients(
    xp: Any, scores: Array, targets: Array, **settings: Any
) -> tuple[Array | None, ...]:
    targets, counts, count = _counted(xp, scores, targets, **settings)
    return (1 / (1 + xp.exp(-scores)) - targets) * counts / divisor(count), None


def _entropy_count(
    xp: Any, scores: Array, targets: Array, **settings: Any
) -> Array | float | None:
    return _counted(xp, scores, targets, **settings)[2]


def _counted(
    xp: Any,
    scores: Array,
    targets: Array,
    *,
    ignore_label: int | None = None,
    normalization: str = "BATCH_SIZE",
) -> tuple[Array, Array, Array | float | None]:
    """Return targets, where they count (1 or 0), and what their sum is divided by."""
    targets = targets.reshape(scores.shape)
    kept = targets == targets if ignore_label is None else xp.trunc(targets) != ignore_label
    counts, outer = number(xp, kept, scores), scores.shape[0]
    inner = prod(scores.shape[1:])
    return targets, counts, entries_counted(normalization, outer, inner, counts.sum())


def _missed(xp: Any, scores: Array, labels: Array) -> tuple[Array, Array]:
    """Return by how much each entry misses, and the sign with which its score counts."""
    sizes = entries(scores.reshape(scores.shape[0], -1), 1)
    hit = number(xp, hits(xp, labels, *sizes), scores).reshape(scores.shape)
    sign = 1 - 2 * hit
    return (1 + sign * scores).clip(0), sign


def _hinge(xp: Any, scores: Array, labels: Array, *, norm: str = "L1") -> Array:
    missed, _ = _missed(xp, scores, labels)
    return (missed if norm == "L1" else missed * missed).sum() / scores.shape[0]


def _hinge_gradients(
    xp: Any, scores: Array, labels: Array, *, norm: str = "L1"
) -> tuple[Array | None, ...]:
    missed, sign = _missed(xp, scores, labels)
    slope = number(xp, missed > 0, scores) if norm == "L1" else 2 * missed
    return sign * slope / scores.shape[0], None


def _pairs(xp: Any, a: Array, b: Array, alike: Array) -> tuple[Array, Array, Array]:
    """Return differences, distances and whether pairs are alike, all (N, ...)."""
    apart = a.reshape(a.shape[0], -1) - b.reshape(a.shape[0], -1)
    distance = xp.sqrt((apart * apart).sum(axis=1, keepdims=True))
    return apart, distance, alike.reshape(-1, 1) != 0


def _contrastive(
    xp: Any, a: Array, b: Array, alike: Array, *, margin: float = 1.0, legacy: bool = False
) -> Array:
    _, distance, same = _pairs(xp, a, b, alike)
    square = distance * distance
    gap = (margin - (square if legacy else distance)).clip(0)
    cost = xp.where(same, square, gap if legacy else gap * gap)
    return cost.sum() / (2 * a.shape[0])


def _contrastive_gradients(
    xp: Any, a: Array, b: Array, alike: Array, *, margin: float = 1.0, legacy: bool = False
) -> tuple[Array | None, ...]:
    apart, distance, same = _pairs(xp, a, b, alike)
    gap = margin - (distance * distance if legacy else distance)
    pushed = -apart if legacy else -gap / (distance + 1e-4) * apart
    away = xp.where(gap > 0, pushed, 0 * apart)
    sent = xp.where(same, apart, away) / a.shape[0]
    return sent.reshape(a.shape), -sent.reshape(b.shape), None


EUCLIDEAN = Loss(
    "EuclideanLoss",
    "Half the mean square apart.",
    _euclidean,
    _euclidean_gradients,
    pictures,
    "loss = Σ (a - b)^2 / (2 · N)\nsent = (a - b) / N to a, minus that to b",
    (
        "N is the first axis alone: a larger picture costs more. For a mean over pixels set "
        "`loss_weight` to 1 / (C · H · W).",
        "Both bottoms get gradients, labels too if a layer with weights made them.",
    ),
)
ENTROPY = Loss(
    "SigmoidCrossEntropyLoss",
    "How improbable targets in 0..1 are, each by itself.",
    _entropy,
    _entropy_gradients,
    _entropy_count,
    "loss = Σ (log(1 + e^x) - t · x) / count,  x scores, t targets\n"
    "sent = (1 / (1 + e^-x) - t) / count",
    (
        "It takes scores, not probabilities: no Sigmoid before it.",
        "`normalization` is BATCH_SIZE unless written, not VALID as for the others.",
        "Targets are cut to whole numbers before they are compared with `ignore_label`, so "
        "`ignore_label: 0` drops every soft target.",
    ),
)
HINGE = Loss(
    "HingeLoss",
    "By how much scores miss their margin.",
    _hinge,
    _hinge_gradients,
    pictures,
    "loss = Σ m / N (L1) or Σ m^2 / N (L2)\n"
    "m    = max(0, 1 - x) for the label's score, max(0, 1 + x) for the others",
    ("One label a picture: it has no `ignore_label` and no `normalization`.",),
)
CONTRASTIVE = Loss(
    "ContrastiveLoss",
    "How far apart alike pairs are, and how close others.",
    _contrastive,
    _contrastive_gradients,
    pictures,
    "loss = Σ d^2 / (2 · N)                   of pairs that are alike (third bottom 1)\n"
    "     + Σ max(0, margin - d)^2 / (2 · N)  of others, d = |a - b|",
    (
        "With `legacy_version` others cost max(0, margin - d^2), as in early Caffe.",
        "The third bottom is 1 where a pair is alike.",
    ),
)
