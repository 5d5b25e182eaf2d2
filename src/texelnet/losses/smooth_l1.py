"""SmoothL1Loss, of Fast R-CNN: squares near zero, absolute values far from it.

With d = w_in (prediction - target), an entry costs

    s(d) = (sigma d)^2 / 2        where |d| < 1/sigma^2
           |d| - 1/(2 sigma^2)    elsewhere,

times w_out, and the sum is divided by N, the size of the first axis: by the rois of the head,
by 1 in the RPN, whose first axis is the picture. The gradient is w_in w_out s'(d) / N to the
predictions and minus that to the targets.

The paper's loss has a class label u and a switch [u >= 1]. Here it went into the weights: the
prediction has four columns for each of the K classes (84 = 4 x 21), and w_in is 1 on the four
columns of the roi's own class, 0 elsewhere, and 0 everywhere for background.

The layer of the first Fast R-CNN release has three bottoms and no sigma, and its gradient
leaves the weight out: s'(d) / N alone. With weights of 0 and 1 that is the same, as d is 0
where the weight is 0; with any other weight it is not the derivative of the loss.

See Girshick, "Fast R-CNN", 2015, equations 1 to 3; Ren et al., "Faster R-CNN", 2015.
"""

from __future__ import annotations

from typing import Any

from texelnet.losses.loss import Array, Loss, pictures


def smooth(xp: Any, d: Array, sigma: float) -> Array:
    """Return s(d)."""
    square, size = sigma * sigma, xp.abs(d)
    return xp.where(size < 1 / square, square * d * d / 2, size - 1 / (2 * square))


def slope(xp: Any, d: Array, sigma: float) -> Array:
    """Return s'(d)."""
    square = sigma * sigma
    return xp.where(xp.abs(d) < 1 / square, square * d, xp.sign(d))


def _weighted(prediction: Array, target: Array, weights: tuple[Array, ...]) -> Array:
    apart = prediction - target
    return weights[0] * apart if weights else apart


def _value(
    xp: Any, prediction: Array, target: Array, *weights: Array, sigma: float = 1.0
) -> Array:
    cost = smooth(xp, _weighted(prediction, target, weights), sigma)
    if len(weights) == 2:
        cost = weights[1] * cost
    return cost.sum() / prediction.shape[0]


def _gradients(
    xp: Any, prediction: Array, target: Array, *weights: Array, sigma: float = 1.0
) -> tuple[Array | None, ...]:
    sent = slope(xp, _weighted(prediction, target, weights), sigma) / prediction.shape[0]
    if len(weights) == 2:  # the first release, with one weight, leaves it out here
        sent = weights[0] * weights[1] * sent
    return sent, -sent, *[None for _ in weights]


SMOOTH_L1 = Loss(
    "SmoothL1Loss",
    "Squares near zero, distances far from it.",
    _value,
    _gradients,
    pictures,
    "loss = Σ w_out · s(d) / N,  d = w_in · (prediction - target)\n"
    "s(d) = (sigma · d)^2 / 2        where |d| < 1 / sigma^2\n"
    "     = |d| - 1 / (2 · sigma^2)  elsewhere\n"
    "sent = w_in · w_out · s'(d) / N to the predictions, minus that to the targets",
    (
        "Without a written `loss_weight` it counts for nothing: the fork's set-up skips what "
        "gives a loss the weight 1. Write `loss_weight: 1`; without it there is a warning.",
        "The bottoms are prediction, target, w_in, w_out; two, three or four of them. With "
        "three there is no sigma and the gradient leaves the weight out, as in the first "
        "Fast R-CNN release: right for weights of 0 and 1 only.",
        "The class label of the paper's equation went into w_in: of the 84 = 4 x 21 columns "
        "it is 1 on the four of the region's class, and 0 everywhere for background.",
        "N is the first axis: the regions in the head, 1 in an RPN.",
    ),
)
