"""One deconvolution, three ways: stamped, gathered by its shader, and by onnxruntime."""

import numpy as np

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.run.onnxruntime import Reference
from texelnet.shader.compile import compile_network
from texelnet.shader.evaluate import evaluate_kernels
from texelnet.shader.schedule import COMPUTE
from texelnet.shader.targets import TARGETS

KERNEL = """
    -0.0629104823 -0.1560362280 -0.1512266700 -0.0636162385
    -0.0635886043  0.2607241870  0.2634004350 -0.0603787377
    -0.0718072355  0.3858278100  0.3168329000 -0.0817491412
    -0.0811873227 -0.0312164668 -0.0321144797 -0.0388795212
"""
PROTOTXT = """
    layer { name: "in" type: "Input" top: "in" input_param { shape { dim: [1, 1, 8, 8] } } }
    layer { name: "up" type: "Deconvolution" bottom: "in" top: "up"
      convolution_param { num_output: 1 kernel_size: 4 stride: 2 pad: 1 bias_term: false } }
"""
kernel = np.array(KERNEL.split(), float).reshape(4, 4)
weights = weights_from_arrays({"param/up/0": kernel[None, None]}, "the kernel above")
network = to_graph(read_net(PROTOTXT, weights))
picture = np.random.default_rng(0).random((1, 6, 9), np.float32)

stamped = np.zeros((14, 20))
for (y, x), value in np.ndenumerate(picture[0]):
    stamped[2 * y : 2 * y + 4, 2 * x : 2 * x + 4] += value * kernel
build = compile_network(network, TARGETS["webgpu"], COMPUTE)
gathered = evaluate_kernels(build.kernels, build.program, {"in": picture})["up"][0]
reference = Reference(network).run({"in": picture[None]})["up"][0, 0]

for y, x in np.ndindex(2, 2):  # what a flat field of 1 becomes
    print(f"phase {y}, {x} sums to {kernel[1 - y :: 2, 1 - x :: 2].sum():.6f}")
for name, answer in {"the shader": gathered, "onnxruntime": reference}.items():
    error = np.abs(answer - stamped[1:-1, 1:-1]).max()  # pad: 1
    print(f"{name} is off from the stamps by at most {error:.1e}")
    assert error < 1e-6
