"""texelnet compile: a package on disk, its passes and cost told."""

import pytest
from tests.run.networks import UP, conv, deconv, files, layer

from texelnet.cli import main
from texelnet.graph.contract import Contract
from texelnet.shader.package import read_package

TWO = conv("x", "a", 3, 5, "pad: 1") + deconv("a", "y", 4, 1, "stride: 2 pad: 1")


def test_passes_and_cost_are_told_and_the_package_is_whole(capsys, tmp_path):
    path, out = files(tmp_path, TWO, contract=Contract()), tmp_path / "package"
    assert main(["compile", str(path), "--for", "webgpu", "-o", str(out)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "small for webgpu, hybrid schedule"
    assert " ".join(told[1].split()) == "pass form layers reads writes multiply-adds a position"
    assert " ".join(told[2].split()) == "1 compute a picture a: 5 x height x width 45"
    assert " ".join(told[3].split()) == "2 compute y a upscaled: 1 x 2*height x 2*width 80"
    assert told[4].startswith("for one output pixel: 31.25 multiply-adds, ")
    assert told[5].startswith(f"wrote {out}: ")
    package = read_package(out)
    assert package.changed == []
    assert package.manifest["schedule"]["form"] == "hybrid"


def test_a_plane_made_in_parts_tells_the_channels(capsys, tmp_path):
    wide = conv("x", "a", 3, 10, "pad: 1") + deconv("a", "y", 4, 1, "stride: 2 pad: 1")
    path, out = files(tmp_path, wide, contract=Contract()), tmp_path / "package"
    words = ["compile", str(path), "--for", "webgpu", "-o", str(out), "--schedule", "fragment"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "a: 10 x height x width (channels 0 to 7)" in told
    assert "a: 10 x height x width (channels 8 to 9)" in told


def test_fragments_when_they_are_asked_for(tmp_path):
    path, out = files(tmp_path, TWO, contract=Contract()), tmp_path / "package"
    words = ["compile", str(path), "--for", "webgpu", "-o", str(out), "--schedule", "fragment"]
    assert main(words) == 0
    assert {p["form"] for p in read_package(out).manifest["passes"]} == {"fragment"}


def test_every_step_can_be_watched(capsys, tmp_path):
    path = files(tmp_path, TWO, contract=Contract())
    words = ["compile", str(path), "--for", "webgpu", "-o", str(tmp_path / "package")]
    assert main([*words, "--watch"]) == 0
    told = capsys.readouterr().out
    steps = [line.split()[1] for line in told.splitlines() if line.startswith("--- ")]
    assert steps[:2] == ["lower:", "frame:"]
    assert len(steps) > 4
    assert "\nx: 1 x height x width (input)\n" in told


@pytest.mark.parametrize(
    ("option", "word", "wanted"),
    [
        ("--for", "webpu", '--for: there is no "webpu"\n  try: did you mean webgpu?\n'),
        ("--schedule", "tiled", '--schedule: there is no "tiled"\n'
         "  try: did you mean tile?\n"),
    ],
)  # fmt: skip
def test_a_host_or_schedule_that_does_not_exist(capsys, tmp_path, option, word, wanted):
    path = files(tmp_path, UP, contract=Contract())
    words = {"--for": "webgpu", "-o": str(tmp_path / "package")} | {option: word}
    assert main(["compile", str(path), *(w for pair in words.items() for w in pair)]) == 2
    assert capsys.readouterr().err == wanted


def test_layers_that_are_no_pixels_are_told_with_the_reason(capsys, tmp_path):
    layers = conv("x", "a", 3, 5) + layer("flat", "Flatten", "a", "y")
    path = files(tmp_path, layers, contract=Contract())
    assert main(["compile", str(path), "--for", "webgpu", "-o", str(tmp_path / "p")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"{path}: these layers have no meaning in a pixel shader\n")
    assert '  Flatten "flat": ' in error
    assert not (tmp_path / "p").exists()


def test_a_contract_that_the_answer_never_fits_writes_nothing(capsys, tmp_path):
    layers = conv("x", "a", 3, 5, "pad: 1") + deconv("a", "y", 9, 1, "stride: 2 pad: 4")
    path = files(tmp_path, layers, contract=Contract())
    assert main(["compile", str(path), "--for", "webgpu", "-o", str(tmp_path / "p")]) == 2
    assert capsys.readouterr().err == (
        "contract [output]: the network returns 127x127 (1 channel) for a picture of 64x64 "
        "(1 channel), but scale 2 and crop 0 want 128x128 (1 channel)\n"
        "  try: no crop fits: it would have to differ from side to side\n"
    )
    assert not (tmp_path / "p").exists()
