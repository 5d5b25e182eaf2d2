"""Pictures under other axes: channels last, an axis left out, channels chosen."""

from __future__ import annotations

import numpy as np
import pytest
from tests.ops.graphs import Sketch, agree, reference, sketched

from texelnet.errors import ShaderError
from texelnet.graph.builder import Builder
from texelnet.ops.op import random_array as weights
from texelnet.pixel import evaluate
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.lower import lower
from texelnet.shader.package import in_memory
from texelnet.shader.schedule import HYBRID
from texelnet.shader.targets import TARGETS


def _whole(b: Builder, *numbers: int) -> str:
    return b.constant("c", np.array(numbers, np.int64))


def _last(b: Builder, value: str = "x") -> str:
    return b.node("Transpose", [value], f"{value}.last", perm=[0, 2, 3, 1])


def _first(b: Builder, value: str) -> None:
    b.node("Transpose", [value], "y", perm=[0, 3, 1, 2])


def _convnext(b: Builder) -> None:
    """A block as networks write it that keep their channels last."""
    value = _last(b)
    value = b.node("LayerNormalization", [value, *_constants(b, (12,), (12,))], "norm")
    value = b.node("MatMul", [value, *_constants(b, (12, 20))], "wide")
    value = b.node("Add", [*_constants(b, (20,)), value], "biased")
    value = b.node("Gelu", [value], "bent")
    value = b.node("MatMul", [value, *_constants(b, (20, 12))], "narrow")
    value = b.node("Mul", [value, *_constants(b, (1, 1, 12))], "scaled")
    b.node("Add", ["x", b.node("Transpose", [value], "back", perm=[0, 3, 1, 2])], "y")


def _constants(b: Builder, *shapes: tuple[int, ...]) -> list[str]:
    return [b.constant("w", weights(*shape, seed=i)) for i, shape in enumerate(shapes)]


def _along(op: str, *operands: np.ndarray, **attributes: object) -> Sketch:
    """One node on a picture with its channels last."""

    def draw(b: Builder) -> None:
        constants = [b.constant("c", o) for o in operands]
        _first(b, b.node(op, [_last(b), *constants], "made", **attributes))

    return draw


def _unlike_columns(b: Builder) -> None:
    """Two pictures with their channels last, joined along them."""
    turned = _last(b)
    _first(b, b.node("Concat", [turned, b.node("Abs", [turned], "abs")], "both", axis=-1))


def _dropped(b: Builder) -> None:
    place = b.node("ArgMax", ["x"], "place", axis=1, keepdims=0)
    b.node("Cast", [place], "y", to=1)


def _dropped_and_back(b: Builder) -> None:
    mean = b.node("ReduceMean", ["x", _whole(b, 1)], "mean", keepdims=0)
    twice = b.node("Mul", [mean, b.constant("two", 2.0)], "twice")
    b.node("Sub", ["x", b.node("Unsqueeze", [twice, _whole(b, 1)], "back")], "y")


def _stacked(b: Builder) -> None:
    """torch.stack of two channels, one of them counted from the end."""
    both = []
    for place in (3, -1):
        one = b.node("Gather", ["x", b.constant("i", np.int64(place))], f"one{place}", axis=1)
        both.append(b.node("Unsqueeze", [one, _whole(b, 1)], f"{one}.up"))
    b.node("Concat", both, "y", axis=1)


def _aligned(b: Builder) -> None:
    """Without its channels a picture meets one with them: axes are aligned at the end."""
    one = b.node("Gather", ["x", b.constant("i", np.int64(2))], "one", axis=1)
    b.node("Mul", [one, "x"], "y")


def _squeezed(b: Builder) -> None:
    mean = b.node("ReduceMax", ["x", _whole(b, 1)], "mean", keepdims=1)
    thin = b.node("Squeeze", [mean, _whole(b, 1)], "thin")
    b.node("Add", ["x", b.node("Unsqueeze", [thin, _whole(b, -3)], "back")], "y")


