"""What Flash draws of an SWF, a compiled class and a generator is what the PNG holds."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path as File

import numpy as np
import pytest
from PIL import Image
from tests.flash.ruffle import SECONDS, Ruffle

from texelnet.cli import main
from texelnet.draw import Drop, Path, circle
from texelnet.draw.generators import generator
from texelnet.draw.out import OUTPUTS, swf
from texelnet.draw.rain import Glass, rain
from texelnet.draw.rain_scene import resting
from texelnet.draw.scene import Colour, Item, Paint, Scene
from texelnet.draw.scenes import SCENES
from texelnet.draw.water import alone

pytestmark = [pytest.mark.nightly, pytest.mark.browser]

Compile = Callable[[File], bytes]
INK = Paint((0, 0, 0))
SEEDS = (0, 1, 7, 123_456_789, 2**32 - 1)
OVERLAPPING = Path(
    tuple(Drop(30, seed, 0.8, at=(6 + seed, 6 + seed)).outline().contour for seed in range(4))
)
INKED = Scene(15, 15, (Item(OVERLAPPING, INK),))
PICTURES = {
    "overlapping outlines": INKED,
    "a drop": alone(Drop(30, 3)),
    **{kind.name: kind.make(3) for kind in SCENES.values()},
}


def wanted(scene: Scene, resolution: float) -> np.ndarray:
    with Image.open(io.BytesIO(OUTPUTS[".png"].write(scene, resolution))) as image:
        return np.asarray(image.convert("RGB")) / 255


def check_same(seen: np.ndarray, drawn: np.ndarray, ground: Colour = (1, 1, 1)) -> None:
    """Hold what is on a background against the PNG's: 1 % of its area, 0.02 at its edges."""
    ink = np.abs(drawn - ground).sum()
    assert np.abs(seen - ground).sum() == pytest.approx(ink, rel=0.01)
    low = np.min([np.roll(drawn, by, axis) for by in (-1, 0, 1) for axis in (0, 1)], axis=0)
    high = np.max([np.roll(drawn, by, axis) for by in (-1, 0, 1) for axis in (0, 1)], axis=0)
    edges = (high - low).max(2) > 1 / 255
    assert edges.any()
    assert np.abs(seen - drawn)[edges].mean() < 0.02
    assert np.abs(seen - drawn)[~edges].max() < 0.02


@pytest.mark.parametrize("name", PICTURES)
def test_ruffle_draws_a_swf_as_the_png(name: str, ruffle: Ruffle) -> None:
    scene = PICTURES[name]
    resolution = 300 / scene.width
    drawn = wanted(scene, resolution)
    height, width, _ = drawn.shape
    seen = ruffle.show(OUTPUTS[".swf"].write(scene, resolution), width, height)
    check_same(seen, drawn)


def rolling(name: str) -> list[Scene]:
    """A ball that goes to the right."""
    balls = [circle((1 + 0.2 * n, 7), 1) for n in range(40)]
    return [Scene(20, 15, (Item(Path((ball,)), INK, name),)) for ball in balls]


def raining() -> list[Scene]:
    """Drops that slide, merge and fall anew, two seconds in all."""
    rains = [rain(Glass(20, 15, drops=40, largest=12, refill=3), 1)]
    while len(rains) < 20:
        rains.append(rains[-1].step(0.1))
    return list(resting(rains, 0.01))


FILMS = {
    "shapes": lambda: rolling(""),
    "sprites": lambda: rolling("ball"),
    "rain": raining,
}


@pytest.mark.parametrize("name", FILMS)
def test_ruffle_plays_a_film_to_its_last_frame(name: str, ruffle: Ruffle) -> None:
    scenes = FILMS[name]()
    waits = 30 * SECONDS  # so long the last one is shown
    film = swf.film([*scenes, *scenes[-1:] * waits], 30, 20)
    seen = ruffle.show(film, 400, 300, alike=10)
    check_same(seen, wanted(scenes[-1], 20), scenes[-1].background)


