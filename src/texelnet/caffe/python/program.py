"""Program: the object behind one Python layer, its blobs, and its four methods.

`setup` is called once, when shapes are first worked out, `reshape` after it and before every
`forward`, as in Caffe. Blobs stay the same from pass to pass: what a class writes into
`bottom[0].diff` as it goes forward is still there when it goes backward. What it reads are
copies, so it can spoil nobody else's blob; where its top is its bottom, both are one blob.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from texelnet.caffe.layer import Layer as CaffeLayer
from texelnet.caffe.layer import Shape
from texelnet.caffe.python.complain import complaint
from texelnet.caffe.python.stand_in import TEST, TRAIN, Array, Blob, Blobs, Layer, standing_in


class Program:
    """A user's object at work as a layer.

    Parameters
    ----------
    layer
        The layer, for its settings and for the place of errors.
    cls
        The user's class.
    phase
        TRAIN or TEST.

    Attributes
    ----------
    parameters
        Those that `setup` added.
    """

    def __init__(self, layer: CaffeLayer, cls: type[Layer], phase: str) -> None:
        self.layer, self.cls, self._is_set_up = layer, cls, False
        self.bottoms = [Blob() for _ in layer.bottoms]
        same = dict(zip(layer.bottoms, self.bottoms, strict=True))
        self.tops = [
            same[top] if layer.bottoms[i : i + 1] == (top,) else Blob()
            for i, top in enumerate(layer.tops)
        ]
        with standing_in():
            try:
                self.own = cls(None)
            except (Exception, SystemExit) as error:
                raise self._complaint("__init__", error) from None
        text = layer.settings("python_param").word("param_str")
        self.own.param_str = self.own.param_str_ = text
        self.parameters = Blobs()
        self.own.phase = {"TRAIN": TRAIN, "TEST": TEST}[phase]
        self.own.blobs = self.parameters

    def shapes(self, bottoms: Sequence[Shape]) -> tuple[Shape, ...]:
        """Return the shapes of the tops, for bottoms of these shapes.

        Raises
        ------
        NetworkError
            If the user's code raises; here and below.
        """
        for blob, shape in zip(self.bottoms, bottoms, strict=True):
            blob.reshape(*shape)
        if not self._is_set_up:
            self._call("setup", self.bottoms, self.tops)
            self._is_set_up = True
        self._call("reshape", self.bottoms, self.tops)
        return tuple(top.shape for top in self.tops)

    def forward(self, bottoms: Sequence[Array], parameters: Sequence[Array]) -> list[Array]:
        """Return the tops."""
        _fill(self.bottoms, bottoms)
        _fill(self.parameters, parameters)
        self._call("reshape", self.bottoms, self.tops)
        self._call("forward", self.bottoms, self.tops)
        for number, top in enumerate(self.tops):
            if not top.count:
                fact = f"{self.cls.__name__}.forward left top[{number}] empty, {top.shape}"
                raise self.layer.error(fact, "every size must be at least 1")
        return [np.array(top.data) for top in self.tops]

    def backward(
        self, slopes: Sequence[Array], wanted: Sequence[bool]
    ) -> tuple[list[Array], list[Array]]:
        """Return the gradients of the bottoms, and of the parameters, from those of the tops.

        Parameters
        ----------
        slopes
            The tops' gradients.
        wanted
            For each bottom whether it gets one: pycaffe's `propagate_down`.
        """
        for top, slope in zip(self.tops, slopes, strict=True):
            top.diff[...] = slope
        for blob in self.parameters:
            blob.diff[...] = 0
        self._call("backward", self.tops, list(wanted), self.bottoms)
        bottoms, parameters = self.bottoms, self.parameters
        return [np.array(b.diff) for b in bottoms], [np.array(p.diff) for p in parameters]

    def _call(self, method: str, *words: Any) -> None:
        """Call a method; what it reads has to keep its shape, tops may take another."""
        read = [blob for blob in (*self.bottoms, *self.parameters) if blob not in self.tops]
        before = [blob.shape for blob in read]
        with standing_in():
            try:
                getattr(self.own, method)(*words)
            except (Exception, SystemExit) as error:
                raise self._complaint(method, error) from None
        for blob, shape in zip(read, before, strict=True):
            if blob.shape != shape:
                fact = f"{self.cls.__name__}.{method} made a blob it reads {blob.shape}"
                raise self.layer.error(fact, f"it was {shape}: only tops are reshaped")

    def _complaint(self, method: str, error: BaseException) -> Exception:
        blobs = {"bottom": self.bottoms, "top": self.tops}
        return complaint(self.layer, self.cls, method, error, blobs)


def _fill(blobs: Sequence[Blob], arrays: Sequence[Array]) -> None:
    """Put numbers into blobs."""
    for blob, array in zip(blobs, arrays, strict=True):
        blob.reshape(*array.shape)
        blob.data[...] = array
