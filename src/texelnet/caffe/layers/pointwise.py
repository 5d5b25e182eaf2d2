"""Layers of one formula a value: AbsVal, BNLL, Clip, Exp, Log, Swish, Threshold, ReLU6."""

from __future__ import annotations

from math import exp, isfinite, log

from texelnet.caffe.about import PICTURE, About
from texelnet.caffe.about import layer as example
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


_ABOUT = {
    "AbsVal": About("Takes the sign away.", "y = |x|", PICTURE + example("AbsVal")),
    "BNLL": About(
        "A smooth ReLU, above 0 everywhere.",
        "y = log(1 + e^x)",
        PICTURE + example("BNLL"),
    ),
    "Clip": About(
        "Keeps numbers between two others.",
        "y = min(max(x, min), max)",
        PICTURE + example("Clip", "clip_param { min: 0 max: 0.8 }"),
        ("clip_param",),
        quirks=("Outside the two it sends no gradient: what starts there stays there.",),
    ),
    "Exp": About(
        "A power of a constant base.",
        "y = base ^ (shift + scale · x)",
        PICTURE + example("Exp", "exp_param { base: 2 scale: 0.5 }"),
        ("exp_param",),
        quirks=("`base: -1`, the default, stands for e.",),
    ),
    "Log": About(
        "A logarithm.",
        "y = log(shift + scale · x) / log(base)",
        PICTURE + example("Log", "log_param { base: 2 shift: 2 }"),
        ("log_param",),
        quirks=(
            "`base: -1`, the default, stands for e.",
            "Of 0 it is -inf, of what is below NaN: a `shift` keeps pictures away from it.",
        ),
    ),
    "Swish": About(
        "x, turned off below zero by a sigmoid of itself.",
        "y = x / (1 + e ^ (-beta · x))",
        PICTURE + example("Swish", "swish_param { beta: 1.5 }"),
        ("swish_param",),
    ),
    "Threshold": About(
        "1 above a threshold, 0 elsewhere.",
        "y = 1  where x > threshold\n  = 0  elsewhere",
        PICTURE + example("Threshold", "threshold_param { threshold: 0.3 }"),
        ("threshold_param",),
        quirks=("At the threshold itself it is 0. It sends no gradient.",),
    ),
    "ReLU6": About(
        "Keeps numbers between 0 and 6 (a fork's layer).",
        "y = min(max(x, 0), 6)",
        PICTURE + example("ReLU6"),
    ),
}
POINTWISE = tuple(
    Kind(name, shapes, to_graph, in_place=True, about=_ABOUT[name])
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
