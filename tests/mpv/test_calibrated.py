"""A plane that 16 bits can't hold is kept divided: the host draws the network's picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.run.test_calibrate import network

from texelnet.picture import Picture, write_picture
from texelnet.run.calibrate import calibrate
from texelnet.run.verify import BUILT_IN, verify
from texelnet.run.verify.trials import natural
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.precision import Precision
from texelnet.shader.targets.mpv import MPV

pytestmark = [pytest.mark.gpu, pytest.mark.usefixtures("host")]
TRIALS = [trial for trial in BUILT_IN if trial.name == "natural"]


@pytest.mark.parametrize("times", [1e6, 1e-7])
def test_a_plane_that_16_bits_can_not_hold_is_kept_divided(
    tmp_path: Path, times: float
) -> None:
    write_picture(Picture(natural(1, 40, 60)), tmp_path / "leaf.png")
    net, proofs = network(times), []
    plan = calibrate(net, MPV, MPV.usual, [tmp_path / "leaf.png"])
    for name, kept in (("plain", Precision()), ("divided", plan)):
        build = compile_network(net, MPV, MPV.usual, precision=kept)
        write_package(MPV.package(build), tmp_path / name)
        proofs.append(verify(net, MPV, tmp_path / name, trials=TRIALS))
    plain, divided = proofs
    assert not plain.equal
    assert divided.equal, divided.text()
    assert any(note.startswith("divided to fit 16 bits: a by ") for note in divided.notes)
