"""Layers of one formula a value: AbsVal, BNLL, Clip, Exp, Log, Swish, Threshold, ReLU6.

BNLL is log(1 + e^x). Exp is base^(shift + scale x) and Log log_base(shift + scale x); the base
-1, their default, stands for e. Swish is x / (1 + e^(-beta x)). Threshold is 1 above the
threshold and 0 elsewhere, at the threshold too. ReLU6, a fork's layer, is Clip from 0 to 6.
"""

from __future__ import annotations

from math import exp, isfinite, log

from texelnet.caffe.layer import Kind, Layer, Shape, Writer, same_shape
from texelnet.caffe.message import Message

_FLOAT = 1  # TensorProto.FLOAT


def _abs_val(layer: Layer, writer: Writer) -> None:
    """Write Abs."""
    writer.node("Abs", writer.bottoms, writer.tops[0])


def _bnll(layer: Layer, writer: Writer) -> None:
    """Write Softplus."""
    writer.node("Softplus", writer.bottoms, writer.tops[0])


def _clip_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape, once both ends are known."""
    settings = layer.settings("clip_param")
    for name in ("min", "max"):
        if not settings.has(name):
            raise layer.error(f"clip_param has no {name}", "write min and max")
    if settings.real("min") > settings.real("max"):
        fact = f"min {settings.real('min'):g} is above max {settings.real('max'):g}"
        raise layer.error(fact, "exchange them")
    return layer.bottom_shapes


def _clip(layer: Layer, writer: Writer) -> None:
    """Write Clip."""
    settings = layer.settings("clip_param")
    _clipped(writer, settings.real("min"), settings.real("max"))


def _relu6(layer: Layer, writer: Writer) -> None:
    """Write Clip from 0 to 6."""
    _clipped(writer, 0.0, 6.0)


def _clipped(writer: Writer, low: float, high: float) -> None:
    ends = [writer.constant("min", low), writer.constant("max", high)]
    writer.node("Clip", [*writer.bottoms, *ends], writer.tops[0])


def _base_shapes(layer: Layer) -> tuple[Shape, ...]:
    """Return the bottom's shape, once the base is known to have powers and logarithms."""
    base = layer.settings(f"{layer.type.lower()}_param").real("base")
    if base != -1 and not (base > 0 and isfinite(base)):
        raise layer.error(f"base is {base:g}", "a base is above 0, or -1 for e")
    if base == 1 and layer.type == "Log":
        raise layer.error("base is 1, its logarithms divide by zero", "another base")
    return layer.bottom_shapes


def _logarithm(settings: Message) -> float:
    """Return the natural logarithm of the base."""
    base = settings.real("base")
    return 1.0 if base == -1 else log(base)


def _exp(layer: Layer, writer: Writer) -> None:
    """Write Exp of the scaled bottom, times base^shift."""
    settings = layer.settings("exp_param")
    base = _logarithm(settings)
    steps = [
        ("Mul", "scale", base * settings.real("scale")),
        ("Exp", "", 0.0),
        ("Mul", "factor", _power(base * settings.real("shift"))),
    ]
    _chain(writer, steps)


def _power(exponent: float) -> float:
    return exp(exponent) if exponent < 700 else float("inf")


def _log(layer: Layer, writer: Writer) -> None:
    """Write Log of the scaled and shifted bottom, divided by the logarithm of the base."""
    settings = layer.settings("log_param")
    base = _logarithm(settings)
    steps = [
        ("Mul", "scale", settings.real("scale")),
        ("Add", "shift", settings.real("shift")),
        ("Log", "", 0.0),
        ("Mul", "factor", 1 / base),
    ]
    _chain(writer, steps)


def _chain(writer: Writer, steps: list[tuple[str, str, float]]) -> None:
    """Write node after node, leaving out those that change nothing."""
    neutral = {"Mul": 1.0, "Add": 0.0}
    kept = [step for step in steps if not step[1] or step[2] != neutral[step[0]]]
    value = writer.bottoms[0]
    for index, (op, name, number) in enumerate(kept):
        operands = [value, writer.constant(name, number)] if name else [value]
        value = writer.node(op, operands, writer.tops[0] if index == len(kept) - 1 else "")


def _swish(layer: Layer, writer: Writer) -> None:
    """Write x times Sigmoid of beta x."""
    beta, (value,) = layer.settings("swish_param").real("beta"), writer.bottoms
    steep = value if beta == 1 else writer.node("Mul", [value, writer.constant("beta", beta)])
    writer.node("Mul", [value, writer.node("Sigmoid", [steep])], writer.tops[0])


def _threshold(layer: Layer, writer: Writer) -> None:
    """Write Greater, as a number."""
    level = writer.constant("threshold", layer.settings("threshold_param").real("threshold"))
    above = writer.node("Greater", [writer.bottoms[0], level])
    writer.node("Cast", [above], writer.tops[0], to=_FLOAT)


POINTWISE = tuple(
    Kind(name, shapes, to_graph, in_place=True)
    for name, shapes, to_graph in (
        ("AbsVal", same_shape, _abs_val),
        ("BNLL", same_shape, _bnll),
        ("Clip", _clip_shapes, _clip),
        ("Exp", _base_shapes, _exp),
        ("Log", _base_shapes, _log),
        ("Swish", same_shape, _swish),
        ("Threshold", same_shape, _threshold),
        ("ReLU6", same_shape, _relu6),
    )
)
