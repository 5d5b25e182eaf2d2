"""Layers that leave no trace in a network that is used, and those that are not understood.

Losses and Accuracy compare with labels, data layers read files, Silence swallows what nobody
wants.
"""

from __future__ import annotations

from dataclasses import dataclass

from texelnet.caffe.layer import ANY, Count
from texelnet.caffe.layers.python import NO_GRAPH


@dataclass(frozen=True)
class Dropped:
    """A type of layer that is left out when the network is used.

    Parameters
    ----------
    gives_data
        Whether its tops are the network's data, which then must come from an Input layer.
    silent
        Whether what it reads is wanted by nobody.
    """

    type: str
    bottoms: Count = (0, 0)
    tops: Count = (1, ANY)
    gives_data: bool = False
    silent: bool = False


TRAINING: dict[str, Dropped] = {
    dropped.type: dropped
    for dropped in (
        *(
            Dropped(name, gives_data=True)
            for name in (
                "Data",
                "DummyData",
                "HDF5Data",
                "ImageData",
                "MemoryData",
                "WindowData",
            )
        ),
        Dropped("SoftmaxWithLoss", (2, 3), (0, 2)),
        Dropped("EuclideanLoss", (2, 2), (0, 1)),
        Dropped("SigmoidCrossEntropyLoss", (2, 2), (0, 2)),
        Dropped("HingeLoss", (2, 2), (0, 1)),
        Dropped("ContrastiveLoss", (3, 3), (0, 1)),
        Dropped("InfogainLoss", (2, 3), (0, 2)),
        Dropped("MultinomialLogisticLoss", (2, 2), (0, 1)),
        Dropped("SmoothL1Loss", (2, 4), (0, 1)),
        Dropped("Accuracy", (2, 2), (1, 2)),
        Dropped("HDF5Output", (2, 2), (0, 0), silent=True),
        Dropped("Silence", (1, ANY), (0, 0), silent=True),
    )
}

_STATE = (
    "it keeps a state from step to step of a sequence, a network here is of one picture: cut "
    "the network before it, or train it in torch.nn"
)
_DEPTHWISE = (
    "it is a fork's name: write Convolution with group = channels, its weights fit as they are"
)
REFUSED: dict[str, str] = {
    "Python": NO_GRAPH,
    "LSTM": _STATE,
    "LSTMUnit": _STATE,
    "RNN": _STATE,
    "Recurrent": _STATE,
    "Im2col": "it only lays out the windows that a convolution reads: write Convolution, which "
    "does both",
    "Filter": "how many pictures it gives hangs on the numbers it reads, so nothing after it "
    "has a shape: choose the pictures before they go in",
    "Normalize": "it is SSD's, it divides each pixel by the length of its channels: cut the "
    "network before it",
    "Permute": "it is SSD's, it turns axes for who reads boxes: cut the network before it, the "
    "numbers are the same in another order",
    "PriorBox": "it is SSD's, it lists boxes that hang on sizes alone: make them outside the "
    "network",
    "DetectionOutput": "it is SSD's, it decodes boxes and drops those that overlap: give what "
    "it reads as outputs, and do it outside the network",
    "DetectionEvaluate": "it is SSD's, it counts found boxes: compare them outside the network",
    "MultiBoxLoss": "it is SSD's, it matches boxes to objects as it goes: write it as a Python "
    "layer",
    "AnnotatedData": "it is SSD's, it reads a database of pictures with boxes: put an Input "
    "layer in its place, or a Python layer",
    "VideoData": "it is SSD's, it reads a film or a camera: put an Input layer in its place",
    "ConvolutionDepthwise": _DEPTHWISE,
    "DepthwiseConvolution": _DEPTHWISE,
    "Upsample": "forks mean two things by it: where it repeats pixels, write Deconvolution "
    "with group = channels and a kernel of ones as large as its stride; where it undoes a "
    "pooling (SegNet), nothing else says it",
    "Interp": "it is a fork's resize with corners aligned: take the network as ONNX, whose "
    "Resize is understood",
}
"""Types that are known and can't be done: why, and what to do instead."""
UNTRAINED: dict[str, tuple[str, str]] = {
    "MemoryData": (
        "MemoryData is fed by a program that calls Caffe, and there is none here",
        "HDF5Data, ImageData or a Python layer in its place; Input for `texelnet run`",
    ),
    "WindowData": (
        "WindowData cuts windows out of pictures by a list of its own, which is not read here",
        "cut them once, then ImageData or HDF5Data; or a Python layer in its place",
    ),
    "HDF5Output": (
        "HDF5Output writes blobs to a file of its own, which is not done here",
        "remove it: OUT.npz of `texelnet run --outputs OUT.npz` holds every blob",
    ),
}
"""Left out of a network that is used, and refused in training: why, and what instead."""
