"""texelnet upscale: picture files in, picture files out."""

import re

import numpy as np
import pytest
from PIL import Image
from tests.run.networks import REPEAT, REPEATING, files

from texelnet.cli import main
from texelnet.graph.contract import Contract
from texelnet.picture import Picture, read_picture, write_picture

rng = np.random.default_rng(7)


@pytest.fixture
def repeat(tmp_path):
    """The words for a network that repeats each pixel."""
    folder = tmp_path / "net"
    folder.mkdir()
    return [
        "--network",
        str(files(folder, REPEAT, REPEATING, Contract())),
        "--on",
        "onnxruntime",
    ]


def repeated(planes):
    return planes.repeat(2, -2).repeat(2, -1)


def save(path, colour, alpha=None, bits=8):
    write_picture(Picture(np.asarray(colour, np.float32), alpha, bits), path)
    return str(path)


def levels(count, shape):
    return (rng.integers(0, count, shape) / (count - 1)).astype(np.float32)


@pytest.mark.parametrize("runner", [
    "onnxruntime", "numpy", pytest.param("wgpu", marks=pytest.mark.gpu), "auto",
])  # fmt: skip
def test_a_picture_is_drawn_and_told_of(capsys, tmp_path, repeat, runner):
    picture, out = save(tmp_path / "a.png", levels(256, (1, 5, 9))), tmp_path / "b.png"
    assert main(["upscale", picture, "-o", str(out), *repeat[:2], "--on", runner]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("small on " + ("" if runner == "auto" else runner))
    assert re.fullmatch(rf"{picture}: 9x5 -> 18x10 in \d+\.\d\d s, {out}", told[1])
    np.testing.assert_array_equal(
        read_picture(out).colour, repeated(read_picture(picture).colour)
    )


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_depth_grey_and_alpha_are_kept(tmp_path, repeat, bits, channels):
    colour = levels(1 << bits, (channels, 6, 4)) if channels == 1 else np.full((3, 6, 4), 0.25)
    alpha = np.ones((6, 4), np.float32)
    alpha[:, :2] = 0
    picture, out = save(tmp_path / "a.png", colour, alpha, bits), tmp_path / "b.png"
    assert main(["upscale", picture, "-o", str(out), *repeat]) == 0
    before, after = read_picture(picture), read_picture(out)
    assert (after.bits, after.colour.shape) == (bits, (channels, 12, 8))
    step = 1 / ((1 << bits) - 1)
    np.testing.assert_allclose(after.colour, repeated(before.colour), atol=1.01 * step)
    assert after.alpha[0, 0] == 0
    assert after.alpha[0, -1] == 1


def test_a_picture_lying_on_its_side_is_drawn_upright(tmp_path, repeat):
    image = Image.fromarray((levels(256, (5, 9)) * 255).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.png", exif=exif)
    assert (
        main(["upscale", str(tmp_path / "a.png"), "-o", str(tmp_path / "b.png"), *repeat]) == 0
    )
    upright = np.rot90(np.asarray(image), -1)
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / "b.png")), upright.repeat(2, 0).repeat(2, 1)
    )


def test_colour_stays_on_its_edges(tmp_path, repeat):
    colour = np.zeros((3, 8, 12), np.float32)
    colour[0, :, :5], colour[2, :, 5:] = 1, 1
    picture, out = save(tmp_path / "a.png", colour), tmp_path / "b.png"
    assert main(["upscale", picture, "-o", str(out), *repeat]) == 0
    red, _, blue = read_picture(out).colour[:, 8]
    assert red[:8].min() > 0.95
    assert blue[12:].min() > 0.95
    assert red[9] > 0.5 > red[10]
    assert blue[9] < 0.5 < blue[10]


def test_times_applies_the_network_again(tmp_path, repeat):
    picture, out = save(tmp_path / "a.png", levels(256, (1, 3, 5))), tmp_path / "b.png"
    assert main(["upscale", picture, "-o", str(out), *repeat, "--times", "3"]) == 0
    assert read_picture(out).size == (24, 40)


def test_a_jpeg_becomes_a_jpeg(tmp_path, repeat):
    save(tmp_path / "a.jpg", np.full((3, 8, 8), 0.5))
    words = ["upscale", str(tmp_path / "a.jpg"), "-o", str(tmp_path / "b.jpeg"), *repeat]
    assert main(words) == 0
    assert read_picture(tmp_path / "b.jpeg").size == (16, 16)


