"""Schedules are measured in turns; the best is kept in a file that compile reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.shader.graphs import PAD1, Sketch

from texelnet.cli import main
from texelnet.errors import DeviceError, PackageError
from texelnet.graph.network import Network
from texelnet.run import clocks, tune
from texelnet.shader.schedule import COMPUTE, FRAGMENT, HYBRID
from texelnet.shader.targets import TARGETS
from texelnet.shader.tuned import shipped

WEBGPU = TARGETS["webgpu"]


def network() -> Network:
    s = Sketch(4)
    s.conv("y", "x", 4, 4, 3, **PAD1)
    return s.finish("y")


def kept(tmp_path: Path, **other) -> Path:
    path = tmp_path / "tuned.json"
    outcome = {"format": tune.FORMAT, "target": "webgpu", "schedule": COMPUTE.json()}
    path.write_text(json.dumps(outcome | other))
    return path


@pytest.mark.gpu
def test_the_fastest_comes_first_and_equal_shaders_are_tried_once() -> None:
    found = {"compute": COMPUTE, "again": COMPUTE, "fragment": FRAGMENT}
    tried = tune.tune(network(), WEBGPU, (9, 11), found, rounds=2)
    assert sorted(t.name for t in tried) == ["compute", "fragment"]
    assert 0 < tried[0].frame <= tried[1].frame
    outcome = tune.told(network(), WEBGPU, (9, 11), tried)
    assert outcome["schedule"] == tried[0].schedule.json()
    assert [row["name"] for row in outcome["table"]] == [t.name for t in tried]


FOUR = {
    "slow": COMPUTE,
    "good": FRAGMENT,
    "slower": replace(COMPUTE, workgroup=(8, 8)),
    "best": replace(COMPUTE, workgroup=(16, 16)),
}
MILLISECONDS = {"slow": 30.0, "good": 12.0, "slower": 40.0, "best": 10.0}


def clocked(monkeypatch: pytest.MonkeyPatch, stop: int = 1000) -> list[str]:
    """Put a clock that tells the table; Ctrl-C comes after so many frames."""
    names, drawn = iter(FOUR), []

    def load(*_: object) -> tuple[float, Callable[[], float]]:
        name = next(names)

        def frame() -> float:
            if len(drawn) == stop:
                raise KeyboardInterrupt
            drawn.append(name)
            return MILLISECONDS[name]

        return 1.0, frame

    clock = clocks.Clock(lambda: "a card", lambda: True, load, 3)
    monkeypatch.setitem(clocks.CLOCKS, "webgpu", clock)
    return drawn


def test_the_slower_half_drops_out_and_progress_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn, said = clocked(monkeypatch), []
    tried = tune.tune(network(), WEBGPU, (9, 11), FOUR, watch=said.append)
    assert drawn == [*FOUR, "best", "good", "best", "good"]
    assert [(t.name, len(t.times)) for t in tried] == [
        ("best", 3), ("good", 3), ("slow", 1), ("slower", 1)
    ]  # fmt: skip
    assert said[0] == "slow, compiling"
    assert said[-1] == "good, round 3 of 3 (fastest so far: best, 10.0 ms)"


def test_what_was_measured_is_kept_where_it_is_interrupted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clocked(monkeypatch, stop=2)
    monkeypatch.setattr(tune, "candidates", lambda *_: FOUR)
    words = ["tune", "decon-x2", "--for", "webgpu", "-o", str(tmp_path / "fast.json")]
    assert main(words) == 130
    table = json.loads((tmp_path / "fast.json").read_text())["table"]
    assert [(row["name"], row["frames"]) for row in table] == [("good", 1), ("slow", 1)]
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "trying slow, compiling"
    assert told[-1] == "interrupted: this is what was measured until then"


def test_an_interruption_before_the_first_frame_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clocked(monkeypatch, stop=0)
    with pytest.raises(KeyboardInterrupt):
        tune.tune(network(), WEBGPU, (9, 11), FOUR)


def test_what_compiles_for_long_is_tried_when_asked_for() -> None:
    usual, hard = (tune.candidates(WEBGPU, hard) for hard in (False, True))
    assert set(hard) - set(usual) == {f"{n}, hard" for n in ("hybrid", "compute", "tile")}
    assert {s.winograd for s in hard.values()} == {0, 2, 4}


def test_what_graphics_cards_may_be_faster_with_is_tried() -> None:
    """Packs stored at once, and tiles in a workgroup's memory, with squares and without."""
    usual = tune.candidates(WEBGPU)
    assert usual["hybrid, not staged"] == replace(HYBRID, staged=False)
    tiled = {name: s.winograd for name, s in usual.items() if s.shared}
    assert {"tile": 0, "tile, squares": 2}.items() <= tiled.items()


