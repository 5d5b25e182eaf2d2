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

REFUSED: dict[str, str] = {
    "Python": NO_GRAPH,
    "LSTM": "recurrent layers keep a state from picture to picture",
    "RNN": "recurrent layers keep a state from picture to picture",
    "Recurrent": "recurrent layers keep a state from picture to picture",
    "Im2col": "it unrolls a convolution that a Convolution layer says better",
    "Filter": "the size of what it gives depends on the numbers it reads",
    "PriorBox": "it belongs to SSD's detection, not to pictures",
    "DetectionOutput": "it belongs to SSD's detection, not to pictures",
    "Normalize": "it belongs to SSD's detection, not to pictures",
    "Permute": "it belongs to SSD's detection, not to pictures",
    "ConvolutionDepthwise": "it is a fork's layer: write Convolution with group = channels",
    "Upsample": "it is a fork's layer: write Deconvolution with a bilinear kernel",
    "Interp": "it is a fork's layer: write Deconvolution with a bilinear kernel",
}
