"""The network that is shipped, once for all explanations."""

from __future__ import annotations

import pytest

from texelnet.caffe import read_net, to_graph
from texelnet.cli.network import find
from texelnet.graph.contract import read_contract
from texelnet.graph.network import Network


@pytest.fixture(scope="session")
def network() -> Network:
    path = find("decon-x2")
    net = to_graph(read_net(path, path.with_suffix(".npz")))
    return net.wants(read_contract(path.with_suffix(".toml")))