def _gathered(b: Builder) -> None:
    """As torch writes x[:, [2, 1, 0]]."""
    turned = b.node("Transpose", ["x"], "turned", perm=[1, 0, 2, 3])
    places = b.constant("places", np.array([[2], [1], [0]], np.int64))
    chosen = b.node("GatherND", [turned, places], "chosen")
    b.node("Transpose", [chosen], "y", perm=[1, 0, 2, 3])


def _spread(b: Builder) -> None:
    """Channels out of one, spread by one that has them."""
    one = b.node("Slice", ["x", *(_whole(b, n) for n in (0, 1, 1))], "one")
    value = b.node("Squeeze", [one, _whole(b, 1)], "thin")
    last = b.node("Unsqueeze", [value, _whole(b, 3)], "last")
    _first(b, b.node("Mul", [last, *_constants(b, (5,))], "made"))


SKETCHES = [
    ("a ConvNeXt block", _convnext),
    ("softmax", _along("Softmax", axis=-1)),
    ("a sum", _along("ReduceSum", np.array([3]))),
    ("prelu", _along("PRelu", weights(12))),
    ("clip", _along("Clip", np.float32(-0.3), np.float32(0.4))),
    ("joined", _unlike_columns),
    ("channels in another order", _along("Gather", np.array([3, 0, -1]), axis=3)),
    ("channels dropped at the end", _dropped),
    ("channels dropped and put in again", _dropped_and_back),
    ("channels stacked", _stacked),
    ("one channel meets all", _aligned),
    ("squeezed", _squeezed),
    ("torch's index", _gathered),
    ("spread by a constant", _spread),
]
sketches = pytest.mark.parametrize(
    "draw", [s[1] for s in SKETCHES], ids=[s[0] for s in SKETCHES]
)


@pytest.fixture(autouse=True)
def _gelu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("texelnet.graph.builder.OPSET", 20)  # the first with Gelu


@sketches
def test_a_turned_picture_means_what_onnxruntime_computes(draw: Sketch) -> None:
    net, feeds = sketched(("height", "width"), draw)
    agree(evaluate(lower(net), feeds), reference(net, feeds))


@pytest.mark.gpu
@sketches
def test_the_shader_of_a_turned_picture_computes_it(draw: Sketch) -> None:
    net, feeds = sketched(("height", "width"), draw)
    target = TARGETS["webgpu"]
    package = in_memory(target.package(compile_network(net, target, HYBRID)))
    agree(Session(package).run(feeds), reference(net, feeds))


def _columns_by_weights(b: Builder) -> None:
    b.node("MatMul", ["x", *_constants(b, (6, 5))], "y")


def _rows_joined(b: Builder) -> None:
    turned = _last(b)
    _first(b, b.node("Concat", [turned, turned], "both", axis=1))


def _pooled_last(b: Builder) -> None:
    turned = b.node("Transpose", ["x"], "turned", perm=[0, 3, 1, 2])
    b.node("MaxPool", [turned], "y", kernel_shape=[2, 2])


@pytest.mark.parametrize(
    ("draw", "text"),
    [
        (
            _columns_by_weights,
            '  MatMul "": it mixes rows or columns of the picture, not channels'
            " (try: make channels the last axis, or pool the picture before)",
        ),
        (
            _rows_joined,
            '  Concat "": axis 2 is not the channels (try: join or split channels (axis 1))',
        ),
        (
            _pooled_last,
            '  MaxPool "": it works on a picture whose axes are reshaped or transposed'
            " (try: export the network with channels first, (batch, channels, height, width))",
        ),
    ],
)
def test_what_a_turned_picture_has_no_meaning_for(draw: Sketch, text: str) -> None:
    net, _ = sketched((4, 6), draw)
    with pytest.raises(ShaderError) as caught:
        lower(net)
    head = "chain.onnx: these layers have no meaning in a pixel shader\n"
    assert str(caught.value) == head + text
