"""A network without a file: layers as text, weights as arrays, read as pixel programs."""

import numpy as np

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.pixel import evaluate
from texelnet.pixel.show import show
from texelnet.shader.compile import simplify
from texelnet.shader.lower import lower
from texelnet.shader.schedule import COMPUTE

PROTOTXT = """
    layer { name: "in" type: "Input" top: "in"
      input_param { shape { dim: 1 dim: 1 dim: 8 dim: 8 } } }
    layer { name: "edges" type: "Convolution" bottom: "in" top: "edges"
      convolution_param { num_output: 2 kernel_size: 3 pad: 1 bias_term: false } }
    layer { name: "bend" type: "ReLU" bottom: "edges" top: "edges" }
    layer { name: "join" type: "Convolution" bottom: "edges" top: "out"
      convolution_param { num_output: 1 kernel_size: 1 bias_term: false } }
"""
sobel = np.outer([1, 2, 1], [-1, 0, 1]) / 8
edges, join = np.stack([sobel, sobel.T])[:, None], np.ones((1, 2, 1, 1))
weights = weights_from_arrays({"param/edges/0": edges, "param/join/0": join}, "sobel")
program = lower(to_graph(read_net(PROTOTXT, weights)))
merged = simplify(program, COMPUTE)
print("a pass for each layer:", show(program), "", "merged:", show(merged), sep="\n")

picture = {"in": np.random.default_rng(0).random((1, 7, 5), np.float32)}
before, after = (evaluate(one, picture)["out"] for one in (program, merged))
np.testing.assert_allclose(before, after, atol=1e-6)
