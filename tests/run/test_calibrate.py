"""Which planes are kept in 16 bits is measured on pictures, and told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.run.networks import SQUEEZE, conv, deconv, files, layer, prototxt, weights
from tests.run.networks import network as squeeze

from texelnet.caffe import read_net, to_graph, weights_from_arrays
from texelnet.cli import main
from texelnet.errors import TexelnetError
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.picture import Picture, read_picture, write_picture
from texelnet.pixel import evaluate
from texelnet.run.calibrate import calibrate, pieces
from texelnet.run.verify.trials import natural, planes_of
from texelnet.shader.compile import compile_network
from texelnet.shader.package import read_package
from texelnet.shader.precision import Precision
from texelnet.shader.schedule import COMPUTE
from texelnet.shader.targets import TARGETS
from texelnet.shader.targets.mpv import MPV
from texelnet.shader.targets.webgpu import WEBGPU

LAYERS = (
    conv("x", "a", 3, 8, "pad: 1")
    + layer("bend", "PReLU", "a", "a")
    + conv("a", "b", 3, 8, "pad: 1")
    + deconv("b", "y", 4, 1, "stride: 2 pad: 1")
)


def network(first: float = 1.0, last: float = 1.0) -> Network:
    """Return a network whose inner planes are so many times as large, and its output."""
    text = prototxt(LAYERS)
    arrays = weights(text)
    for name in ("a/0", "a/1", "b/1", "y/1"):
        arrays[f"param/{name}"] *= first
    for name in ("y/0", "y/1"):
        arrays[f"param/{name}"] *= last / first
    net = read_net(text, weights_from_arrays(arrays, "weights.npz"))
    return to_graph(net).wants(Contract())


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "leaf.png"
    write_picture(Picture(natural(1, 40, 60)), path)
    return path


def test_planes_that_fit_are_kept_in_16_bits_and_outputs_are_not(picture: Path) -> None:
    plan = calibrate(network(), WEBGPU, COMPUTE, [picture])
    assert dict(plan.storage) == {"a": "fp16", "b": "fp16"}
    assert not plan.scales
    assert plan.measured is not None
    assert plan.measured.pictures == ("leaf.png",)
    assert list(plan.measured.ranges) == ["a", "b", "upscaled"]
    assert plan.measured.psnr is not None
    assert plan.measured.psnr > 66


def test_ranges_are_those_of_the_program(picture: Path) -> None:
    found = calibrate(network(), WEBGPU, COMPUTE, [picture]).measured
    program = compile_network(network(), WEBGPU, COMPUTE).program
    seen = [natural(1, 144, 192), planes_of(read_picture(picture), Contract())]
    values = [evaluate(program, {"picture": planes}) for planes in seen]
    assert found is not None
    for name, ends in found.ranges.items():
        numbers = np.concatenate([each[name].reshape(-1) for each in values])
        assert ends == pytest.approx([numbers.min(), numbers.max()], rel=1e-3)


def test_a_plane_that_overflows_stays_in_32_bits_where_the_file_may_choose(
    picture: Path,
) -> None:
    plan = calibrate(network(1e6), WEBGPU, COMPUTE, [picture])
    assert (dict(plan.storage), dict(plan.scales)) == ({}, {})
    assert plan.told()[1].startswith("a reaches ")


@pytest.mark.parametrize("times", [1e6, 1e-6])
def test_a_plane_that_overflows_is_divided_where_the_host_keeps_16_bits(
    picture: Path, times: float
) -> None:
    net = network(times)
    plan = calibrate(net, MPV, MPV.usual, [picture])
    assert set(plan.scales) == {"a", "b"}
    seen = {"picture": natural(1, 40, 60)}
    plain = compile_network(net, MPV, MPV.usual).program
    kept = compile_network(net, MPV, MPV.usual, precision=plan).program
    exact = evaluate(plain, seen)["upscaled"]
    assert np.array_equal(evaluate(kept, seen)["upscaled"], exact)
    assert np.abs(evaluate(kept, seen, plan.storage)["upscaled"] - exact).max() < 0.6 / 255
    lost = evaluate(plain, seen, plan.storage)["upscaled"]
    assert not np.abs(lost - exact).max() < 0.6 / 255


def test_planes_whose_rounding_is_felt_most_stay_in_32_bits(picture: Path) -> None:
    net, nearest = network(), calibrate(network(), WEBGPU, COMPUTE, [picture]).measured
    assert nearest is not None
    assert nearest.psnr is not None
    one = calibrate(net, WEBGPU, COMPUTE, [picture], least=nearest.psnr + 0.5)
    assert len(one.storage) == 1
    none = calibrate(net, WEBGPU, COMPUTE, [picture], least=200)
    assert (dict(none.storage), none.measured and none.measured.psnr) == ({}, None)


def refusal(net: Network, target: str, picture: Path) -> str:
    with pytest.raises(TexelnetError) as error:
        calibrate(net, TARGETS[target], TARGETS[target].usual, [picture])
    return str(error.value)


def test_what_can_not_be_kept_is_refused(picture: Path) -> None:
    said = refusal(network(last=1e6), "mpv", picture)
    assert said == (
        'net.prototxt (plane "upscaled"): it reaches 1.37e+06; mpv keeps 16-bit floats, which '
        "end at 65504\n  try: a contract that says what the network returns"
    )
    assert refusal(network(1e39 / 3), "webgpu", picture).endswith(
        "its numbers are not finite on the natural picture\n"
        "  try: look at the weights, and at the range of the contract"
    )
    assert refusal(replace(network(), contract=None), "webgpu", picture).endswith(
        "without a contract nothing says how the network sees a picture\n"
        "  try: write one, or leave --calibrate out"
    )


def test_pieces_reach_all_corners_and_begin_where_planes_do() -> None:
    program = compile_network(network(), WEBGPU, COMPUTE).program
    picture = np.arange(1 * 250 * 91, dtype=np.float32).reshape(1, 250, 91)
    parts = pieces(picture, program, 96, 3)
    assert [part.shape for part in parts] == [(1, 96, 91)] * 3
    assert parts[0][0, 0, 0] == picture[0, 0, 0]
    assert parts[-1][0, -1, -1] == picture[0, -1, -1]
    assert len(pieces(picture, program, 96, 1)) == 1
    (small,) = pieces(picture[:, :5, :7], program, 96, 3)
    assert small.shape == (1, 5, 7)


def test_the_command_writes_the_plan_into_the_package(tmp_path, picture, capsys) -> None:
    path, out = files(tmp_path, LAYERS, contract=Contract()), tmp_path / "package"
    words = ["compile", str(path), "--for", "webgpu", "-o", str(out)]
    assert main([*words, "--calibrate", str(picture)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[-5] == "kept in 16 bits: a, b"
    assert told[-4] == "measured on leaf.png"
    assert told[-2].startswith("on these pictures 16 bits draw ")
    manifest = read_package(out).manifest
    assert manifest["planes"]["a"]["format"] == "rgba16float"
    assert Precision.read(manifest["precision"]).storage == {"a": "fp16", "b": "fp16"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--psnr", "70"],
            "--psnr: nothing is measured without pictures\n"
            "  try: --calibrate PICTURES, or leave it out\n",
        ),
        (
            ["--calibrate", "{}"],
            "--calibrate: no picture in {}\n  try: files that end in .png, .jpg, .jpeg\n",
        ),
    ],
)
def test_a_word_that_does_not_fit_is_told(tmp_path, capsys, words, said) -> None:
    (tmp_path / "empty").mkdir()
    empty = str(tmp_path / "empty")
    path = files(tmp_path, LAYERS, contract=Contract())
    given = [word.format(empty) for word in words]
    assert main(["compile", str(path), "--for", "webgpu", "-o", "out", *given]) == 2
    assert capsys.readouterr().err == said.format(empty)


@pytest.mark.parametrize("target", TARGETS)
def test_a_network_that_looks_at_the_whole_picture_is_measured(
    picture: Path, target: str
) -> None:
    net, host = squeeze(SQUEEZE, Contract()), TARGETS[target]
    plan = calibrate(net, host, host.usual, [picture])
    assert plan.halves
    assert plan.measured is not None
    assert all(plan.measured.fits(name) for name in plan.measured.ranges)
