"""SoftmaxWithLoss: how improbable the right class is, at every pixel.

Scores are N x C x H x W, labels N x 1 x H x W: one whole number a pixel, no picture per class.
With p = softmax of a pixel's scores over the C classes, the pixel costs -log p[label], and
sends p - 1 to the score of its label and p to the others. A pixel with `ignore_label` costs and
sends nothing. The sum is divided by `normalization`: VALID (the pixels that count, as Caffe
does unless told), FULL (all pixels), BATCH_SIZE (the product of the axes before the classes),
NONE; at least by 1.

Probabilities are at least FLT_MIN in the logarithm, so a pixel costs at most 87.3.
InfogainLoss weighs it: a pixel costs -sum over k of H[label, k] log p[k], with a floor of
1e-20.
MultinomialLogisticLoss takes probabilities as they are.

See Caffe's softmax_loss_layer; Long, Shelhamer, Darrell, "Fully Convolutional Networks for
Semantic Segmentation", 2015, section 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from texelnet.losses.loss import Array, Loss, entries_counted, normaliser, number, pictures

FLOOR, LOWEST = float(np.finfo(np.float32).tiny), 1e-20


def softmax(xp: Any, scores: Array, axis: int = 1) -> Array:
    """Return the shares of the classes, along an axis."""
    power = xp.exp(scores - xp.amax(scores, axis=axis, keepdims=True))
    return power / power.sum(axis=axis, keepdims=True)


def entries(scores: Array, axis: int) -> tuple[int, int, int]:
    """Return how many there are: before the classes' axis, classes, behind it."""
    shape = list(scores.shape)
    outer, inner = int(np.prod(shape[:axis])), int(np.prod(shape[axis + 1 :]))
    return outer, shape[axis], inner


def hits(xp: Any, labels: Array, outer: int, classes: int, inner: int) -> Array:
    """Return 1 at each entry's label, (outer, classes, inner)."""
    each = xp.arange(classes)[None, :, None]
    if hasattr(each, "to"):
        each = each.to(labels.device)
    return each == labels.reshape(outer, 1, inner)


def counted(labels: Array, outer: int, inner: int, ignore: int | None) -> Array:
    """Return where entries count, (outer, 1, inner)."""
    flat = labels.reshape(outer, 1, inner)
    return flat == flat if ignore is None else flat != ignore


def _laid(
    xp: Any, scores: Array, labels: Array, axis: int, ignore_label: int | None
) -> tuple[Array, Array, Array]:
    """Return scores, hits and what counts, all (outer, classes, inner)."""
    sizes = entries(scores, axis)
    outer, _, inner = sizes
    whole = scores.reshape(sizes)
    return whole, hits(xp, labels, *sizes), counted(labels, outer, inner, ignore_label)


def _value(
    xp: Any,
    scores: Array,
    labels: Array,
    *,
    axis: int = 1,
    ignore_label: int | None = None,
    normalization: str = "VALID",
) -> Array:
    whole, hit, counts = _laid(xp, scores, labels, axis, ignore_label)
    share = (softmax(xp, whole) * number(xp, hit, scores)).sum(axis=1, keepdims=True)
    cost = -xp.log(share.clip(FLOOR)) * number(xp, counts, scores)
    outer, _, inner = whole.shape
    return cost.sum() / normaliser(normalization, outer, inner, counts.sum())


def _count(
    xp: Any,
    scores: Array,
    labels: Array,
    *others: Array,
    axis: int = 1,
    ignore_label: int | None = None,
    normalization: str = "VALID",
) -> Array | float | None:
    outer, _, inner = entries(scores, axis)
    valid = counted(labels, outer, inner, ignore_label).sum()
    return entries_counted(normalization, outer, inner, valid)


def _gradients(
    xp: Any,
    scores: Array,
    labels: Array,
    *,
    axis: int = 1,
    ignore_label: int | None = None,
    normalization: str = "VALID",
) -> tuple[Array | None, ...]:
    whole, hit, counts = _laid(xp, scores, labels, axis, ignore_label)
    sent = (softmax(xp, whole) - number(xp, hit, scores)) * number(xp, counts, scores)
    outer, _, inner = whole.shape
    by = normaliser(normalization, outer, inner, counts.sum())
    return (sent / by).reshape(scores.shape), None


def _infogain(
    xp: Any,
    scores: Array,
    labels: Array,
    gains: Array,
    *,
    axis: int = 1,
    ignore_label: int | None = None,
    normalization: str = "VALID",
) -> Array:
    whole, rows, counts = _gained(xp, scores, labels, gains, axis, ignore_label)
    cost = -(rows * xp.log(softmax(xp, whole).clip(LOWEST))).sum()
    outer, _, inner = whole.shape
    return cost / normaliser(normalization, outer, inner, counts.sum())


def _gained(
    xp: Any, scores: Array, labels: Array, gains: Array, axis: int, ignore: int | None
) -> tuple[Array, Array, Array]:
    """Return scores, each entry's row of the gains (0 where it is ignored), what counts."""
    whole, hit, counts = _laid(xp, scores, labels, axis, ignore)
    classes = whole.shape[1]
    rows = xp.einsum("olp,lk->okp", number(xp, hit, scores), gains.reshape(classes, classes))
    return whole, rows * number(xp, counts, scores), counts


def _infogain_gradients(
    xp: Any,
    scores: Array,
    labels: Array,
    gains: Array,
    *,
    axis: int = 1,
    ignore_label: int | None = None,
    normalization: str = "VALID",
) -> tuple[Array | None, ...]:
    whole, rows, counts = _gained(xp, scores, labels, gains, axis, ignore_label)
    sent = softmax(xp, whole) * rows.sum(axis=1, keepdims=True) - rows
    outer, _, inner = whole.shape
    by = normaliser(normalization, outer, inner, counts.sum())
    return (sent / by).reshape(scores.shape), None, None


def _multinomial(xp: Any, shares: Array, labels: Array) -> Array:
    whole, hit, _ = _laid(xp, shares, labels, 1, None)
    share = (whole * number(xp, hit, shares)).sum(axis=1)
    return -xp.log(share.clip(LOWEST)).sum() / whole.shape[0]


def _multinomial_gradients(xp: Any, shares: Array, labels: Array) -> tuple[Array | None, ...]:
    whole, hit, _ = _laid(xp, shares, labels, 1, None)
    sent = -number(xp, hit, shares) / whole.clip(LOWEST) / whole.shape[0]
    return sent.reshape(shares.shape), None


SOFTMAX = Loss(
    "SoftmaxWithLoss", "How improbable the right class is.", _value, _gradients, _count
)
INFOGAIN = Loss(
    "InfogainLoss",
    "The same with a price for each pair of classes.",
    _infogain,
    _infogain_gradients,
    _count,
)
MULTINOMIAL = Loss(
    "MultinomialLogisticLoss",
    "How improbable the right class is, of given probabilities.",
    _multinomial,
    _multinomial_gradients,
    pictures,
)
