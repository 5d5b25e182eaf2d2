"""ConvTranspose, Caffe's Deconvolution: a convolution that makes the picture larger.

Written as a scatter, each input pixel stamps its kernel onto the output. A pixel shader
cannot scatter, so we read it the other way round. Output row o receives kernel row k from
input row i where  o + pad = stride*i + dilation*k,  so for a given k only the rows o of one
remainder by `stride` are reached. The remainders are the *phases*: within one, the
deconvolution is an ordinary convolution at low resolution, and all phases together are one
ordinary convolution with stride*stride times as many outputs.

See Odena et al., "Deconvolution and Checkerboard Artifacts", Distill, 2016; Shi et al.,
"Is the deconvolution layer the same as a convolutional layer?", 2016.
"""

from texelnet.ops.conv_transpose.explain import explain
from texelnet.ops.conv_transpose.lower import lower, multiply_adds
from texelnet.ops.conv_transpose.phases import Stamp, checkerboard_index, phases
from texelnet.ops.op import Case, Op
from texelnet.ops.op import random_array as weights

CONV_TRANSPOSE = Op(
    "ConvTranspose",
    "A deconvolution, by its phases, in one pass over the low-resolution picture.",
    lower,
    macs=multiply_adds,
    explain=explain,
    cases=(
        Case(
            "4x4 stride 2 pad 1 of 8 channels",
            ((8, 5, 6), weights(8, 1, 4, 4), weights(1)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        ),
        Case(
            "to rgb",
            ((5, 4, 7), weights(5, 3, 4, 4), weights(3)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        ),
        Case(
            "9x9 stride 2 pad 4: 2n - 1",
            ((4, 6, 5), weights(4, 1, 9, 9), weights(1)),
            {"strides": [2, 2], "pads": [4, 4, 4, 4]},
        ),
        Case(
            "9x9 stride 3: uneven overlap",
            ((3, 5, 4), weights(3, 2, 9, 9), weights(2)),
            {"strides": [3, 3], "pads": [3, 3, 3, 3]},
        ),
        Case(
            "5x5 stride 2: the stride does not divide the kernel",
            ((2, 6, 5), weights(2, 2, 5, 5)),
            {"strides": [2, 2], "pads": [2, 2, 2, 2]},
        ),
        Case(
            "2x2 stride 3: gaps hold only the bias",
            ((2, 4, 5), weights(2, 1, 2, 2), weights(1)),
            {"strides": [3, 3]},
        ),
        Case(
            "stride 2 by 3, uneven pads",
            ((3, 5, 4), weights(3, 5, 4, 5), weights(5)),
            {"strides": [2, 3], "pads": [1, 0, 2, 1]},
        ),
        Case(
            "dilation 2",
            ((2, 5, 6), weights(2, 3, 3, 3), weights(3)),
            {"strides": [2, 2], "dilations": [2, 2], "pads": [1, 1, 1, 1]},
        ),
        Case(
            "groups",
            ((6, 4, 5), weights(6, 2, 4, 4), weights(4)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1], "group": 2},
        ),
        Case(
            "depthwise",
            ((5, 4, 3), weights(5, 1, 4, 4)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1], "group": 5},
        ),
        Case(
            "same, the odd pixel after",
            ((2, 4, 5), weights(2, 3, 3, 4), weights(3)),
            {"strides": [2, 3], "auto_pad": "SAME_UPPER"},
        ),
        Case(
            "same, the odd pixel before",
            ((2, 4, 5), weights(2, 3, 3, 4), weights(3)),
            {"strides": [2, 3], "auto_pad": "SAME_LOWER"},
        ),
        Case(
            "output padding",
            ((2, 4, 5), weights(2, 3, 3, 3), weights(3)),
            {"strides": [2, 3], "pads": [1, 1, 1, 1], "output_padding": [1, 2]},
        ),
        Case("stride 1", ((2, 5, 4), weights(2, 2, 3, 3), weights(2)), {"pads": [1] * 4}),
        Case(
            "many channels",
            ((33, 4, 3), weights(33, 3, 4, 4), weights(3)),
            {"strides": [2, 2], "pads": [1, 1, 1, 1]},
        ),
    ),
)

__all__ = ["CONV_TRANSPOSE", "Stamp", "checkerboard_index", "phases"]
