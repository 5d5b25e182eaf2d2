"""A package is proved on its files, and nothing broken gets through."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.mutants.mutants import change_a_digit, shader
from tests.mutants.networks import CONTRACTS, network

from texelnet.caffe import read_net, to_graph
from texelnet.errors import ContractError, PackageError, UsageError
from texelnet.graph.builder import Builder
from texelnet.graph.network import Network
from texelnet.picture import Picture, write_picture
from texelnet.run.verify import BUILT_IN, Proof, court, verify
from texelnet.run.verify.proof import BAR, SHIFT
from texelnet.run.wgpu import Session
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.schedule import COMPUTE, FRAGMENT
from texelnet.shader.targets.webgpu import WEBGPU

pytestmark = pytest.mark.gpu

NOISE = [trial for trial in BUILT_IN if trial.name == "noise" and trial.size == "13x127"]
TINY = [trial for trial in BUILT_IN if trial.size in ("13x127", "3x2", "1x1")]

KEYS = {
    *("network", "source", "target", "place", "schedule", "passes", "adapter", "versions"),
    *("bar", "reach", "seconds", "verdict", "reasons", "largest", "changed", "edited"),
    *("notes", "rows", "outside", "witness", "departure", "storage"),
    *("inspected", "planes", "explanation", "spread"),
}
ROW_KEYS = {
    *("picture", "width", "height", "span", "passed", "largest", "inside", "top", "bottom"),
    *("left", "right", "psnr", "worst", "refused", "problem"),
}

TWO_OUTPUTS = """name: "two"
layer { name: "a" type: "Input" top: "a"
        input_param { shape { dim: 1 dim: 2 dim: 12 dim: 10 } } }
layer { name: "b" type: "Input" top: "b"
        input_param { shape { dim: 1 dim: 2 dim: 12 dim: 10 } } }
layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" }
layer { name: "half" type: "Pooling" bottom: "a" top: "half"
        pooling_param { pool: AVE kernel_size: 2 stride: 2 } }
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return written("stamp", tmp_path)


def written(name: str, folder: Path) -> Path:
    write_package(WEBGPU.package(compile_network(network(name), WEBGPU, COMPUTE)), folder)
    return folder


def prove(folder: Path, name: str = "stamp", **words: Any) -> Proof:
    return verify(network(name), WEBGPU, folder, trials=words.pop("trials", NOISE), **words)


def edit(folder: Path, before: str, after: str, last: bool = False) -> str:
    """Change the text of the first shader that has it, and return its name."""
    paths = sorted(folder.glob("*.wgsl"))[-1:] if last else sorted(folder.glob("*.wgsl"))
    for path in paths:
        text, count = re.subn(before, after, path.read_text(), count=1)
        if count:
            path.write_text(text)
            return path.name
    raise AssertionError(f"no shader has {before}")


def pinned(height: int | str, width: int | str) -> Network:
    builder = Builder("pinned")
    builder.input("x", (1, 1, height, width))
    weights = builder.constant("w", np.full((1, 1, 3, 3), 0.1, np.float32))
    builder.output(builder.node("Conv", ["x", weights], "y", "conv", pads=[1, 1, 1, 1]))
    return Network("pinned", builder.finish(), "pinned.prototxt")


def test_a_package_compiled_for_the_proof_is_equal() -> None:
    watched: list[str] = []
    proof = verify(network("stamp"), WEBGPU, trials=TINY, watch=watched.append)
    assert proof.equal
    assert proof.place == "compiled for this proof"
    assert [(row.picture, row.size) for row in proof.rows] == [(t.name, t.size) for t in TINY]
    assert watched == [f"{t.name} {t.size}" for t in TINY]
    assert {w.size for w in proof.witness} == {"13x127", "3x2", "1x1"}
    assert 7 <= proof.reach <= 9  # the 7th output pixel is the last that sees the border


def test_the_text_says_all(package: Path) -> None:
    text = prove(package).text().replace(str(package), "DIR")
    text = re.sub(r"drawn by .*\n.*\n", "drawn by X\nversions\n", text)
    text = re.sub(r"\d\.\de-\d\d", "#", text)
    text = re.sub(r"border: [789]", "border: #", text)
    text = re.sub(r"worst pixel: .*", "worst pixel: #", re.sub(r"1[34]\d\.\d", "#", text))
    assert text == (
        "stamp for webgpu, compute schedule, 3 passes: DIR\n"
        "drawn by X\n"
        "versions\n"
        "errors are relative to the output's range; border: # pixels\n"
        "\n"
        "picture    size   inside      top   bottom     left    right   PSNR\n"
        "noise    13x127  #  #  #  #  #  #  ok\n"
        "\n"
        "worst pixel: #\n"
        "witness: shifted by 0.125, off by at most # at 13x127\n"
        "outside: with other texels beyond the textures, off by 0.0e+00\n"
        "EQUAL: 1 picture, largest error #, allowed 0.0001\n"
    )


