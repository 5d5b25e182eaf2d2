"""Python: a layer that is a class of the user's own, written for pycaffe.

The class computes with numpy, on the CPU; torch gives it arrays and takes its gradients. It may
have no bottoms (it reads data), a `loss_weight` (it is a loss; unlike Caffe's own losses it
needs one written), and parameters, which its `setup` adds and fills. Shapes may change from
pass to pass. A program can't be written as a graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
from texelnet.caffe.layer import ANY, Kind, Layer, Run, Shape, Writer

Tensor = Any
NO_GRAPH = (
    "it is a program of its own, which a graph (ONNX, a shader) can't hold: "
    "`texelnet run` and `train` run it with --allow-python"
)


def _shapes(layer: Layer) -> tuple[Shape, ...]:
    shapes: tuple[Shape, ...] = layer.program.shapes(layer.bottom_shapes)
    return shapes


def _parameters(layer: Layer) -> tuple[Shape, ...]:
    return tuple(blob.shape for blob in layer.program.parameters)


def _no_graph(layer: Layer, writer: Writer) -> None:
    raise layer.error(NO_GRAPH)


def _forward(layer: Layer, run: Run) -> Sequence[Tensor]:
    """Run the user's forward now, and the user's backward when torch goes back."""
    torch: Any = run.torch
    program, count = layer.program, len(run.bottoms)

    def tensors(arrays: Sequence[Any]) -> tuple[Tensor, ...]:
        return tuple(torch.from_numpy(array).to(run.device) for array in arrays)

    class Own(torch.autograd.Function):  # type: ignore[misc]
        @staticmethod
        def forward(ctx: Any, *values: Tensor) -> tuple[Tensor, ...]:
            arrays = [value.detach().cpu().numpy() for value in values]
            return tensors(program.forward(arrays[:count], arrays[count:]))

        @staticmethod
        def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor | None, ...]:
            wanted = ctx.needs_input_grad
            arrays = [slope.cpu().numpy() for slope in slopes]
            bottoms, parameters = program.backward(arrays, wanted[:count])
            sent = tensors([*bottoms, *parameters])
            return tuple(g if w else None for g, w in zip(sent, wanted, strict=True))

    tops = Own.apply(*run.bottoms, *run.weights)
    for value, blob in zip(run.weights, program.parameters, strict=True):
        after = torch.from_numpy(blob.data).to(run.device)
        if not torch.equal(value, after):  # statistics that a layer keeps as it runs
            value.data.copy_(after)
    return tuple(tops)


PYTHON = Kind(
    "Python",
    _shapes,
    _no_graph,
    parameters=_parameters,
    bottoms=(0, ANY),
    tops=(0, ANY),
    in_place=True,
    forward=_forward,
    about=About(
        "A class of your own, written for pycaffe; run only with `--allow-python`.",
        "y = what its method forward writes into top[i].data",
        PICTURE + example("Python", 'python_param { module: "doubled" layer: "Doubled" }'),
        ("python_param",),
        quirks=(
            "With a `loss_weight` it is a loss; without one it counts for nothing.",
            "A layer reads copies of its bottoms: what it writes into them changes nothing.",
        ),
    ),
)
