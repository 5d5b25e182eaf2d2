"""Phases: which kernel rows meet which output rows, and what that means for flat pictures."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


class Reach(NamedTuple):
    """Where one row (or column) k of the kernel goes."""

    phase: int  # the remainder of the output positions it reaches
    offset: (
        int  # it reads the input at low-resolution position q + offset, o = stride*q + phase
    )


def phases(kernel: int, stride: int, pad: int, dilation: int = 1) -> tuple[Reach, ...]:
    """Tell for each k of one axis which phase it reaches and what it reads there.

    Every k reaches exactly one phase, so the kernel is shared out among them; where the
    kernel is smaller than the stride some phases receive nothing but the bias.
    """
    reaches = []
    for k in range(kernel):
        phase = (dilation * k - pad) % stride
        reaches.append(Reach(phase, (phase + pad - dilation * k) // stride))
    return tuple(reaches)


class Stamp(NamedTuple):
    """One deconvolution: its kernels and how they are stamped.

    Parameters
    ----------
    kernel
        (inputs, outputs / group, rows, columns), as Caffe and ONNX store them.
    bias
        (outputs,)
    strides, pads, dilations
        For rows and columns; the pads before the first.
    """

    kernel: Floats
    bias: Floats
    strides: tuple[int, int]
    pads: tuple[int, int]
    dilations: tuple[int, int] = (1, 1)
    group: int = 1

    def rows(self) -> tuple[Reach, ...]:
        """Where the kernel's rows go."""
        return phases(self.kernel.shape[2], self.strides[0], self.pads[0], self.dilations[0])

    def columns(self) -> tuple[Reach, ...]:
        """Where the kernel's columns go."""
        return phases(self.kernel.shape[3], self.strides[1], self.pads[1], self.dilations[1])

    def sums(self) -> Floats:
        """Return (phases, outputs, inputs): each kernel's weights summed by phase.

        Phase py * stride_x + px holds the output pixels with rows = py and columns = px by
        the strides.
        """
        (sy, sx), (inputs, each) = self.strides, self.kernel.shape[:2]
        found = np.zeros((sy * sx, each * self.group, inputs))
        into = inputs // self.group
        for (y, down), (x, right) in product(enumerate(self.rows()), enumerate(self.columns())):
            at = down.phase * sx + right.phase
            for g in range(self.group):
                block = self.kernel[g * into : (g + 1) * into, :, y, x].T
                found[at, g * each : (g + 1) * each, g * into : (g + 1) * into] += block
        return found

    def flat(self, entered: Floats) -> Floats:
        """Return (n, phases, outputs): what a flat input makes, far from every border.

        Parameters
        ----------
        entered
            (n, inputs): the one value of each channel.
        """
        summed: Floats = np.einsum("poi,ni->npo", self.sums(), entered.astype(np.float64))
        return summed + self.bias


def checkerboard_index(responses: Floats, level: float) -> Floats:
    """Return how far the phases of a flat picture are apart, in grey levels of 255.

    Parameters
    ----------
    responses
        (n, phases, outputs), see :meth:`Stamp.flat`.
    level
        One grey level in the layer's numbers.

    The answer is (n,): the largest of all outputs. It is 0 where the polyphase branches have
    one DC gain (Kiya 1998; Sugawara, Shiota and Kiya 2018), as sub-pixel kernels that start
    equal do (Aitken et al. 2017).
    """
    return np.asarray((responses.max(1) - responses.min(1)).max(1) / level)