@pytest.mark.parametrize("function", ["draw", "drawOld"])
def test_the_compiled_class_draws_the_drop(
    function: str, tmp_path: File, ruffle: Ruffle, compile_class: Compile
) -> None:
    file = tmp_path / "Drawing.as"
    for name in ("Drawing.as", "drop.png"):
        assert main(["draw", "drop", "--seed", "3", "-o", str(tmp_path / name)]) == 0
    if function != "draw":  # what its constructor calls
        file.write_text(
            file.read_text().replace("      draw(graphics);", "      drawOld(graphics);")
        )
    drawn = np.asarray(Image.open(tmp_path / "drop.png").convert("RGB")) / 255
    height, width, _ = drawn.shape
    check_same(ruffle.show(compile_class(file), width, height), drawn)


def test_the_compiled_class_fills_what_overlaps(
    tmp_path: File, ruffle: Ruffle, compile_class: Compile
) -> None:
    file = tmp_path / "Drawing.as"
    file.write_bytes(OUTPUTS[".as"].write(INKED, 20))
    check_same(ruffle.show(compile_class(file), 300, 300), wanted(INKED, 20))


MAIN = """package {
  import flash.display.Sprite;
  public class Main extends Sprite {
    public function Main() {
      var seeds:Array = [%s];
      for (var i:int = 0; i < seeds.length; i++) {
        graphics.beginFill(0x000000);
        drawDrop(graphics, seeds[i], 0.2 + 0.2 * i, 50 + 100 * i, 50, 27);
        graphics.endFill();
      }
    }
  }
}
"""


def test_the_compiled_generator_draws_the_drops_of_five_seeds(
    tmp_path: File, ruffle: Ruffle, compile_class: Compile
) -> None:
    (tmp_path / "drawDrop.as").write_text(generator("as3"))
    file = tmp_path / "Main.as"
    file.write_text(MAIN % ", ".join(map(str, SEEDS)))
    seen = ruffle.show(compile_class(file), 500, 100)
    volume = Drop(1).volume * (27 / Drop(1).radius) ** 3
    for index, seed in enumerate(SEEDS):
        drop = Drop(volume, seed, 0.2 + 0.2 * index, at=(50, 50))
        scene = Scene(100, 100, (Item(Path((drop.outline().contour,)), INK),))
        check_same(seen[:, 100 * index : 100 * index + 100], wanted(scene, 1))


NAMES = """package {
  import flash.display.*;
  import flash.events.Event;
  import flash.net.URLRequest;
  public class Names extends Sprite {
    private var loader:Loader = new Loader();
    public function Names() {
      loader.contentLoaderInfo.addEventListener(Event.COMPLETE, told);
      loader.load(new URLRequest("drops.swf"));
      addChild(loader);
    }
    private function told(event:Event):void {
      var film:DisplayObjectContainer = loader.content as DisplayObjectContainer;
      trace("names", film.numChildren, film.getChildByName("second").width);
    }
  }
}
"""


def test_a_script_finds_things_by_their_names(
    tmp_path: File, ruffle: Ruffle, compile_class: Compile
) -> None:
    shapes = [Path((Drop(30, n, at=(7, 7)).outline().contour,)) for n in range(2)]
    items = [Item(p, INK, name) for p, name in zip(shapes, ("first", "second"), strict=True)]
    ruffle.files["drops.swf"] = OUTPUTS[".swf"].write(Scene(15, 15, tuple(items)), 20)
    file = tmp_path / "Names.as"
    file.write_text(NAMES)
    ruffle.show(compile_class(file), 300, 300)
    (line,) = [line for line in ruffle.said if "names " in line]
    count, width = line.partition("names ")[2].split()[:2]
    left, _, right, _ = shapes[1].bounds
    assert (int(count), float(width)) == (2, pytest.approx((right - left) * 20, abs=0.2))
