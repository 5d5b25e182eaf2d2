"""An SVG that moves by itself shows, at each key's time, what that key is."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright
from tests.draw.test_rain_film import going_on

from texelnet.draw import Drop
from texelnet.draw.animate import animated_svg, scenes
from texelnet.draw.rain_svg import animated
from texelnet.draw.render import render
from texelnet.draw.travel import Travel

FINER = 2
AT = "time => { const svg = document.querySelector('svg'); svg.pauseAnimations();"
AT += " svg.setCurrentTime(time); }"


def seen(
    chromium: str, svg: bytes, size: tuple[int, int], times: Iterable[float]
) -> list[np.ndarray]:
    """Return the (height, width, 3) that Chromium shows at these seconds."""
    width, height = size
    style = f"<style>body{{margin:0}} svg{{width:{width}px;height:{height}px}}</style>"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        port = {"width": width, "height": height}
        page = browser.new_page(viewport=port, device_scale_factor=FINER)
        page.set_content(style + svg.decode())
        found = []
        for time in times:
            page.evaluate(AT, time + 1e-3)  # browsers keep seconds in 32 bits: not before it
            image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            found.append(np.asarray(image.reduce(FINER)) / 255)
        browser.close()
    return found


@pytest.mark.browser
def test_a_drop_s_way_is_shown_frame_by_frame(chromium: str) -> None:
    outlines = [f.outline.contour for f in Travel(Drop(30, 3, 0.8)).frames(41, 10)]
    keys = (0, 7, 20, 39)  # the last is the first again, for it repeats
    drawn = [render(scenes(outlines)[key], 10).colour.transpose(1, 2, 0) for key in keys]
    height, width, _ = drawn[0].shape
    found = seen(chromium, animated_svg(outlines, 10), (width, height), [k / 10 for k in keys])
    for picture, wanted in zip(found, drawn, strict=True):
        assert np.abs(picture - wanted).mean() < 0.01
        assert (1 - picture).sum() == pytest.approx((1 - wanted).sum(), rel=0.02)
    assert np.abs(drawn[0] - drawn[-1]).mean() > 0.02


@pytest.mark.browser
def test_rain_is_shown_key_by_key(chromium: str) -> None:
    rains, keys = going_on(21), (0, 6, 13, 20)
    moving = animated(iter(rains), 10)
    found = seen(chromium, moving, (400, 300), [key / 10 for key in keys])
    still = [animated(iter(rains[key : key + 1]), 10) for key in keys]
    drawn = [seen(chromium, svg, (400, 300), [0])[0] for svg in still]
    for picture, wanted in zip(found, drawn, strict=True):
        assert np.abs(picture - wanted).mean() < 2e-3
    assert np.abs(drawn[0] - drawn[-1]).mean() > 5e-3
