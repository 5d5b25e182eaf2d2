"""Accuracy: how many labels are among the `top_k` best scores. It sends no gradient.

A score that equals the label's counts as better: a tie is wrong. Entries with `ignore_label`
are left out; if all are, the accuracy is 0. The second top is the accuracy of each class.
"""

from __future__ import annotations

from typing import Any

from texelnet.losses.loss import Array, number
from texelnet.losses.softmax import counted, entries, hits


def accuracy(
    xp: Any,
    scores: Array,
    labels: Array,
    *,
    axis: int = 1,
    top_k: int = 1,
    ignore_label: int | None = None,
) -> tuple[Array, Array]:
    """Return the accuracy, and that of each class (classes,)."""
    sizes = entries(scores, axis)
    outer, _, inner = sizes
    whole = scores.reshape(sizes)
    hit = number(xp, hits(xp, labels, *sizes), scores)
    own = (whole * hit).sum(axis=1, keepdims=True)
    better = number(xp, whole >= own, scores).sum(axis=1, keepdims=True) - 1
    counts = number(xp, counted(labels, outer, inner, ignore_label), scores)
    right = number(xp, better < top_k, scores) * counts
    each, of_each = (right * hit).sum(axis=(0, 2)), (counts * hit).sum(axis=(0, 2))
    return right.sum() / counts.sum().clip(1), each / of_each.clip(1)
