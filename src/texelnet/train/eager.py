"""Eager: what a layer writes as ONNX nodes, computed at once in torch.

A Caffe layer says what it means once, as nodes (see `caffe/layers/`). Here the same nodes are
tensors the moment they are written, so a layer trains by the formula it is exported with, and
torch finds the gradients. Axes and attributes are ONNX's, opset 18.

Torch is handed in: nothing here imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from texelnet.caffe.layer import REGIONS, Constant, Layer
from texelnet.errors import NetworkError

Tensor = Any
Compute = Callable[..., Tensor]
"""Takes torch, the operands, and the node's attributes by name."""


class Eager:
    """A writer of one layer whose values are tensors.

    Parameters
    ----------
    torch
        The module.
    bottoms
        Tensors, by the names that the layer reads them under.
    weights
        The layer's parameters, tensors that may want gradients.
    """

    def __init__(
        self, torch: Any, layer: Layer, bottoms: Sequence[Tensor], weights: Sequence[Tensor]
    ) -> None:
        self.torch, self.layer = torch, layer
        self.bottoms: Sequence[str] = [f"bottom{i}" for i in range(len(bottoms))]
        self.tops: Sequence[str] = [f"top{i}" for i in range(len(layer.tops))]
        self.weights: Sequence[Any] = weights
        self.values: dict[str, Tensor] = dict(zip(self.bottoms, bottoms, strict=True))

    def results(self) -> list[Tensor]:
        """Return the tops."""
        return [self.values[top] for top in self.tops]

    def node(self, op: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """Compute a node; return the name of its value."""
        return self._computed(op, inputs, [output], attributes)[0]

    def nodes(
        self, op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any
    ) -> None:
        """Compute a node with several outputs."""
        self._computed(op, inputs, outputs, {"outputs": len(outputs), **attributes})

    def constant(self, what: str, value: Constant) -> str:
        """Keep a constant: weights as they are, numbers as float32 or int64."""
        if not isinstance(value, self.torch.Tensor):
            array = np.asarray(value)
            kind = np.int64 if array.dtype.kind in "iub" or not array.size else np.float32
            like = next(iter(self.values.values()), None)
            device = None if like is None else like.device
            value = self.torch.from_numpy(array.astype(kind)).to(device)
        return self._named(value)

    def _named(self, value: Tensor, name: str = "") -> str:
        name = name or f"value{len(self.values)}"
        self.values[name] = value
        return name

    def _computed(
        self, op: str, inputs: Sequence[str], outputs: Sequence[str], attributes: dict[str, Any]
    ) -> list[str]:
        operands = (self.values[name] for name in inputs)
        try:
            found = MEANINGS[op](self.torch, *operands, **attributes)
        except IndexError as error:
            fact, hint = (*error.args, "look at what it is given")[:2]
            raise NetworkError(self.layer.where, str(fact), hint) from None
        several = found if isinstance(found, tuple) else (found,)
        return [self._named(value, name) for value, name in zip(several, outputs, strict=True)]


def _spatial(torch: Any, name: str, axes: int) -> Any:
    return getattr(torch.nn.functional, f"{name}{axes}d")


def _sides(pads: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the pads before and behind each axis."""
    half = len(pads) // 2
    return list(pads[:half]), list(pads[half:])


def _conv(torch: Any, x: Tensor, w: Tensor, b: Tensor = None, **a: Any) -> Tensor:
    before, _ = _sides(a["pads"])
    conv = _spatial(torch, "conv", x.dim() - 2)
    sizes = {"stride": a["strides"], "dilation": a["dilations"], "groups": a["group"]}
    return conv(x, w, b, padding=before, **sizes)


def _conv_transpose(torch: Any, x: Tensor, w: Tensor, b: Tensor = None, **a: Any) -> Tensor:
    before, _ = _sides(a["pads"])
    conv = _spatial(torch, "conv_transpose", x.dim() - 2)
    sizes = {"stride": a["strides"], "dilation": a["dilations"], "groups": a["group"]}
    return conv(x, w, b, padding=before, **sizes)


def _max_pool(torch: Any, x: Tensor, **a: Any) -> Tensor | tuple[Tensor, Tensor]:
    """Places, of several outputs, count through the whole batch, as ONNX wants."""
    before, behind = _sides(a.get("pads", [0, 0, 0, 0]))
    pool, kernel = torch.nn.functional.max_pool2d, a["kernel_shape"]
    few = before == behind and all(2 * p <= k for p, k in zip(before, kernel, strict=True))
    if few and a.get("outputs", 1) == 1:  # without a copy of the picture
        return pool(x, kernel, a["strides"], before, ceil_mode=bool(a.get("ceil_mode", 0)))
    extra = [_reach(x, a, axis, before, behind) for axis in (0, 1)]
    pads = [before[1], behind[1] + extra[1], before[0], behind[0] + extra[0]]
    padded = torch.nn.functional.pad(x, pads, value=-torch.inf)
    y, places = pool(padded, kernel, a["strides"], return_indices=True)
    if a.get("outputs", 1) == 1:
        return y
    columns = padded.shape[3]
    row, column = places // columns - before[0], places % columns - before[1]
    within = row * x.shape[3] + column
    planes = torch.arange(x.shape[0] * x.shape[1], device=x.device).reshape(*x.shape[:2], 1, 1)
    return y, within + planes * (x.shape[2] * x.shape[3])


def _reach(
    x: Tensor, a: dict[str, Any], axis: int, before: Sequence[int], behind: Sequence[int]
) -> int:
    """Return how far behind the pads windows reach when their number is rounded up."""
    if not a.get("ceil_mode", 0):
        return 0
    kernel, stride = a["kernel_shape"][axis], a["strides"][axis]
    size = int(x.shape[2 + axis]) + before[axis] + behind[axis]
    count = -(-(size - kernel) // stride) + 1
    if (count - 1) * stride >= x.shape[2 + axis] + before[axis]:
        count -= 1  # it would begin past the picture and its first pad
    return int(max(0, (count - 1) * stride + kernel - size))


def _gather(torch: Any, x: Tensor, rows: Tensor, axis: int) -> Tensor:
    """Rows of a table by their numbers, which count from 0."""
    wrong = rows[(rows < 0) | (rows >= x.shape[0])]
    if wrong.numel():
        fact = f"{int(wrong[0])} is no index into {x.shape[0]} entries"
        raise IndexError(fact, f"whole numbers from 0 to {x.shape[0] - 1}")
    return x[rows]


def _max_roi_pool(
    torch: Any, x: Tensor, rois: Tensor, pooled_shape: Sequence[int], spatial_scale: float
) -> Tensor:
    """Each region cut into bins, the largest value of each; 0 where a bin is empty."""
    rows, columns = x.shape[2:]
    corners = torch.floor(rois[:, 1:].detach() * spatial_scale + 0.5).long().tolist()
    pictures = rois[:, 0].long().tolist()
    down, right = pooled_shape
    answer = x.new_zeros(len(corners), x.shape[1], down, right)
    for index, (picture, (x1, y1, x2, y2)) in enumerate(zip(pictures, corners, strict=True)):
        tall, wide = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
        if not 0 <= picture < x.shape[0]:
            fact = f"region {index} is of picture {picture}, the batch has {x.shape[0]}"
            raise IndexError(fact, REGIONS)
        for i, j in product(range(down), range(right)):
            top = _bin(y1, tall, down, i, rows)
            end = min(max(y1 - (-(i + 1) * tall // down), 0), rows)
            left = _bin(x1, wide, right, j, columns)
            last = min(max(x1 - (-(j + 1) * wide // right), 0), columns)
            if end > top and last > left:
                part = x[picture, :, top:end, left:last].flatten(1)
                answer[index, :, i, j] = part.max(1).values
    return answer


def _bin(start: int, size: int, bins: int, index: int, most: int) -> int:
    """Return where a bin begins, inside the picture."""
    return min(max(start + index * size // bins, 0), most)


def _average_pool(torch: Any, x: Tensor, **a: Any) -> Tensor:
    """A window past the padded picture, by ceil_mode, divides by what lies in it."""
    before, behind = _sides(a.get("pads", [0, 0, 0, 0]))
    pads = [before[1], behind[1], before[0], behind[0]]
    padded, ceil = torch.nn.functional.pad(x, pads), bool(a.get("ceil_mode", 0))
    pool = torch.nn.functional.avg_pool2d
    return pool(padded, a["kernel_shape"], a["strides"], ceil_mode=ceil)


def _pad(torch: Any, x: Tensor, pads: Tensor, fill: Tensor, **a: Any) -> Tensor:
    before, behind = _sides(pads.tolist())
    flat = [n for pair in zip(before[::-1], behind[::-1], strict=True) for n in pair]
    return torch.nn.functional.pad(x, flat, value=float(fill))


def _slice(
    torch: Any,
    x: Tensor,
    starts: Tensor,
    ends: Tensor,
    axes: Tensor = None,
    steps: Tensor = None,
) -> Tensor:
    """Cut axes; a step of -1 turns one round, from its end."""
    where = range(len(starts)) if axes is None else axes.tolist()
    each = [1] * len(starts) if steps is None else steps.tolist()
    for start, end, axis, step in zip(starts.tolist(), ends.tolist(), where, each, strict=True):
        size = x.shape[axis]
        if step == -1:
            x = torch.flip(x, [axis])
        else:
            end = min(end, size) if end >= 0 else size + end
            x = x.narrow(axis, start, end - start)
    return x


def _top_k(torch: Any, x: Tensor, count: Tensor, axis: int, **a: Any) -> tuple[Tensor, Tensor]:
    """Of equal entries the first."""
    values, places = torch.sort(x, stable=True, dim=axis, descending=True)
    most = int(count)
    return values.narrow(axis, 0, most), places.narrow(axis, 0, most)


def _reshape(torch: Any, x: Tensor, shape: Tensor) -> Tensor:
    sizes = [x.shape[at] if size == 0 else size for at, size in enumerate(shape.tolist())]
    return x.reshape(sizes)


def _unsqueeze(torch: Any, x: Tensor, axes: Tensor) -> Tensor:
    for axis in sorted(axes.tolist()):
        x = x.unsqueeze(axis)
    return x


def _prelu(torch: Any, x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x > 0, x, slope * x)


def _lrn(torch: Any, x: Tensor, size: int, alpha: float, beta: float, bias: float) -> Tensor:
    squares = torch.nn.functional.pad((x * x).transpose(1, -1), ((size - 1) // 2, size // 2))
    around = squares.unfold(-1, size, 1).sum(-1).transpose(1, -1)
    return x / (bias + alpha / size * around) ** beta


def _gemm(torch: Any, a: Tensor, b: Tensor, c: Tensor = None, **attributes: Any) -> Tensor:
    if attributes.get("transA", 0):
        a = a.T
    if attributes.get("transB", 0):
        b = b.T
    y = attributes.get("alpha", 1.0) * (a @ b)
    return y if c is None else y + attributes.get("beta", 1.0) * c


def _reduce(name: str) -> Compute:
    def reduce(torch: Any, x: Tensor, axes: Tensor, keepdims: int = 1) -> Tensor:
        over, keep = axes.tolist(), bool(keepdims)
        if name == "max":
            return torch.amax(x, over, keep)
        x = {"l1": x.abs, "square": lambda: x * x}.get(name, lambda: x)()
        return torch.mean(x, over, keep) if name == "mean" else torch.sum(x, over, keep)

    return reduce


def _arg_max(torch: Any, x: Tensor, axis: int, **a: Any) -> Tensor:
    """Of equal entries the last."""
    return x.shape[axis] - 1 - torch.flip(x, [axis]).argmax(axis, keepdim=True)


def _cast(torch: Any, x: Tensor, to: int) -> Tensor:
    return x.to({1: torch.float32, 7: torch.int64}[to])


def _shape(torch: Any, x: Tensor, start: int = 0, end: int | None = None) -> Tensor:
    return torch.tensor(x.shape[start:end], dtype=torch.int64)


def _pairwise(name: str) -> Compute:
    def compute(torch: Any, first: Tensor, *others: Tensor) -> Tensor:
        for other in others:
            first = getattr(torch, name)(first, other)
        return first

    return compute


def _largest(torch: Any, *values: Tensor) -> Tensor:
    """Of equal values the second one sends the gradient, as in Caffe."""
    best = values[0]
    for value in values[1:]:
        best = torch.where(best > value, best, value)
    return best


MEANINGS: dict[str, Compute] = {
    **{
        name: _pairwise(word)
        for name, word in (
            ("Add", "add"),
            ("Sub", "sub"),
            ("Mul", "mul"),
            ("Div", "div"),
            ("Pow", "pow"),
            ("Mod", "remainder"),
        )
    },
    "Max": _largest,
    "Greater": lambda torch, a, b: a > b,
    "Identity": lambda torch, x: x.clone(),
    "Cast": _cast,
    "Shape": _shape,
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "GlobalMaxPool": lambda torch, x: torch.amax(x, (2, 3), True),
    "GlobalAveragePool": lambda torch, x: torch.mean(x, (2, 3), True),
    "MaxRoiPool": _max_roi_pool,
    "Pad": _pad,
    "Slice": _slice,
    "Split": lambda torch, x, axis, num_outputs, outputs=0: torch.tensor_split(
        x, num_outputs, axis
    ),
    "Concat": lambda torch, *parts, axis: torch.cat(parts, axis),
    "Reshape": _reshape,
    "Flatten": lambda torch, x, axis: x.flatten(axis),
    "Unsqueeze": _unsqueeze,
    "Tile": lambda torch, x, repeats: x.repeat(repeats.tolist()),
    "Gather": _gather,
    "Gemm": _gemm,
    "MatMul": lambda torch, a, b: a @ b,
    "Relu": lambda torch, x: torch.relu(x),
    "LeakyRelu": lambda torch, x, alpha: torch.where(x > 0, x, alpha * x),
    "PRelu": _prelu,
    "Elu": lambda torch, x, alpha: torch.nn.functional.elu(x, alpha),
    "Sigmoid": lambda torch, x: torch.sigmoid(x),
    "Tanh": lambda torch, x: torch.tanh(x),
    "Softplus": lambda torch, x: torch.nn.functional.softplus(x, threshold=50),
    "Exp": lambda torch, x: torch.exp(x),
    "Log": lambda torch, x: torch.log(x),
    "Sqrt": lambda torch, x: torch.sqrt(x),
    "Abs": lambda torch, x: torch.abs(x),
    "Clip": lambda torch, x, low, high: torch.clamp(x, low, high),
    "Softmax": lambda torch, x, axis: torch.softmax(x, axis),
    "LRN": _lrn,
    "ArgMax": _arg_max,
    "TopK": _top_k,
    "ReduceMax": _reduce("max"),
    "ReduceMean": _reduce("mean"),
    "ReduceSum": _reduce("sum"),
    "ReduceL1": _reduce("l1"),
    "ReduceSumSquare": _reduce("square"),
}
"""What each ONNX operator that a layer writes computes."""
