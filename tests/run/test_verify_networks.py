"""Networks that people use are proved on the packages of both schedules."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.run.networks import SQUEEZE, network

from texelnet.caffe import read_net, to_graph
from texelnet.graph.contract import Contract, read_contract
from texelnet.graph.network import Network
from texelnet.run.verify import BUILT_IN, verify
from texelnet.shader.schedule import COMPUTE, SCHEDULES
from texelnet.shader.targets.webgpu import WEBGPU

pytestmark = pytest.mark.gpu

DECON = Path(__file__).resolve().parents[2] / "networks" / "decon-x2"
UPCONV = Contract(channels="rgb", border=7, padding="edge", crop=2)
LARGE = ("641x359",)


def decon() -> Network:
    net = read_net(DECON / "decon-x2.prototxt", DECON / "decon-x2.npz")
    return to_graph(net).wants(read_contract(DECON / "decon-x2.toml"))


def upconv(shared: Path) -> Network:
    folder = shared / "models" / "upconv7"
    net = read_net(folder / "net.prototxt", folder / "upconv7_x2.caffemodel")
    return to_graph(net).wants(UPCONV)


def test_decon_x2_is_equal_to_its_network() -> None:
    trials = [t for t in BUILT_IN if t.size == "13x127"]
    proof = verify(decon(), WEBGPU, trials=trials)
    assert proof.equal, proof.text()


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_squeeze_and_excite_is_equal_to_its_network(schedule: str) -> None:
    trials = [t for t in BUILT_IN if t.size not in LARGE]
    squeeze = network(SQUEEZE, Contract())
    proof = verify(squeeze, WEBGPU, schedule=SCHEDULES[schedule], trials=trials)
    assert proof.equal, proof.text()
    assert proof.json()["reach"] is None
    assert "no border: every pixel sees the whole picture" in proof.text()


def test_features_of_fewer_axes_are_compared_too() -> None:
    features = network(SQUEEZE[: SQUEEZE.index('layer { name: "s"')])
    trials = [t for t in BUILT_IN if t.size in ("1x1", "3x2")]
    proof = verify(features, WEBGPU, trials=trials)
    assert proof.equal, proof.text()
    assert len(proof.compared) == len(trials)


@pytest.mark.nightly
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_decon_x2_is_equal_at_every_size(schedule: str) -> None:
    proof = verify(decon(), WEBGPU, schedule=SCHEDULES[schedule])
    assert proof.equal, proof.text()
    assert len(proof.compared) == len(BUILT_IN)


@pytest.mark.nightly
def test_upconv7_is_equal_at_every_size(shared: Path) -> None:
    proof = verify(upconv(shared), WEBGPU)
    assert proof.equal, proof.text()
    assert len(proof.compared) == len(BUILT_IN)


@pytest.mark.nightly
def test_upconv7_is_equal_by_fragments(shared: Path) -> None:
    trials = [t for t in BUILT_IN if t.size not in LARGE]
    proof = verify(upconv(shared), WEBGPU, schedule=SCHEDULES["fragment"], trials=trials)
    assert proof.equal, proof.text()


@pytest.mark.nightly
def test_decon_x2_without_fusion_is_equal() -> None:
    proof = verify(decon(), WEBGPU, schedule=replace(COMPUTE, fuse=False))
    assert proof.equal, proof.text()
