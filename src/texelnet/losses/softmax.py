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

from dataclasses import dataclass
from typing import Any

import numpy as np

from texelnet.losses.loss import Array, Loss, divisor, entries_counted, number, pictures

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


@dataclass(frozen=True)
class _Laid:
    """Scores (outer, classes, inner), their labels, and which entries count; None: all."""

    scores: Array
    labels: Array
    counts: Array | None
    count: Array | float | None

    def places(self, xp: Any) -> Array:
        """Return the labels as indices, (outer, 1, inner); 0 where an entry is ignored."""
        outer, _, inner = self.scores.shape
        flat = self.labels.reshape(outer, 1, inner)
        flat = flat if self.counts is None else xp.where(self.counts, flat, 0 * flat)
        return flat.astype(np.int64) if hasattr(flat, "astype") else flat.to(xp.int64)

    def hit(self, xp: Any) -> Array:
        """Return 1 at each entry's label."""
        return number(xp, hits(xp, self.labels, *self.scores.shape), self.scores)

    def rows(self, xp: Any, gains: Array) -> Array:
        """Return each entry's row of the gains, 0 where it is ignored."""
        classes = self.scores.shape[1]
        table = gains.reshape(classes, classes)
        return xp.einsum("olp,lk->okp", self.hit(xp), table) * self.kept(xp)

    def kept(self, xp: Any) -> Array | int:
        """Return 1 where an entry counts."""
        return 1 if self.counts is None else number(xp, self.counts, self.scores)


def _laid(
    scores: Array,
    labels: Array,
    *,
    axis: int = 1,
    ignore_label: int | None = None,
    normalization: str = "VALID",
) -> _Laid:
    sizes = entries(scores, axis)
    outer, _, inner = sizes
    counts, valid = None, outer * inner
    if ignore_label is not None:
        counts = labels.reshape(outer, 1, inner) != ignore_label
        valid = counts.sum()
    count = entries_counted(normalization, outer, inner, valid)
    return _Laid(scores.reshape(sizes), labels, counts, count)


def _value(xp: Any, scores: Array, labels: Array, **settings: Any) -> Array:
    laid = _laid(scores, labels, **settings)
    low = laid.scores - xp.amax(laid.scores, axis=1, keepdims=True)
    picked = _at(xp, low, laid.places(xp))
    share = picked - xp.log(_powers(xp, low).sum(axis=1, keepdims=True))
    return -(share.clip(np.log(FLOOR)) * laid.kept(xp)).sum() / divisor(laid.count)


def _gradients(
    xp: Any, scores: Array, labels: Array, **settings: Any
) -> tuple[Array | None, ...]:
    laid = _laid(scores, labels, **settings)
    sent = _powers(xp, laid.scores - xp.amax(laid.scores, axis=1, keepdims=True))
    scale = laid.kept(xp) / divisor(laid.count)
    sent *= scale / sent.sum(axis=1, keepdims=True)
    _take_away(sent, laid.places(xp), scale)
    return sent.reshape(scores.shape), None


def _powers(xp: Any, values: Array) -> Array:
    """Put e to the power of each value in its place: fresh memory is what costs here."""
    return xp.exp(values, out=values)


def _at(xp: Any, values: Array, places: Array) -> Array:
    """Return the value at each entry's label, (outer, 1, inner)."""
    if hasattr(values, "gather"):
        return values.gather(1, places)
    return xp.take_along_axis(values, places, 1)


def _take_away(values: Array, places: Array, less: Any) -> None:
    """Take so much from the value at each entry's label, in place."""
    if hasattr(values, "scatter_add_"):
        amount = -less if hasattr(less, "expand") else values.new_full((), -less)
        values.scatter_add_(1, places, amount.expand(places.shape))
    else:
        np.put_along_axis(values, places, np.take_along_axis(values, places, 1) - less, 1)


def _count(
    xp: Any, scores: Array, labels: Array, *others: Array, **settings: Any
) -> Array | float | None:
    return _laid(scores, labels, **settings).count


def _infogain(xp: Any, scores: Array, labels: Array, gains: Array, **settings: Any) -> Array:
    laid = _laid(scores, labels, **settings)
    cost = -(laid.rows(xp, gains) * xp.log(softmax(xp, laid.scores).clip(LOWEST))).sum()
    return cost / divisor(laid.count)


def _infogain_gradients(
    xp: Any, scores: Array, labels: Array, gains: Array, **settings: Any
) -> tuple[Array | None, ...]:
    laid = _laid(scores, labels, **settings)
    rows = laid.rows(xp, gains)
    sent = softmax(xp, laid.scores) * rows.sum(axis=1, keepdims=True) - rows
    return (sent / divisor(laid.count)).reshape(scores.shape), None, None


def _multinomial(xp: Any, shares: Array, labels: Array) -> Array:
    laid = _laid(shares, labels)
    share = (laid.scores * laid.hit(xp)).sum(axis=1)
    return -xp.log(share.clip(LOWEST)).sum() / shares.shape[0]


def _multinomial_gradients(xp: Any, shares: Array, labels: Array) -> tuple[Array | None, ...]:
    laid = _laid(shares, labels)
    sent = -laid.hit(xp) / laid.scores.clip(LOWEST) / shares.shape[0]
    return sent.reshape(shares.shape), None


_RATE = "p = e^x / Σ k  e^x[k]\n"
SOFTMAX = Loss(
    "SoftmaxWithLoss",
    "How improbable the right class is.",
    _value,
    _gradients,
    _count,
    _RATE + "loss = Σ pixels  -log p[label] / count\n"
    "sent = (p - 1 at the label, p elsewhere) / count",
    (
        "Labels are one whole number a pixel, N x 1 x H x W: no picture for each class. Of "
        "one-hot labels take the argmax over axis 1.",
        "The count is by `normalization`: VALID the pixels that are not ignored, FULL all, "
        "BATCH_SIZE the pictures, NONE 1; at least 1. It wins over `normalize`.",
        "Caffe counts labels and does not look at their shape: height and width exchanged "
        "pass there; here there is a warning.",
        "A label outside the classes is an error that names picture, row and column; Caffe "
        "reads memory. 255 is often a border: `loss_param { ignore_label: 255 }`.",
        "It takes scores: no Softmax before it. A pixel costs at most 87.3.",
    ),
)
INFOGAIN = Loss(
    "InfogainLoss",
    "How improbable the right class is, with a price for each pair of classes.",
    _infogain,
    _infogain_gradients,
    _count,
    _RATE + "loss = Σ pixels  -Σ k  price[label, k] · log p[k] / count",
    (
        "The prices are a third bottom, classes x classes, or a `source` file. The identity "
        "makes it a SoftmaxWithLoss.",
    ),
)
MULTINOMIAL = Loss(
    "MultinomialLogisticLoss",
    "How improbable the right class is, of given probabilities.",
    _multinomial,
    _multinomial_gradients,
    pictures,
    "loss = Σ -log p[label] / N",
    (
        "It takes probabilities: a Softmax before it, or better SoftmaxWithLoss, whose "
        "gradient does not divide by small numbers.",
    ),
)
