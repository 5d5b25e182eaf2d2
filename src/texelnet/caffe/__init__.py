"""CAFFE: prototxt and caffemodel read into one resolved Net, and from there into a graph."""

from texelnet.caffe.binary import read_weights
from texelnet.caffe.layers import LAYERS
from texelnet.caffe.net import Net, read_net
from texelnet.caffe.to_graph import to_graph
from texelnet.caffe.weights import Weights, weights_from_arrays

__all__ = [
    "LAYERS",
    "Net",
    "Weights",
    "read_net",
    "read_weights",
    "to_graph",
    "weights_from_arrays",
]