def test_a_kept_schedule_is_read_back(tmp_path: Path) -> None:
    assert tune.read_tuned(kept(tmp_path), WEBGPU) == COMPUTE


@pytest.mark.parametrize(
    ("other", "fact"),
    [
        ({"format": "a shopping list"}, "no tuned schedule"),
        ({"target": "mpv"}, "tuned for mpv, not for webgpu"),
        ({"schedule": COMPUTE.json() | {"form": "knitted"}}, "schedule.form"),
        (
            {"schedule": COMPUTE.json() | {"winograd": 3}},
            "schedule.winograd: 3 is not 0, 2 or 4",
        ),
    ],
)
def test_a_file_that_keeps_no_schedule_is_refused(
    tmp_path: Path, other: dict, fact: str
) -> None:
    with pytest.raises(PackageError) as told:
        tune.read_tuned(kept(tmp_path, **other), WEBGPU)
    assert fact in str(told.value)


def test_a_host_without_a_clock_is_not_timed() -> None:
    with pytest.raises(DeviceError) as told:
        tune.clock_of(replace(WEBGPU, name="reshade"))
    assert str(told.value) == (
        "reshade: reshade is a program of its own: a frame in it can't be timed from here\n"
        "  try: --for webgpu or mpv"
    )


def test_compile_takes_a_kept_schedule_and_lifts_its_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compile", "decon-x2", "--for", "webgpu", "-o", str(tmp_path / "package")]
    assert main([*words, "--schedule", str(kept(tmp_path)), "--tune", "hard"]) == 0
    written = json.loads((tmp_path / "package" / "manifest.json").read_text())["schedule"]
    assert written == json.loads(json.dumps(COMPUTE.hard().json()))
    assert main([*words, "--tune", "soft"]) == 2
    assert '--tune: there is no "soft"' in capsys.readouterr().err


def test_the_shipped_table_is_of_known_hosts_and_its_best_comes_first() -> None:
    for row in shipped():
        assert row.target in TARGETS
        times = [ms for _, ms in row.table]
        assert 0 < times[0] == min(times)
    assert len({(row.target, row.device) for row in shipped()}) == len(shipped())


def test_the_shipped_table_is_printed_without_a_network(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["tune", "--shipped"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for row in shipped():
        assert f"{row.device} for {row.target}: " in told


def test_compile_takes_the_schedule_of_a_device_in_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compile", "decon-x2", "--for", "mpv", "-o", str(tmp_path / "package")]
    assert main([*words, "--device", "llvmpipe"]) == 0
    written = json.loads((tmp_path / "package" / "manifest.json").read_text())["schedule"]
    (row,) = (t for t in shipped() if (t.target, t.device) == ("mpv", "llvmpipe"))
    assert written == json.loads(json.dumps(row.schedule.json()))
    assert main([*words, "--device", "llvmpie"]) == 2
    assert '--device: there is no "llvmpie"\n  try: did you mean llvmpipe?' in (
        capsys.readouterr().err
    )
    assert main([*words, "--device", "llvmpipe", "--schedule", "compute"]) == 2
    assert capsys.readouterr().err == (
        "--schedule: a device has a schedule of its own\n"
        "  try: leave --schedule or --device out\n"
    )
