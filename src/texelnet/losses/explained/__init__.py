"""What losses say of themselves: a worked example, computed by the loss's own lines."""

from collections.abc import Callable

from texelnet.losses.explained.others import CURVES, explain_by_curve
from texelnet.losses.explained.seen import Seen
from texelnet.losses.explained.smooth_l1 import explain_smooth_l1
from texelnet.losses.explained.softmax import explain_softmax
from texelnet.page import Told

EXPLAINED: dict[str, Callable[[Seen], Told]] = {
    "SoftmaxWithLoss": explain_softmax,
    "SmoothL1Loss": explain_smooth_l1,
    **{type: explain_by_curve(type) for type in CURVES},
}
"""What tells about each loss, by Caffe's name."""

__all__ = ["EXPLAINED", "Seen"]
