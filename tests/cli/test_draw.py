"""``texelnet draw``: what is written, what is shown, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.draw.swf_file import read

from texelnet.cli import main
from texelnet.picture import read_picture


def test_a_drop_is_written_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("drop.svg", "drop.png"):
        words = ["draw", "drop", "--volume", "20", "--seed", "3", "--points", "9"]
        assert main([*words, "--resolution", "8", "-o", str(tmp_path / name)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"wrote {tmp_path / 'drop.svg'}: 20 microlitres, 5.42 mm across at rest"
    assert b"<path" in (tmp_path / "drop.svg").read_bytes()
    assert read_picture(tmp_path / "drop.png").size[0] > 30


def test_a_preview_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "drop", "--wobble", "0", "--preview"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 24
    assert max(map(len, lines)) <= 48
    assert "▒" in lines[12]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "draw drop: nothing is asked for\n  try: -o drop.svg, or --preview\n"),
        (
            ["-o", "drop.gif"],
            'drop.gif: drawings are not written as ".gif"\n'
            "  try: a name that ends in .svg, .png, .pdf, .html, .as, .swf, .wgsl\n",
        ),
        (
            ["--volume", "0", "--preview"],
            "a drop: its volume is 0\n  try: above 0, below 1e+18\n",
        ),
        (
            ["-o", "drop.png", "--resolution", "1e6"],
            "a picture: 6435016x8624248 pixels; at most 100 million are drawn\n"
            "  try: a lower resolution\n",
        ),
    ],
)
def test_what_can_not_be_drawn_is_told_before_any_work(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draw", "drop", *words]) == 2
    assert capsys.readouterr().err == message


def test_scenes_are_written_with_their_labels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["draw", "scene", "leaves", "--count", "2", "--seed", "1", "--annotate", "group"]
    assert main([*words, "--set", "leaves=3", "--resolution", "1", "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"wrote {tmp_path}: 2 pictures, 7 labels\n"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["classes", "coco.json", "pictures", "scene.json", "things", "via.json"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["trees"],
            'KIND: there is no "trees"\n  try: one of droplets, leaves, lines, shapes\n',
        ),
        (
            ["leaves", "--set", "gap"],
            "--set gap: this is no setting\n  try: NAME=A or NAME=A..B, numbers\n",
        ),
        (
            ["leaves", "--preview", "--jobs", "-1"],
            "--jobs -1: this is no number of processes\n  try: 1 or more\n",
        ),
        (["leaves"], "draw scene: nothing is asked for\n  try: -o DIR, or --preview\n"),
    ],
)
def test_a_scene_that_can_not_be_is_told(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draw", "scene", *words]) == 2
    assert capsys.readouterr().err == message


def test_drops_are_explained_on_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["draw", "explain", "drop", "-o", str(page)]) == 0
    assert capsys.readouterr().err == f"wrote {page}\n"
    assert page.read_text().count("<svg") == 9


def test_a_generator_is_written_or_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "drop.js"
    assert main(["draw", "generator", "canvas", "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"wrote {file}\n"
    assert main(["draw", "generator", "canvas"]) == 0
    assert capsys.readouterr().out == file.read_text()
    assert "function drawDrop(graphics, seed, wobble" in file.read_text()


def test_a_drops_way_is_written_as_a_moving_svg(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "way.svg"
    assert main(["draw", "drop", "--travel", "2", "-o", str(file)]) == 0
    assert b'<animate attributeName="d"' in file.read_bytes()
    assert capsys.readouterr().out == f"wrote {file}: 30 frames, its tail jerks 3 times\n"


def test_a_drops_way_is_written_as_a_film_for_flash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "way.swf"
    assert main(["draw", "drop", "--travel", "2", "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"wrote {file}: 60 frames, its tail jerks 3 times\n"
    film = read(file.read_bytes())
    assert (len(film.frames), film.rate) == (60, 30)


def test_a_drops_way_moves_so_it_is_no_still(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "drop", "--travel", "2", "-o", "way.png"]) == 2
    assert capsys.readouterr().err == (
        "way.png: a drop's way is written as an animated SVG or SWF\n"
        "  try: -o drop.svg, or -o drop.swf\n"
    )
