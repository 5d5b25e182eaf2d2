"""Activations of newer networks: Gelu, Mish, HardSwish and their kin; Sign, Floor, Round, Cast.

None overflows at any finite x, and none reads its operand in a sum or a mix twice, so that a
convolution before it is computed once.

Mish is x*tanh(log(1 + e)) with e = exp(x), which is x*n/(n + 2) with n = e*(e + 2); beyond
x = 20 the quotient is 1 in float32. Softplus is max(x, 0) + log(1 + exp(-|x|)). Erf is the
rational approximation 7.1.26 of Abramowitz and Stegun, "Handbook of Mathematical Functions",
1964: off by at most 1.5e-7, about what float32 itself is off by near 1.

See Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016; Misra, "Mish", 2019; Howard et
al., "Searching for MobileNetV3", 2019 (HardSwish).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from texelnet.ops.op import Case, Node, NotInAShader
from texelnet.ops.pointwise import PLAIN, SHAPE, pointwise_op, tanh
from texelnet.pixel.expr import Call, Expr, add, constant, scaled

_ERF = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
_FLOATS = (1, 10, 11, 16)  # TensorProto: FLOAT, FLOAT16, DOUBLE, BFLOAT16
_WHOLE = (2, 3, 4, 5, 6, 7, 12, 13)  # the integers
_TRUTH = 9


def _number(value: float, x: Expr) -> Expr:
    return constant(value, x.channels)


def _times(x: Expr, factor: float | Expr) -> Expr:
    """A product that is not folded into what x is made of: x is needed elsewhere too."""
    return Call("mul", (x, _number(factor, x) if isinstance(factor, float) else factor))


def _clamped(x: Expr, low: float, high: float) -> Expr:
    return Call("min", (Call("max", (x, _number(low, x))), _number(high, x)))


def _above(x: Expr) -> Expr:
    return Call("max", (x, _number(0.0, x)))


def _below(x: Expr) -> Expr:
    return Call("min", (x, _number(0.0, x)))


def _erf(x: Expr) -> Expr:
    size = Call("min", (Call("abs", (x,)), _number(6.0, x)))
    one = _number(1.0, x)
    t = Call("div", (one, add(_times(size, 0.3275911), one)))
    series: Expr = _number(_ERF[0], x)
    for coefficient in _ERF[1:]:
        series = add(_times(t, series), _number(coefficient, x))
    bell = Call("exp", (scaled(_times(size, size), -1.0),))
    rest = _times(_times(t, series), bell)
    return _times(Call("sign", (x,)), add(one, scaled(rest, -1.0)))


def _gelu(node: Node, x: Expr) -> Expr:
    mode = node.get("approximate", "none")
    if mode == "tanh":
        cube = _times(_times(x, x), _times(x, 0.044715))
        bend = tanh(scaled(add(_times(x, 1.0), cube), math.sqrt(2 / math.pi)))
    elif mode == "none":
        bend = _erf(_times(x, math.sqrt(0.5)))
    else:
        raise NotInAShader(f"Gelu with approximate={mode}", "use none or tanh")
    return _times(_times(x, 0.5), add(bend, _number(1.0, x)))


def _hard_sigmoid(node: Node, x: Expr) -> Expr:
    alpha, beta = node.get("alpha", 0.2), node.get("beta", 0.5)
    return _clamped(add(scaled(x, alpha), _number(beta, x)), 0.0, 1.0)


def _hard_swish(node: Node, x: Expr) -> Expr:
    return _times(x, _clamped(add(_times(x, 1 / 6), _number(0.5, x)), 0.0, 1.0))


def _mish(node: Node, x: Expr) -> Expr:
    e = Call("exp", (Call("min", (x, _number(20.0, x))),))
    two = _number(2.0, x)
    n = _times(e, add(e, two))
    return _times(x, Call("div", (n, add(n, two))))


def _softplus(node: Node, x: Expr) -> Expr:
    e = Call("exp", (scaled(Call("abs", (x,)), -1.0),))
    return add(_above(x), Call("log", (add(e, _number(1.0, x)),)))


def _softsign(node: Node, x: Expr) -> Expr:
    return Call("div", (x, add(Call("abs", (x,)), _number(1.0, x))))


def _selu(node: Node, x: Expr) -> Expr:
    alpha = node.get("alpha", 1.6732632423543772)
    gamma = node.get("gamma", 1.0507009873554805)
    bent = add(Call("exp", (_below(x),)), _number(-1.0, x))
    return add(scaled(_above(x), gamma), scaled(bent, gamma * alpha))


def _celu(node: Node, x: Expr) -> Expr:
    alpha = node.get("alpha", 1.0)
    if alpha <= 0:
        raise NotInAShader(f"Celu with alpha={alpha:g}", "give alpha above zero")
    bent = add(Call("exp", (scaled(_below(x), 1 / alpha),)), _number(-1.0, x))
    return add(_above(x), scaled(bent, alpha))


def _thresholded_relu(node: Node, x: Expr) -> Expr:
    """max(x, alpha) - alpha is above zero where x is above alpha, and nowhere else."""
    alpha = _number(node.get("alpha", 1.0), x)
    over = add(Call("max", (x, alpha)), scaled(alpha, -1.0))
    return _times(x, Call("sign", (over,)))


def _function(name: str) -> Callable[[Node, Expr], Expr]:
    return lambda node, x: Call(name, (x,))


def _cast(node: Node, x: Expr) -> Expr:
    """Planes hold floats; cast to an integer they lose what stands behind the point."""
    if node.get("to", 1) in _FLOATS:
        return x
    if node.get("to", 1) in _WHOLE:
        return _times(Call("sign", (x,)), Call("floor", (Call("abs", (x,)),)))
    if node.get("to", 1) == _TRUTH:
        return Call("sign", (Call("abs", (x,)),))
    raise NotInAShader("a cast to something that is no number", "cast to float")


def _shrink(node: Node, x: Expr) -> Expr:

    bias, lambd = node.get("bias", 0.0), _number(node.get("lambd", 0.5), x)
    beyond = Call("less", (lambd, Call("abs", (x,))))
    side = scaled(Call("sign", (x,)), bias)
    return _times(add(_times(x, 1.0), scaled(side, -1.0)), beyond)


def _reciprocal(node: Node, x: Expr) -> Expr:
    return Call("div", (_number(1.0, x), x))


WIDE = Case("wide", (SHAPE,), span=90.0)

ACTIVATIONS = (
    pointwise_op(
        "Gelu",
        "x times the normal distribution's share below x, exact or by tanh.",
        _gelu,
        [
            Case("exact", (SHAPE,), span=5.0, opset=20),
            Case("exact, wide", (SHAPE,), span=90.0, opset=20),
            Case("by tanh", (SHAPE,), {"approximate": "tanh"}, span=5.0, opset=20),
            Case("by tanh, wide", (SHAPE,), {"approximate": "tanh"}, span=90.0, opset=20),
        ],
    ),
    pointwise_op(
        "Erf", "The error function, to 1.5e-7.", lambda node, x: _erf(x), [PLAIN, WIDE]
    ),
    pointwise_op(
        "HardSigmoid",
        "alpha*x + beta kept between 0 and 1.",
        _hard_sigmoid,
        [PLAIN, Case("alpha and beta", (SHAPE,), {"alpha": 0.4, "beta": 0.1}, span=3.0)],
    ),
    pointwise_op(
        "HardSwish",
        "x times x/6 + 1/2 kept between 0 and 1.",
        _hard_swish,
        [Case("plain", (SHAPE,), span=5.0)],
    ),
    pointwise_op("Mish", "x*tanh(log(1 + exp(x))).", _mish, [PLAIN, WIDE]),
    pointwise_op("Softplus", "log(1 + exp(x)).", _softplus, [PLAIN, WIDE]),
    pointwise_op("Softsign", "x/(1 + |x|).", _softsign, [PLAIN]),
    pointwise_op(
        "Selu",
        "gamma*x, or gamma*alpha*(exp(x) - 1) below zero.",
        _selu,
        [PLAIN, Case("alpha and gamma", (SHAPE,), {"alpha": 0.5, "gamma": 2.0}, span=30.0)],
    ),
    pointwise_op(
        "Celu",
        "x, or alpha*(exp(x/alpha) - 1) below zero.",
        _celu,
        [PLAIN, Case("alpha", (SHAPE,), {"alpha": 0.3}, span=30.0)],
    ),
    pointwise_op(
        "ThresholdedRelu",
        "x where it is above alpha, else 0.",
        _thresholded_relu,
        [PLAIN, Case("negative", (SHAPE,), {"alpha": -0.3})],
    ),
    pointwise_op("Sign", "-1, 0 or 1.", lambda node, x: Call("sign", (x,)), [PLAIN]),
    pointwise_op("Floor", "The whole number below.", lambda n, x: Call("floor", (x,)), [PLAIN]),
    pointwise_op("Ceil", "The whole number above.", lambda n, x: Call("ceil", (x,)), [PLAIN]),
    pointwise_op(
        "Round",
        "The nearest whole number, halves to the even one.",
        lambda node, x: Call("round", (x,)),
        [PLAIN],
    ),
    pointwise_op(
        "Shrink",
        "x drawn towards 0 by bias where it is beyond lambd, else 0.",
        _shrink,
        [PLAIN, Case("soft", (SHAPE,), {"bias": 0.3, "lambd": 0.3}, span=3.0)],
    ),
    *(
        pointwise_op(kind, f"The {what}.", _function(kind.lower()), [case])
        for kind, what, case in (
            ("Sin", "sine", PLAIN),
            ("Cos", "cosine", PLAIN),
            ("Tan", "tangent", Case("plain", (SHAPE,))),
            ("Atan", "angle of a tangent", PLAIN),
            ("Sinh", "hyperbolic sine", PLAIN),
            ("Cosh", "hyperbolic cosine", PLAIN),
        )
    ),
    pointwise_op("Reciprocal", "1/x.", _reciprocal, [Case("plain", (SHAPE,), above=0.2)]),
    pointwise_op(
        "Cast",
        "The same numbers; cast to an integer, without what is behind the point.",
        _cast,
        [
            Case("to float", (SHAPE,), {"to": 1}),
            Case("to an integer", (SHAPE,), {"to": 7}, span=5.0, whole=True),
            Case("to a truth", (SHAPE,), {"to": 9}, whole=True),
        ],
    ),
)
