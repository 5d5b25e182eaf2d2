"""mpv itself, under a virtual screen, draws what onnxruntime draws.

Its OpenGL output runs on Mesa's software driver there, its Vulkan ones do not. A screenshot of
the window in 16 bits is what was drawn: RGB, where the video's luma is stretched to full range.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.golden.write import networks
from tests.run.test_verify_networks import decon

from texelnet.graph.network import Network
from texelnet.picture import read_picture
from texelnet.run.onnxruntime import ONNXRUNTIME
from texelnet.run.verify.trials import natural
from texelnet.shader.compile import compile_network
from texelnet.shader.targets.mpv import MPV

pytestmark = pytest.mark.nightly

SHOOT = """
mp.register_event("playback-restart", function()
  mp.add_timeout(0.5, function()
    mp.commandv("screenshot-to-file", "drawn.png", "window")
    mp.command("quit")
  end)
end)
"""
WORDS = (
    *("--no-config", "--vo=gpu-next", "--gpu-sw=yes", "--gpu-api=opengl", "--pause"),
    *("--gpu-context=x11egl", "--dither-depth=no", "--scale=nearest", "--no-border"),
    *("--screenshot-high-bit-depth=yes", "--script=shoot.lua", "--load-scripts=no"),
    *("--osc=no", "--osd-level=0", "--keep-open=yes", "--glsl-shaders=network.glsl"),
)
BAR = {"question": 2e-4, "decon": 0.6 / 255}
"""The first is the screenshot's own: 16-bit floats between the picture and the shader's."""


@pytest.fixture(scope="module")
def player() -> None:
    """The player is there; where it is not, the test fails and says what to install."""
    if shutil.which("mpv") and shutil.which("xvfb-run"):
        return
    if os.environ.get("TEXELNET_NO_DRIVER") == "1" and os.environ.get("CI") != "true":
        pytest.skip("TEXELNET_NO_DRIVER=1, and there is no mpv under Xvfb here")
    pytest.fail("This test needs mpv and xvfb-run.\n  try: setup/player needed", pytrace=False)


def played(folder: Path, text: str, luma: np.ndarray, scale: int) -> np.ndarray:
    """Play a video of one grey frame, twice as large, and return the screenshot's green."""
    height, width = luma.shape
    grey = bytes([128]) * (2 * height * width)
    head = f"YUV4MPEG2 W{width} H{height} F1:1 Ip A1:1 C444\nFRAME\n"
    (folder / "film.y4m").write_bytes(head.encode() + luma.tobytes() + grey)
    (folder / "network.glsl").write_text(text)
    (folder / "shoot.lua").write_text(SHOOT)
    size = f"--geometry={width * scale}x{height * scale}"
    words = ["xvfb-run", "-a", "mpv", *WORDS, size, "film.y4m"]
    said = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=300)
    assert "error" not in (said.stdout + said.stderr).lower(), said.stdout + said.stderr
    return np.asarray(read_picture(folder / "drawn.png").colour[1])


@pytest.mark.usefixtures("player")
@pytest.mark.parametrize("form", MPV.schedules)
@pytest.mark.parametrize("name", BAR)
def test_the_player_draws_what_the_network_draws(name, form, tmp_path) -> None:
    network: Network = decon() if name == "decon" else networks()["question"]
    build = compile_network(network, MPV, MPV.schedules[form])
    files = MPV.package(build)
    (text,) = (content.decode() for file, content in files.items() if file.endswith(".glsl"))
    luma = np.rint(natural(1, 48, 64)[0] * 219 + 16).astype(np.uint8)
    wanted = ONNXRUNTIME.planes(network)((luma / np.float32(255))[None])[0]
    stretched = np.clip((wanted * 255 - 16) / 219, 0, 1)
    drawn = played(tmp_path, text, luma, 2)
    assert np.abs(drawn - stretched).max() <= BAR[name] * 255 / 219
