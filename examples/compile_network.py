"""Compile a shipped network from Python: the package a web page runs, in ./decon-x2."""

import json
from pathlib import Path

from texelnet.caffe import read_net, to_graph
from texelnet.graph.contract import read_contract
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.schedule import SCHEDULES
from texelnet.shader.targets import TARGETS

prototxt = Path(__file__).resolve().parents[1] / "networks/decon-x2/decon-x2.prototxt"
net = read_net(prototxt, prototxt.with_suffix(".npz"))
network = to_graph(net).wants(read_contract(prototxt.with_suffix(".toml")))

target = TARGETS["webgpu"]
build = compile_network(
    network,
    target,
    SCHEDULES["compute"],
    watch=lambda step, program: print(f"{step:14} {len(program.planes):3} planes"),
)
write_package(target.package(build), Path("decon-x2"))

manifest = json.loads(Path("decon-x2/manifest.json").read_text())
for entry in manifest["passes"]:
    print(f"{entry['file']:24} {entry['multiply_adds']:5}  {', '.join(entry['layers'])}")
print(f"{manifest['predicted']['multiply_adds']:g} multiply-adds for one pixel drawn")
