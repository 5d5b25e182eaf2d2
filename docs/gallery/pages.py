"""Pictures of pages for the gallery (make gallery), from what make demo wrote, by Chromium."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from texelnet.cli import main as texelnet

ROOT = Path(__file__).resolve().parents[2]
DEMO, IMAGES, NETWORK = (
    Path("demo").resolve(),
    ROOT / "docs" / "images",
    ROOT / "networks" / "decon-x2",
)
WIDE, NARROW = 900, 360

TRAINED = """name: "net"
layer { name: "data" type: "DummyData" top: "x" top: "a" top: "b" top: "c"
  dummy_data_param { shape { SHAPE } shape { LABELS } shape { LABELS } shape { LABELS } } }
"""
SEGMENTED = (
    TRAINED.replace("SHAPE", "dim: 1 dim: 5 dim: 256 dim: 256").replace(
        "LABELS", "dim: 1 dim: 1 dim: 256 dim: 256"
    )
    + """layer { name: "score" type: "Convolution" bottom: "x" top: "score"
  convolution_param { num_output: 5 kernel_size: 1 } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "a" top: "loss" }
"""
)
BOXES = (
    TRAINED.replace("SHAPE", "dim: 64 dim: 84").replace("LABELS", "dim: 64 dim: 84")
    + """
layer { name: "bbox_pred" type: "InnerProduct" bottom: "x" top: "bbox_pred"
  inner_product_param { num_output: 84 } }
layer { name: "loss_bbox" type: "SmoothL1Loss" bottom: "bbox_pred" bottom: "a" bottom: "b"
  bottom: "c" top: "loss_bbox" loss_weight: 1 }
"""
)


@dataclass(frozen=True)
class Shot:
    """A piece of a page: from a heading (or the top) downwards.

    Parameters
    ----------
    height, below
        In pixels: how much of it, and where that starts below the heading.
    """

    page: str
    height: int
    heading: str = ""
    below: int = -20
    width: int = WIDE
    scheme: str = "light"


SHOTS = {
    "explain-kernel": Shot("asked", 1160),
    "explain-flat": Shot("decon", 990, "The flat-field test"),
    "explain-stripes": Shot("decon", 1225, "Where stripes come from"),
    "explain-waves": Shot("decon", 860, "What each phase lets through"),
    "explain-narrow": Shot("decon", 700, "Two ways to see it", 640, NARROW, "dark"),
    "explain-boxes": Shot("boxes", 960),
    "explain-labels": Shot("labels", 1230),
    "explain-whole": Shot("whole", 830),
    "compare-page": Shot("compare", 1090),
    "draw-explained": Shot("droplet", 990, "Random, without loops"),
    "verify-page": Shot("proof", 1180, "The picture that is farthest off"),
}


def main() -> None:
    """Make the pages, look at them, and write docs/images."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as play:
        folder = Path(name)
        with contextlib.chdir(folder):  # so that pages show names, not this machine's folders
            make(folder)
        where = [ROOT / "setup" / "browser", "where"]
        chromium = subprocess.run(where, capture_output=True, text=True, check=True)
        browser = play.chromium.launch(
            executable_path=chromium.stdout.strip(), args=["--no-sandbox"]
        )
        for stem, shot in SHOTS.items():
            tab = browser.new_page(viewport={"width": shot.width, "height": 2000})
            tab.emulate_media(color_scheme="dark" if shot.scheme == "dark" else "light")
            tab.goto((folder / f"{shot.page}.html").as_uri())
            picture = Image.open(io.BytesIO(taken(tab, shot))).convert("RGB")
            picture.quantize(128).save(IMAGES / f"{stem}.png", optimize=True)
            tab.close()
        browser.close()


def taken(tab: Page, shot: Shot) -> bytes:
    """Return a piece of the page that is open."""
    top = 0.0
    if shot.heading:
        box = tab.locator("h2", has_text=shot.heading).bounding_box()
        assert box is not None, shot.heading
        top = box["y"] + shot.below
    area = {"x": 0.0, "y": top, "width": float(shot.width), "height": float(shot.height)}
    return tab.screenshot(full_page=True, clip=area)  # type: ignore[arg-type]


def make(folder: Path) -> None:
    """Write the pages: the demo's, of losses, a network, a lost bias, drops and a proof."""
    for name in ("decon", "asked"):
        shutil.copy(DEMO / f"explain-{name}.html", folder / f"{name}.html")
    shutil.copy(DEMO / "input.png", folder)
    explained("decon-x2", "whole.html", "--picture", "input.png")
    for name, text, layer in (("labels", SEGMENTED, "loss"), ("boxes", BOXES, "loss_bbox")):
        (folder / f"{name}.prototxt").write_text(text)
        explained(f"{name}.prototxt", f"{name}.html", "--layer", layer)
    weights = dict(np.load(NETWORK / "decon-x2.npz"))
    np.savez(folder / "mine.npz", **weights | {"param/think2/1": np.zeros(12, np.float32)})
    for ending in (".prototxt", ".toml"):
        shutil.copy(NETWORK / f"decon-x2{ending}", folder / f"mine{ending}")
    words = ["compare", "decon-x2", "mine.prototxt", "--picture", "input.png"]
    texelnet([*words, "-o", "compare.html"])
    texelnet(["draw", "explain", "drop", "-o", "droplet.html"])
    texelnet(["verify", "decon-x2", "--for", "webgpu", "-o", "proof.html"])


def explained(network: str, page: str, *words: str) -> None:
    """Write the page of a network."""
    if texelnet(["explain", network, *words, "-o", page]):
        raise SystemExit(f"{network} could not be explained")


if __name__ == "__main__":
    main()
