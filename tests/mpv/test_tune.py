"""Schedules of a user shader are measured in the host, a copy of the picture taken off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.run.networks import UP, network

from texelnet.errors import DeviceError
from texelnet.graph.contract import Contract
from texelnet.run import tune
from texelnet.run.film import DROPPED, Spent, a_frame, film, identity
from texelnet.shader.targets.mpv import COMPUTE, FRAGMENT, MPV

GREY = np.full((1, 9, 11), 0.5, np.float32)


def test_what_is_tried_for_players() -> None:
    usual, hard = (tune.candidates(MPV, hard) for hard in (False, True))
    assert {"compute", "fragment", "tile", "compute, blocks of 2x2"} <= set(usual)
    assert set(hard) - set(usual) == {"compute, hard", "tile, hard"}
    assert {s.packs for s in hard.values() if s.form == "fragment"} == {1}


def test_what_a_film_costs_is_shared_out_among_its_frames() -> None:
    assert Spent(70, 140).less(Spent(20, 40), 25) == Spent(2, 4)


@pytest.mark.parametrize(("cpu", "frames"), [(10, 25), (2000, 10), (9e9, 2)])
def test_a_film_is_short_where_its_frames_take_long(
    monkeypatch: pytest.MonkeyPatch, cpu: float, frames: int
) -> None:
    drawn: list[int] = []

    def timed(text: str, picture: np.ndarray, scale: int, frames: int) -> Spent:
        drawn.append(frames)
        return Spent(cpu * frames / DROPPED, 0)

    monkeypatch.setattr("texelnet.run.film.film", timed)
    spent = a_frame("", GREY, 2, frames=30, seconds=4)
    assert drawn == [DROPPED, DROPPED + frames]
    assert spent.cpu == pytest.approx(cpu / DROPPED)


@pytest.mark.gpu
@pytest.mark.usefixtures("host")
def test_frames_of_a_player_are_timed_and_equal_files_once() -> None:
    found = {"compute": COMPUTE, "again": replace(COMPUTE, seconds=29), "fragment": FRAGMENT}
    tried = tune.tune(network(UP, Contract()), MPV, (9, 11), found, rounds=1)
    assert sorted(t.name for t in tried) == ["compute", "fragment"]
    assert tried[0].frame <= tried[1].frame
    told = tune.told(network(UP, Contract()), MPV, (9, 11), tried)
    assert told["adapter"].startswith("ffmpeg ")
    assert told["schedule"] == tried[0].schedule.json()


@pytest.mark.gpu
@pytest.mark.usefixtures("host")
def test_a_film_that_the_host_does_not_draw_is_refused() -> None:
    with pytest.raises(DeviceError, match="the host refuses it: "):
        film(identity(1).replace("HOOKED_tex", "nonsense"), GREY, 2, 1)
