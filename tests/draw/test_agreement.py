"""What Chromium draws of an SVG is what the PNG holds."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from texelnet.draw import Drop, Path
from texelnet.draw.out import OUTPUTS
from texelnet.draw.render import render
from texelnet.draw.scene import Item, Paint, Scene
from texelnet.draw.scenes import SCENES

SIDE, FINER = 128, 4
INK = Paint((0, 0, 0))
DROPS = Path(
    tuple(
        Drop(30, seed, 0.8, at=(8 + 14 * (seed % 2), 8 + 14 * (seed // 2))).outline().contour
        for seed in range(4)
    )
)


def seen(chromium: str, scenes: list[Scene]) -> list[np.ndarray]:
    """Return (height, width, 3) of each scene: finer pixels' means, since its own are rough."""
    found = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        size = {"width": SIDE, "height": SIDE}
        page = browser.new_page(viewport=size, device_scale_factor=FINER)
        for scene in scenes:
            svg = OUTPUTS[".svg"].write(scene, 0).decode()
            style = f"<style>body{{margin:0}} svg{{width:{SIDE}px;height:{SIDE}px}}</style>"
            page.set_content(style + svg)
            image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            found.append(np.asarray(image.reduce(FINER)) / 255)
        browser.close()
    return found


@pytest.mark.browser
def test_chromium_fills_what_the_png_holds(chromium: str) -> None:
    inked = Scene(30, 30, (Item(DROPS, INK),))
    scenes = [inked, *(kind.make(3) for kind in SCENES.values())]
    pictures = seen(chromium, scenes)
    for scene, picture in zip(scenes, pictures, strict=True):
        wanted = render(scene, SIDE / scene.width).colour.transpose(1, 2, 0)
        assert np.abs(picture - wanted).mean() < 0.01  # shares add up where edges meet
    share, wanted = 1 - pictures[0][:, :, 0], 1 - render(inked, SIDE / 30).colour[0]
    edge = (wanted > 1e-3) & (wanted < 1 - 1e-3)
    assert share.sum() == pytest.approx(wanted.sum(), rel=0.01)
    assert np.abs(share - wanted)[edge].mean() < 0.02