def test_a_digit_of_one_weight_fails_twice(package: Path) -> None:
    files = {path.name: path.read_bytes() for path in package.iterdir()}
    mutated = shader(change_a_digit)(files)
    assert mutated is not None
    contents, name = mutated
    assert name is not None
    (package / name).write_bytes(contents[name])
    proof = prove(package)
    changed, off = proof.reasons
    assert changed == f"{name} was changed after it was written (sha256)"
    assert re.fullmatch(
        r"1 of 1 picture off by more than 0\.0001 of the output's range, the worst by \S+", off
    )
    assert proof.departure is not None
    assert proof.departure.file == name
    assert f"departs first in {name} (" in proof.text()
    assert prove(package, edited=True).reasons == [off]


def test_a_last_digit_is_caught_by_its_digest_alone(package: Path) -> None:
    name = edit(package, r"(mat4x4f\([^,]*)\d,", r"\g<1>5,")
    assert prove(package).reasons == [f"{name} was changed after it was written (sha256)"]
    proof = prove(package, edited=True)
    assert proof.equal
    assert f"edited on purpose: {name}\n" in proof.text()


def test_answers_that_no_pass_drew_are_caught(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read back is right, but it is left from an earlier run."""
    left: dict[bytes, dict[str, np.ndarray]] = {}

    class Stale(Session):
        def run(self, inputs: Any, keep: bool = False) -> dict[str, np.ndarray]:
            key = b"".join(blob.tobytes() for blob in inputs.values())
            if key not in left:
                left[key] = super().run(inputs, keep)
            return left[key]

    monkeypatch.setattr(court, "Session", Stale)
    assert prove(package).reasons == [
        "the witness, a build shifted by 0.125, does not differ by that: off by 0.125, so what "
        "was read back is not what the passes drew"
    ]


def test_what_counts_on_the_sampler_beyond_a_texture_is_caught(tmp_path: Path) -> None:
    """Every picture is right here, and on another driver none would be."""
    folder = written("valid", tmp_path)
    text = next(iter(sorted(folder.glob("*.wgsl")))).read_text()
    assert "clamp(" in text
    for _ in range(text.count("clamp(")):
        edit(folder, r"clamp\(([^,]*), 0, [^)]*\)", r"(\1)")
    proof = prove(folder, "valid", edited=True)
    assert all(row.passed for row in proof.rows)
    assert proof.reasons[0].startswith(
        "it depends on what the driver returns for reads outside of a texture: by "
    )


def test_json_has_stable_keys(package: Path) -> None:
    found = prove(package).json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert set(found) == KEYS
    assert set(found["rows"][0]) == set(found["outside"][0]) == ROW_KEYS
    assert sorted(found["rows"][0]["worst"]) == ["channel", "got", "wanted", "x", "y"]
    assert sorted(found["witness"]) == ["allowed", "off", "rows", "shift"]
    assert (found["bar"], found["witness"]["shift"]) == (BAR, SHIFT)
    assert (found["verdict"], found["departure"]) == ("equal", None)


def test_a_picture_that_is_no_number_is_null_in_json(package: Path) -> None:
    edit(package, r"(textureStore\(.*, )(\w+)\);", r"\1sqrt(-1.0 - \2 * \2));", last=True)
    found = prove(package).json()
    assert found["verdict"] == "differs"
    assert found["largest"] is None
    json.dumps(found, allow_nan=False)


def test_sizes_that_the_network_refuses_are_listed() -> None:
    contract = replace(CONTRACTS["valid"], padding="reflect")
    proof = verify(network("valid").wants(contract), WEBGPU, trials=TINY)
    assert proof.equal
    assert len(proof.compared) == 6
    lines = [line for line in proof.text().splitlines() if line.startswith("refused")]
    assert lines == [
        "refused: 3x2 (noise, lines across, lines down, checkerboard, black, white): "
        'contract [input] padding: "reflect" can\'t mirror 3 pixels of 3x2',
        "refused: 1x1 (noise, black, white): "
        'contract [input] padding: "reflect" can\'t mirror 3 pixels of 1x1',
    ]


def test_nothing_compared_is_no_proof() -> None:
    contract = replace(CONTRACTS["valid"], crop=0)
    proof = verify(network("valid").wants(contract), WEBGPU, trials=NOISE)
    assert proof.reasons == [
        "the network can draw none of the pictures, so nothing was compared"
    ]
    assert proof.json()["largest"] is None


def test_valid_convolutions_without_a_contract() -> None:
    """Small pictures are eaten up; errors are relative to what the network returns."""
    proof = verify(network("valid").wants(None), WEBGPU, trials=TINY)
    assert proof.equal
    assert {row.size for row in proof.compared} == {"13x127"}
    assert all(row.span > 1 for row in proof.compared if row.picture == "noise")


def test_every_output_is_compared() -> None:
    proof = verify(to_graph(read_net(TWO_OUTPUTS)), WEBGPU, trials=TINY)
    assert proof.equal
    assert {row.picture for row in proof.rows} >= {"noise: sum", "noise: half"}


@pytest.mark.parametrize(
    ("height", "width", "sizes"),
    [(12, "width", {"192x12", "13x12", "641x12", "3x12", "1x12"}), (12, 10, {"10x12"})],
)
def test_a_pinned_network_is_drawn_at_the_size_it_takes(
    height: int, width: int | str, sizes: set[str]
) -> None:
    proof = verify(pinned(height, width), WEBGPU)
    assert proof.equal
    assert {row.size for row in proof.rows} == sizes
    assert len({(row.picture, row.size) for row in proof.rows}) == len(proof.rows)


def test_pictures_of_ones_own(package: Path, tmp_path: Path) -> None:
    colour = np.random.default_rng(0).random((3, 20, 30), np.float32)
    write_picture(Picture(colour), tmp_path / "own.png")
    proof = prove(package, pictures=[tmp_path / "own.png"])
    assert proof.equal
    assert (proof.rows[0].picture, proof.rows[0].size) == ("own.png", "30x20")
    with pytest.raises(ContractError) as error:
        verify(network("stamp").wants(None), WEBGPU, pictures=[Path("own.png")])
    assert str(error.value) == (
        "own.png: without a contract nothing says how the network sees a picture\n"
        "  try: leave --picture out, or write a contract"
    )


def test_a_package_has_its_own_schedule(package: Path) -> None:
    with pytest.raises(UsageError) as error:
        prove(package, schedule=FRAGMENT)
    assert str(error.value) == (
        f"{package}: a package has its own schedule, another can't be asked of it\n"
        "  try: either --package or --schedule"
    )


def test_other_weights_are_noticed_and_judged_by_pictures(package: Path) -> None:
    proof = verify(network("stamp", seed=1), WEBGPU, package, trials=NOISE)
    assert not proof.equal
    assert proof.changed == ()
    assert proof.notes == (
        "pass_00_look.wgsl, pass_01_widen.wgsl, pass_02_upscaled.wgsl: not what is written for "
        "this network now; it had other weights, or another version wrote them",
    )


AGAIN = "compile the network again, or name the network it was written for"
OWN = "compile it again, or verify it with its own: --contract DIR/contract.toml"
STRANGERS = {
    "network": (
        "bytes",
        {},
        f'it was written for the network "stamp", not "bytes"\n  try: {AGAIN}',
    ),
    "contract": (
        "stamp",
        {"range": (0.0, 255.0), "levels": "full"},
        "it was written for another contract: levels is 'limited', the network's is 'full'; "
        f"range is [0.0, 1.0], the network's is [0.0, 255.0]\n  try: {OWN}",
    ),
    "no contract": (
        "stamp",
        None,
        f"it was written under a contract, and the network has none\n  try: {OWN}",
    ),
}


@pytest.mark.parametrize("what", STRANGERS)
def test_a_package_of_something_else_is_refused(what: str, package: Path) -> None:
    name, keys, text = STRANGERS[what]
    contract = None if keys is None else replace(CONTRACTS[name], **keys)
    with pytest.raises(PackageError) as error:
        verify(network(name).wants(contract), WEBGPU, package)
    assert str(error.value) == f"{package}/manifest.json: {text}"


def test_a_package_for_another_host_is_refused(package: Path) -> None:
    path = package / "manifest.json"
    path.write_text(path.read_text().replace('"texelnet webgpu package"', '"a user shader"'))
    with pytest.raises(PackageError) as error:
        prove(package)
    assert str(error.value) == (
        f"{path}: it says a user shader, version 1; this host takes texelnet webgpu package, "
        "version 1\n  try: verify it --for the host that it was written for"
    )
