"""``texelnet verify``: words in, exit status and text out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.mutants.networks import save

from texelnet.cli import main

pytestmark = pytest.mark.gpu


@pytest.fixture
def prototxt(tmp_path: Path) -> str:
    return str(save("bytes", tmp_path))


def test_equal_is_0_and_differs_is_1(
    prototxt: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "package"
    assert main(["compile", prototxt, "--for", "webgpu", "-o", str(folder)]) == 0
    capsys.readouterr()
    words = ["verify", prototxt, "--for", "webgpu", "--package", str(folder), "--json"]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["place"]) == ("equal", str(folder))
    shader = folder / "pass_01_first.wgsl"
    shader.write_text(shader.read_text() + "\n")
    assert main(words[:-1]) == 1
    out = capsys.readouterr().out
    assert "DIFFERS: pass_01_first.wgsl was changed after it was written (sha256)\n" in out
    assert main([*words[:-1], "--edited"]) == 0
    assert "\nEQUAL: 17 pictures, largest error " in capsys.readouterr().out


def test_bad_words_are_2(prototxt: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["verify", prototxt, "--for", "webgpu"]
    assert main([*words, "--package", "nowhere"]) == 2
    assert capsys.readouterr().err == (
        "nowhere: no manifest.json there\n"
        "  try: `texelnet compile NETWORK --for webgpu -o DIR`\n"
    )
    assert main([*words, "--schedule", "computer"]) == 2
    assert capsys.readouterr().err == (
        '--schedule: there is no "computer"\n  try: did you mean compute?\n'
    )
    assert main([*words, "--picture", "none.png"]) == 2
    assert capsys.readouterr().err.startswith("none.png: ")
    assert main(["verify", prototxt, "--for", "mvp"]) == 2
    assert capsys.readouterr().err == '--for: there is no "mvp"\n  try: did you mean mpv?\n'
