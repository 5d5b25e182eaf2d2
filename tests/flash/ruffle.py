"""Ruffle, a Flash player, in headless Chromium; and a compiler of ActionScript."""

from __future__ import annotations

import base64
import io
import subprocess
import time
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Route

FINER = 4
"""Pixels of the screen in one of the picture, a side: their mean tells what is covered."""
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
"""WebGL in software: the renderer for a plain canvas knows the even-odd rule only."""
SECONDS = 90
PAGE = """<!doctype html>
<style>body { margin: 0 } ruffle-player { display: block }</style>
<script>window.RufflePlayer = { config: { publicPath: "/", polyfills: false } };</script>
<script src="/ruffle.js"></script>
"""
PLAY = """async ([film, width, height]) => {
  document.querySelector("ruffle-player")?.remove();
  const player = window.RufflePlayer.newest().createPlayer();
  player.style.width = `${width}px`;
  player.style.height = `${height}px`;
  document.body.append(player);
  await player.ruffle().load({
    data: Uint8Array.from(atob(film), (c) => c.charCodeAt(0)), swfFileName: "film.swf",
    autoplay: "on", unmuteOverlay: "hidden", splashScreen: false, contextMenu: "off",
    letterbox: "off", scale: "noScale", forceScale: true, salign: "TL", forceAlign: true,
    preferredRenderer: "webgl", quality: "best", logLevel: "info",
  });
}"""


class Ruffle:
    """One page with the player; `files` are what films may load, `said` what they trace."""

    def __init__(self, browser: Browser, kit: Path) -> None:
        self.kit, self.files, self.said = kit / "ruffle", dict[str, bytes](), list[str]()
        self.page = browser.new_page(device_scale_factor=FINER)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.route("**/*", self._give)
        self.page.goto("http://flash.test/page.html")

    def show(self, film: bytes, width: int, height: int, alike: int = 2) -> np.ndarray:
        """Return (height, width, 3) in 0..1 as soon as something is drawn and rests.

        It rests when so many looks, a fifth of a second apart, are alike.
        """
        self.said.clear()
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate(PLAY, [base64.b64encode(film).decode(), width, height])
        end, shots = time.monotonic() + SECONDS, list[bytes]()
        while time.monotonic() < end:
            shots.append(self.page.screenshot())
            picture = Image.open(io.BytesIO(shots[-1])).convert("RGB")
            drawn = any(low < high for low, high in picture.getextrema())
            if drawn and len(shots) >= alike and len(set(shots[-alike:])) == 1:
                return np.asarray(picture.reduce(FINER)) / 255
            self.page.wait_for_timeout(200)
        raise TimeoutError("\n".join(["Ruffle drew nothing; it said:", *self.said]))

    def _give(self, route: Route) -> None:
        name = route.request.url.split("/", 3)[3]
        if name == "page.html":
            route.fulfill(body=PAGE, content_type="text/html")
        elif name in self.files:
            route.fulfill(body=self.files[name], content_type="application/octet-stream")
        elif (self.kit / name).is_file():
            kind = "application/wasm" if name.endswith(".wasm") else "text/javascript"
            route.fulfill(body=(self.kit / name).read_bytes(), content_type=kind)
        else:
            route.fulfill(status=404)


def compiled(kit: Path, main: Path) -> bytes:
    """Return the film of a class, in whose folder the others are that it names."""
    royale = kit / "royale" / "royale-asjs"
    known = [royale / "js" / "libs" / "js.swc", kit / "openfl" / "dist" / "openfl.swc"]
    usual = main.with_name("usual.xml")  # the compiler's own would ask for a theme
    usual.write_text("<royale-config><compiler><theme/></compiler></royale-config>")
    film = main.with_suffix(".swf")
    said = subprocess.run(
        [
            "java",
            f"-Droyalelib={royale / 'frameworks'}",
            "-jar",
            royale / "lib" / "compiler-mxmlc.jar",
            f"-load-config={usual}",
            f"-external-library-path={','.join(map(str, known))}",
            "-target-player=11.7",
            "-default-background-color=0xFFFFFF",
            f"-output={film}",
            main,
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    return film.read_bytes()
