"""Draw an array twice as large from Python: on the graphics card, else in onnxruntime."""

from pathlib import Path

import numpy as np

from texelnet.caffe import read_net, to_graph
from texelnet.graph.contract import read_contract
from texelnet.picture import Picture
from texelnet.run import auto
from texelnet.run.upscale import upscale

prototxt = Path(__file__).resolve().parents[1] / "networks/decon-x2/decon-x2.prototxt"
contract = read_contract(prototxt.with_suffix(".toml"))
network = to_graph(read_net(prototxt, prototxt.with_suffix(".npz"))).wants(contract)

y, x = np.mgrid[0:120, 0:160] / 40
colour = 0.5 + 0.4 * np.stack([np.sin(x * y), np.cos(x - y), np.sin(x + 2 * y)])

runner, reason = auto()
print(reason or runner.adapter())
draw = runner.planes(network)  # compiles; then draws pictures of any size
larger = upscale(Picture(colour.astype(np.float32)), contract, draw)
print(f"{colour.shape} became {larger.colour.shape}, from {larger.colour.min():.3f} "
      f"to {larger.colour.max():.3f}")  # fmt: skip
