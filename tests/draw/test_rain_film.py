"""Rain as pictures and films: what is seen is what the drops are."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.draw.swf_file import read

from texelnet.cli import main
from texelnet.draw.out.swf import film
from texelnet.draw.rain import Glass, Rain, rain
from texelnet.draw.rain_scene import frames, refracted, resting, scene
from texelnet.draw.rain_svg import animated
from texelnet.draw.render import render
from texelnet.draw.runlets import contours
from texelnet.errors import PictureError
from texelnet.picture import read_picture
from texelnet.picture.animation import mp4, webp

SMALL = Glass(20, 15, drops=30)


def numbered(count: int, size: tuple[int, int] = (16, 24)) -> list[np.ndarray]:
    return [np.full((*size, 3), 40 * number, np.uint8) for number in range(count)]


def going_on(count: int) -> list[Rain]:
    """Rain that slides, merges and falls anew, every tenth of a second."""
    keys = [rain(Glass(20, 15, drops=40, largest=12, refill=3), 1)]
    while len(keys) < count:
        keys.append(keys[-1].step(0.1))
    return keys


def test_each_drop_is_labelled_with_the_area_of_its_volume() -> None:
    now = rain(Glass(40, 30, drops=12, smallest=2, largest=3, refill=0), 2)
    inside = np.all((now.place > 3) & (now.place < (37, 27)), axis=1)
    found = render(scene(now), 8).things
    by_size = np.argsort(now.volume, kind="stable")
    for thing, number in zip(found, by_size, strict=True):
        if inside[number]:
            area = thing.patch.coverage.sum() / 64
            assert area == pytest.approx(np.pi * now.radius[number] ** 2, rel=1e-3)


def test_a_background_is_seen_upside_down_in_a_drop() -> None:
    now = replace(rain(replace(SMALL, drops=1, wobble=0), 0), place=np.array([[10.0, 7.5]]))
    behind = np.zeros((3, 150, 200), np.float32)
    behind[:, :75] = 0.5
    seen = refracted(now, behind, 10)
    step = int(5 * now.radius[0])
    assert (seen[:, 75 - step, 102] < seen[:, 75 + step, 102]).all()
    np.testing.assert_array_equal(seen[:, :, :20], behind[:, :, :20])


def test_frames_are_of_the_glass_and_change() -> None:
    first, second = frames(rain(Glass(20, 15, drops=60, largest=20), 1), 2, 10, 4)
    assert first.shape == (60, 80, 3)
    assert (first != second).any()


def test_webp_keeps_every_frame_and_its_time() -> None:
    with Image.open(io.BytesIO(webp(iter(numbered(4)), 25))) as image:
        assert image.n_frames == 4  # type: ignore[attr-defined]
        image.seek(2)
        assert abs(int(np.asarray(image.convert("RGB"))[5, 5, 0]) - 80) <= 2
        assert image.info["duration"] == 40


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffmpeg is not installed")
def test_mp4_keeps_every_frame_and_makes_sizes_even(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(mp4(iter(numbered(5, (15, 21))), 30))
    words = ["ffprobe", "-v", "error", "-count_frames", "-show_entries"]
    words += ["stream=width,height,nb_read_frames", "-of", "csv=p=0", str(tmp_path / "x.mp4")]
    assert subprocess.run(words, capture_output=True, text=True).stdout.strip() == "22,16,5"


def test_a_film_without_ffmpeg_says_what_to_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PictureError) as caught:
        mp4(iter(numbered(1)), 30)
    assert str(caught.value) == (
        "mp4: ffmpeg is not installed\n  try: sudo apt install ffmpeg, or .webp"
    )


def test_an_svg_tells_each_drop_once_and_when_it_is_there() -> None:
    keys = going_on(12)
    text = animated(iter(keys), 10).decode()
    names = {name for key in keys for name in key.name.tolist()}
    assert text.count("<path") == len(names)
    late = len(names - set(keys[0].name.tolist()))
    early = len(set(keys[0].name.tolist()) - set(keys[-1].name.tolist()))
    assert late + early <= text.count('visibility="hidden"') <= late + early
    for begin, lasts, values in re.findall(
        r'begin="([\d.]+)s" dur="([\d.]+)s" fill="freeze" values="([^"]+)"', text
    ):
        assert values.count("M") == round(float(lasts) * 10) + 1
        assert float(begin) + float(lasts) <= 1.1 + 1e-9


def test_a_drop_rests_in_a_film_while_it_hardly_changes() -> None:
    still, keys = 0.05, going_on(12)
    shown = list(resting(keys, still))
    for now, one in zip(keys, shown, strict=True):
        drawn = {item.name: item.path for item in reversed(one.parts)}  # the rim comes first
        wanted = dict(zip(now.name.tolist(), contours(now), strict=True))
        assert list(drawn)[::-1] == [f"drop {name}" for name in sorted(wanted)]
        for name, outline in wanted.items():
            (found,) = drawn[f"drop {name}"].contours
            assert np.abs(found.cubics - outline.cubics).max() <= still
    made = read(film(shown, 10, 20))
    places = sum(len(frame) for frame in made.frames)
    assert len(made.sprites) < places / 2
    for frame, one in zip(made.frames, shown, strict=True):
        names = [name for _, (_, name) in sorted(frame.items())]
        assert names == list(dict.fromkeys(item.name for item in one.parts))


def test_rain_is_written_by_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["draw", "rain", "--width", "20", "--height", "15", "--drops", "20"]
    words += ["--seconds", "0.1", "--resolution", "3", "--after", "0"]
    for name in ("rain.svg", "rain.swf", "rain.webp", "frames"):
        assert main([*words, "-o", str(tmp_path / name)]) == 0
        told = capsys.readouterr().out
        assert told == f"wrote {tmp_path / name}: 3 frames, 0.1 seconds\n"
    pictures = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert pictures == ["00000.png", "00001.png", "00002.png"]
    assert read_picture(tmp_path / "frames" / "00001.png").size == (45, 60)
    seen = ["--background", str(tmp_path / "frames" / "00000.png"), "--preview"]
    assert main([*words, *seen]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 24


def test_the_seconds_of_a_course_are_those_of_the_film(tmp_path: Path) -> None:
    words = ["draw", "rain", "--width", "20", "--height", "15", "--drops", "60", "--after", "2"]
    words += ["--seconds", "0.1", "--resolution", "3", "-o"]
    folders = {}
    for name, tilt in {"flat": "0", "then": "0:0,0.05:90", "upright": "90"}.items():
        assert main([*words, str(tmp_path / name), "--tilt", tilt]) == 0
        folders[name] = [p.read_bytes() for p in sorted((tmp_path / name).iterdir())]
    assert folders["then"][:2] == folders["flat"][:2]
    assert folders["then"][2] != folders["flat"][2]
    assert folders["upright"][0] != folders["flat"][0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "draw rain: nothing is asked for\n  try: -o rain.webp, or --preview\n"),
        (
            ["-o", "rain.gif"],
            'rain.gif: rain is not written as ".gif"\n'
            "  try: a name that ends in .mp4, .webp, .svg, .swf or /\n",
        ),
        (
            ["-o", "r.svg", "--background", "x.png"],
            "r.svg: an SVG shows no background\n  try: .webp, .mp4 or a folder/\n",
        ),
        (
            ["-o", "r.swf", "--background", "x.png"],
            "r.swf: a film for Flash shows no background\n  try: .webp, .mp4 or a folder/\n",
        ),
        (
            ["--preview", "--wind", "0:5,4"],
            '--wind: "0:5,4" is no number\n'
            "  try: a number, or its values at seconds: 0:80,4:60\n",
        ),
        (["--preview", "--tilt", "999"], "glass: its tilt is 999\n  try: 0..180 degrees\n"),
        (
            ["--preview", "--rate", "0"],
            "rain: 0 frames a second\n  try: 1 to 1000\n",
        ),
        (
            ["--preview", "--seconds", "1e9"],
            "rain: 1e+09 seconds\n  try: one frame to 3600 seconds\n",
        ),
        (
            ["--preview", "--resolution", "500"],
            "a picture: 50000x37500 pixels; at most 100 million are drawn\n"
            "  try: a lower resolution\n",
        ),
        (["--preview", "--after", "nan"], "--after: nan seconds\n  try: 0 to 3600\n"),
    ],
)
def test_what_can_not_be_drawn_is_told_before_any_work(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["draw", "rain", *words]) == 2
    assert capsys.readouterr().err == message
