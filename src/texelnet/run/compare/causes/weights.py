"""Weights: kernels mirrored, transposed, exchanged, and biases that were lost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from texelnet.graph.edit import Site, with_constant
from texelnet.graph.network import Network
from texelnet.run.compare.causes.cause import Cause, in_layers, in_packs

Array = NDArray[np.float32]
_KERNELS = ("Conv", "ConvTranspose")
_ADDED = ("Add", "Sub")


def _kernel(site: Site) -> Array | None:
    if site.op not in _KERNELS or 1 not in site.constants:
        return None
    return np.asarray(site.constants[1], np.float32)


def _changed(name: str, fact: str, hint: str, change: Callable[[Array], Array | None]) -> Cause:
    """Return a mistake in a layer's kernel, where it makes another kernel of the same shape."""

    def could(site: Site) -> bool:
        kernel = _kernel(site)
        other = None if kernel is None else change(kernel)
        return (
            kernel is not None
            and other is not None
            and other.shape == kernel.shape
            and not np.array_equal(other, kernel)
        )

    def edit(network: Network, site: Site) -> Network:
        kernel = _kernel(site)
        other = None if kernel is None else change(kernel)
        assert other is not None, "asked for by what could be"
        return with_constant(network, site.output, 1, other)

    return in_layers(name, fact, hint, could, edit)


def _exchanged(kernel: Array) -> Array | None:
    """Outputs for inputs: the other library's order of the first two axes."""
    return kernel.swapaxes(0, 1) if kernel.shape[0] == kernel.shape[1] else None


def _reread(kernel: Array) -> Array:
    """The same numbers in a row, read as if inputs came before outputs."""
    first, second, *rest = kernel.shape
    return kernel.reshape(second, first, *rest).swapaxes(0, 1)


def _matrices(kernel: Array) -> Array:
    """Every matrix of four by four transposed: rows for columns in the shader's text."""
    outputs, inputs, *rest = kernel.shape
    packs = [-(-n // 4) for n in (outputs, inputs)]
    wide = np.zeros((4 * packs[0], 4 * packs[1], *rest), np.float32)
    wide[:outputs, :inputs] = kernel
    tiles = wide.reshape(packs[0], 4, packs[1], 4, *rest).swapaxes(1, 3)
    return tiles.reshape(wide.shape)[:outputs, :inputs]


def _has_bias(site: Site) -> bool:
    place = _bias_place(site)
    return place is not None and bool(np.any(site.constants[place]))


def _bias_place(site: Site) -> int | None:
    if site.op in _KERNELS and 2 in site.constants:
        return 2
    if site.op in _ADDED:
        return next(iter(site.constants), None)
    return None


def _bias(change: Callable[[Array], Array]) -> Callable[[Network, Site], Network]:
    def edit(network: Network, site: Site) -> Network:
        place = _bias_place(site)
        assert place is not None, "asked for by what could be"
        bias = np.asarray(site.constants[place], np.float32)
        return with_constant(network, site.output, place, change(bias))

    return edit


def _biased_channels(site: Site) -> int:
    return int(site.constants[2].size) if site.op in _KERNELS and _has_bias(site) else 0


def _bias_lost(network: Network, site: Site, some: slice) -> Network:
    bias = np.array(site.constants[2], np.float32)
    bias[some] = 0
    return with_constant(network, site.output, 2, bias)


_AXES = (
    "see the order of the weights: Convolution (out, in, h, w), Deconvolution (in, out, h, w)"
)
_FLIP = "these are correlations: row k of a kernel reads k - pad rows below"
CAUSES = (
    in_layers(
        "dropped bias",
        "adds no bias",
        "see where the sum begins; a bias may be negative all through",
        _has_bias,
        _bias(np.zeros_like),
    ),
    in_packs(
        "dropped bias of a pack",
        "adds no bias to four channels",
        "see where the sum begins; a bias may be negative all through",
        _biased_channels,
        _bias_lost,
    ),
    in_layers(
        "bias subtracted",
        "subtracts the bias",
        "see the sign of the bias",
        _has_bias,
        _bias(np.negative),
    ),
    in_layers(
        "bias of 0..255",
        "adds 255 times the bias",
        "divide the bias by 255 where pictures are 0..1",
        _has_bias,
        _bias(lambda bias: bias * np.float32(255)),
    ),
    in_layers(
        "bias divided by 255",
        "adds the bias divided by 255",
        "the bias is in the network's own numbers",
        _has_bias,
        _bias(lambda bias: bias / np.float32(255)),
    ),
    _changed(
        "flipped kernel", "turns the kernel by 180 degrees", _FLIP, lambda k: k[..., ::-1, ::-1]
    ),
    _changed(
        "kernel upside down", "turns the kernel upside down", _FLIP, lambda k: k[..., ::-1, :]
    ),
    _changed("kernel left for right", "mirrors the kernel", _FLIP, lambda k: k[..., ::-1]),
    _changed(
        "transposed kernel",
        "takes the kernel's rows for its columns",
        "see the order of height and width in the weights",
        lambda k: k.swapaxes(-1, -2),
    ),
    _changed(
        "outputs for inputs",
        "takes the kernel's outputs for its inputs",
        _AXES,
        _exchanged,
    ),
    _changed("weights in another order", "reads inputs first, outputs second", _AXES, _reread),
    _changed(
        "transposed matrices",
        "multiplies by matrices of 4x4 with rows for columns",
        "mat4 takes its columns one after the other",
        _matrices,
    ),
)
