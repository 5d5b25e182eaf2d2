"""Labels that are no class, and what that usually means."""

from __future__ import annotations

from math import prod
from typing import Any

from texelnet.caffe.layer import Layer
from texelnet.errors import NetworkError


def no_class(layer: Layer, axis: int, labels: Any, wrong: Any) -> NetworkError:
    """Say which label is no class, and what it usually means."""
    shape = layer.bottom_shapes[0]
    at = int(wrong.flatten().nonzero()[0])
    value, many = float(labels.flatten()[at]), int(wrong.sum())
    behind = prod(shape[axis + 1 :])
    place = f"picture {at // (prod(shape[1:axis]) * behind)}"
    if len(shape) - axis == 3:
        row, column = divmod(at % behind, shape[-1])
        place += f", row {row}, column {column}"
    others = f", and {many - 1:,} more" if many > 1 else ""
    fact = f"{layer.bottoms[1]} has {value:g} in {place}{others}; classes are 0 to"
    return NetworkError(layer.where, f"{fact} {shape[axis] - 1}", _why(labels, value))


def _why(labels: Any, value: float) -> str:
    """Return what a label that is no class usually means."""
    found = set(labels.unique().tolist()) if labels.numel() < 10**8 else {value}
    if found <= {0.0, 255.0}:
        return "a mask of 0 and 255: divide it by 255"
    if value == 255:
        return "255 is often no class but a border: loss_param { ignore_label: 255 }"
    if value < 0:
        return f"loss_param {{ ignore_label: {value:g} }} if it means none"
    return "is an index picture read as grey? Read its palette's indices, not its colours"