def test_a_folder_goes_on_after_a_broken_picture(capsys, tmp_path, repeat):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("a.png", "c.png"):
        save(folder / name, levels(256, (1, 3, 4)))
    (folder / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (folder / "notes.txt").write_text("no picture")
    assert main(["upscale", str(folder), "-o", str(out), *repeat]) == 2
    told = capsys.readouterr()
    assert sorted(p.name for p in out.iterdir()) == ["a.png", "c.png"]
    assert f"{folder}/b.png: left out\n" in told.out
    assert told.err.startswith(f"{folder}/b.png: the picture is damaged: ")
    assert told.err.endswith("1 of 3 pictures could not be drawn\n")


def test_several_pictures_go_into_a_folder(tmp_path, repeat):
    pictures = [save(tmp_path / name, levels(256, (1, 3, 4))) for name in ("a.png", "b.png")]
    assert main(["upscale", *pictures, "-o", str(tmp_path / "out"), *repeat]) == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a.png", "b.png"]


def fails(capsys, *words):
    assert main(["upscale", *map(str, words)]) == 2
    return capsys.readouterr().err


def test_what_is_no_picture(capsys, tmp_path, repeat):
    (tmp_path / "a.png").write_text("words")
    assert fails(capsys, tmp_path / "a.png", "-o", tmp_path / "b.png", *repeat) == (
        f"{tmp_path}/a.png: this is neither a PNG nor a JPEG\n  try: convert it to PNG\n"
    )
    assert fails(capsys, tmp_path / "no.png", "-o", tmp_path / "b.png", *repeat) == (
        f"{tmp_path}/no.png: no such file or directory\n"
    )


def test_a_place_that_fits_no_picture(capsys, tmp_path, repeat):
    picture = save(tmp_path / "a.png", levels(256, (1, 3, 4)))
    assert fails(capsys, picture, "-o", tmp_path / "b.webp", *repeat) == (
        f"{tmp_path}/b.webp: one picture goes into a file\n"
        "  try: a name that ends in .png, .jpg, .jpeg, or a folder that is there\n"
    )
    other = save(tmp_path / "other.png", levels(256, (1, 3, 4)))
    assert fails(capsys, picture, other, "-o", picture, *repeat) == (
        f"{picture}: several pictures go into a folder, this is a file\n"
    )


def test_nothing_is_overwritten_unasked(capsys, tmp_path, repeat):
    picture = save(tmp_path / "a.png", levels(256, (1, 3, 4)))
    assert fails(capsys, tmp_path, "-o", tmp_path, *repeat) == (
        f"{picture}: it would overwrite the picture\n  try: another folder\n"
    )
    (tmp_path / "more").mkdir()
    twin = save(tmp_path / "more" / "a.png", levels(256, (1, 3, 4)))
    assert fails(capsys, picture, twin, "-o", tmp_path / "out", *repeat) == (
        f"{tmp_path}/out/a.png: {picture} and {twin} would both become this file\n"
        "  try: draw them into two folders\n"
    )


def test_an_empty_folder(capsys, tmp_path, repeat):
    (tmp_path / "in").mkdir()
    assert fails(capsys, tmp_path / "in", "-o", tmp_path / "out", *repeat) == (
        f"PICTURE: no picture in {tmp_path}/in\n  try: files that end in .png, .jpg, .jpeg\n"
    )


def test_a_runner_that_does_not_exist(capsys, tmp_path, repeat):
    picture = save(tmp_path / "a.png", levels(256, (1, 3, 4)))
    assert fails(capsys, picture, "-o", tmp_path / "b.png", *repeat[:2], "--on", "wgpuu") == (
        '--on: there is no "wgpuu"\n  try: did you mean wgpu?\n'
    )


def test_without_a_driver_it_runs_elsewhere_and_says_so(capsys, tmp_path, repeat, monkeypatch):
    monkeypatch.setattr("texelnet.run.missing", lambda: "no graphics driver found")
    picture = save(tmp_path / "a.png", levels(256, (1, 3, 4)))
    words = ["upscale", picture, "-o", str(tmp_path / "b.png"), *repeat[:2]]
    assert main(words) == 0
    told = capsys.readouterr()
    assert told.err == "no graphics driver found; running on onnxruntime instead\n"
    assert told.out.startswith("small on onnxruntime: onnxruntime ")


def test_the_shipped_network_is_the_default(capsys, tmp_path):
    picture = save(tmp_path / "a.png", levels(256, (3, 8, 9)))
    words = ["upscale", picture, "-o", str(tmp_path / "b.png"), "--on", "onnxruntime"]
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("decon-x2 on onnxruntime: ")
    assert read_picture(tmp_path / "b.png").size == (16, 18)
