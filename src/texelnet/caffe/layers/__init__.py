"""LAYERS: the types of layers that are understood, by Caffe's names.

TRAINING holds the types that only serve training or feed data: they are left out of a network
that is used. REFUSED holds those that are known and can't be done, each with its reason.
"""

from texelnet.caffe.layer import Kind
from texelnet.caffe.layers.activation import DROPOUT, ELU, POWER, PRELU, RELU, SIGMOID, TANH
from texelnet.caffe.layers.affine import BATCH_NORM, BIAS, SCALE
from texelnet.caffe.layers.channels import ARG_MAX, SOFTMAX
from texelnet.caffe.layers.convolution import CONVOLUTION, DECONVOLUTION
from texelnet.caffe.layers.crop import CROP, CROP_CENTER
from texelnet.caffe.layers.data import DATA_LAYERS
from texelnet.caffe.layers.eltwise import AXPY, ELTWISE
from texelnet.caffe.layers.inner_product import INNER_PRODUCT
from texelnet.caffe.layers.input import INPUT
from texelnet.caffe.layers.join import CONCAT, SLICE, SPLIT
from texelnet.caffe.layers.lookup import BATCH_REINDEX, EMBED, PARAMETER
from texelnet.caffe.layers.losses import LOSS_LAYERS
from texelnet.caffe.layers.normalise import LRN, MVN
from texelnet.caffe.layers.others import REFUSED, TRAINING, UNTRAINED, Dropped
from texelnet.caffe.layers.pointwise import POINTWISE
from texelnet.caffe.layers.pooling import POOLING, ROI_POOLING
from texelnet.caffe.layers.python import PYTHON
from texelnet.caffe.layers.reshape import FLATTEN, RESHAPE
from texelnet.caffe.layers.whole import REDUCTION, SPP, TILE

LAYERS: dict[str, Kind] = {
    kind.type: kind
    for kind in (
        INPUT,
        CONVOLUTION,
        DECONVOLUTION,
        INNER_PRODUCT,
        POOLING,
        RELU,
        PRELU,
        ELU,
        SIGMOID,
        TANH,
        POWER,
        DROPOUT,
        *POINTWISE,
        ELTWISE,
        AXPY,
        SOFTMAX,
        ARG_MAX,
        CONCAT,
        SLICE,
        SPLIT,
        CROP,
        CROP_CENTER,
        SCALE,
        BIAS,
        BATCH_NORM,
        FLATTEN,
        RESHAPE,
        LRN,
        MVN,
        REDUCTION,
        TILE,
        SPP,
        EMBED,
        BATCH_REINDEX,
        PARAMETER,
        ROI_POOLING,
    )
}

KINDS: dict[str, Kind] = {**LAYERS, **LOSS_LAYERS, **DATA_LAYERS, PYTHON.type: PYTHON}
"""What is understood in training: the same, what compares with labels, what reads files, and
what runs a program of the user's own."""

__all__ = ["KINDS", "LAYERS", "LOSS_LAYERS", "REFUSED", "TRAINING", "UNTRAINED", "Dropped"]
