"""Explain one kernel of a deconvolution: a page about the phases of the 4x4 weights below.

    python examples/explain_kernel.py [PAGE.html]

These weights are one of the 64 kernels of a network that its owner wanted as a pixel shader.
"""

import sys
from pathlib import Path

import numpy as np

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.explain import explain_layer
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.report import WRITERS, explanation_page
from texelnet.run.verify.trials import natural

KERNEL = """
    -0.0629104823 -0.1560362280 -0.1512266700 -0.0636162385
    -0.0635886043  0.2607241870  0.2634004350 -0.0603787377
    -0.0718072355  0.3858278100  0.3168329000 -0.0817491412
    -0.0811873227 -0.0312164668 -0.0321144797 -0.0388795212
"""
PROTOTXT = """
    name: "one kernel of 64"
    layer { name: "in" type: "Input" top: "in" input_param { shape { dim: [1, 1, 48, 48] } } }
    layer { name: "up" type: "Deconvolution" bottom: "in" top: "up"
      convolution_param { num_output: 1 kernel_size: 4 stride: 2 pad: 1 bias_term: false } }
"""


def asked() -> Network:
    """Return the network of this kernel alone, for pictures of 0..255."""
    kernel = np.array(KERNEL.split(), float).reshape(1, 1, 4, 4)
    weights = weights_from_arrays({"param/up/0": kernel}, "the kernel above")
    return to_graph(read_net(PROTOTXT, weights)).wants(Contract(range=(0, 255)))


def write_page(path: Path) -> None:
    """Write what the phases of the kernel are and what they sum to."""
    explained = explain_layer(asked(), "up", natural(1, 48, 48), "Deconvolution")
    path.write_text(WRITERS[path.suffix](explanation_page(explained)), "utf-8")


if __name__ == "__main__":
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "explain-asked.html")
    write_page(page)
    print(f"wrote {page}")
