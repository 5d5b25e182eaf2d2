"""``texelnet compare``: words in, exit status, text and pages out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.mutants.networks import save
from tests.report.test_html import readable

from texelnet.cli import main
from texelnet.picture import Picture, write_picture


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    save("stamp", tmp_path)
    save("bytes", tmp_path)
    rng = np.random.default_rng(0)
    write_picture(Picture(rng.random((3, 30, 40), np.float32)), tmp_path / "p.png")
    write_picture(Picture(rng.random((3, 30, 40), np.float32)), tmp_path / "q.png")
    return tmp_path


def test_a_network_and_its_program_are_equal(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "stamp.prototxt", "stamp.prototxt@numpy", "--picture", "p.png"]
    assert main([*words, "-o", "page.html"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("stamp.prototxt and stamp.prototxt@numpy\nEQUAL largest error ")
    readable((here / "page.html").read_text("utf-8"))


def test_a_finished_picture_in_place_of_the_networks(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The picture itself, never drawn: the network did not run."""
    words = ["compare", "bytes.prototxt", "p.png", "--picture", "p.png"]
    assert main([*words, "-o", "page.html", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "differs"
    (cause,) = found["explanation"]["confirmed"][0]["mistakes"]
    assert cause["cause"] == "not run, nearest"
    assert cause["layers"] == []
    page = (here / "page.html").read_text("utf-8")
    readable(page)
    assert "the network did not run" in page
    assert len(page) < 2_000_000


def test_two_pictures(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "p.png", "p.png"]) == 0
    assert main(["compare", "p.png", "q.png", "-o", "page.md"]) == 1
    assert "DIFFERS" in capsys.readouterr().out
    assert "## Where" in (here / "page.md").read_text("utf-8")


BAD = {
    "compare p.png nothing": (
        "nothing: no network of this name is shipped\n"
        "  try: a .prototxt or .onnx file, or one of decon-x2\n"
    ),
    "compare stamp.prototxt p.png": (
        "--picture: there is nothing to draw\n  try: --picture FILE\n"
    ),
    "compare stamp.prototxt@gpu p.png": (
        'stamp.prototxt@gpu: there is no "gpu"\n  try: did you mean wgpu?\n'
    ),
    "compare stamp.prototxt none.glsl": (
        "none.glsl: no such file\n  try: a user shader, a network or a picture\n"
    ),
    "compare p.png q.png -o page.pdf": (
        "page.pdf: its name does not say what kind of page it is\n"
        "  try: a name that ends in .html, .md, .txt\n"
    ),
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", BAD)
def test_bad_words_are_2(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    assert capsys.readouterr().err == BAD[words]
