"""LOSSES: what training makes small, each one's value and gradients, by Caffe's names."""

from texelnet.losses.accuracy import accuracy
from texelnet.losses.distance import CONTRASTIVE, ENTROPY, EUCLIDEAN, HINGE
from texelnet.losses.loss import Loss, in_torch
from texelnet.losses.smooth_l1 import SMOOTH_L1
from texelnet.losses.softmax import INFOGAIN, MULTINOMIAL, SOFTMAX, softmax

LOSSES: dict[str, Loss] = {
    loss.type: loss
    for loss in (
        SOFTMAX,
        EUCLIDEAN,
        ENTROPY,
        HINGE,
        CONTRASTIVE,
        INFOGAIN,
        MULTINOMIAL,
        SMOOTH_L1,
    )
}

__all__ = ["LOSSES", "Loss", "accuracy", "in_torch", "softmax"]
