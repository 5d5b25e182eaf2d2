"""Draw the pictures of docs/gallery/draw.md into a folder: drops, a way down, scenes, words."""

import sys
from pathlib import Path

import numpy as np

from texelnet.draw import Drop, coverage
from texelnet.draw.course import Course
from texelnet.draw.rain import Glass, rain
from texelnet.draw.rain_scene import refracted
from texelnet.draw.rain_scene import scene as rain_scene
from texelnet.draw.render import render
from texelnet.draw.scenes import SCENES
from texelnet.draw.travel import Travel
from texelnet.draw.water import alone
from texelnet.label.drawn import voc_colours
from texelnet.picture import Picture, write_picture

SIDE = 180


def drops():
    """From a circle to a free form, by both makers."""
    for maker in ("points", "tension"):
        yield [
            fitted(render(alone(Drop(30, 2, wobble, maker=maker)), 14).colour)
            for wobble in (0, 0.3, 0.6, 1)
        ]


def fitted(colour):
    """Put a picture into the middle of a white square."""
    found = np.ones((3, SIDE, SIDE), np.float32)
    _, height, width = (min(n, SIDE) for n in colour.shape)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    found[:, top : top + height, left : left + width] = colour[:, :height, :width]
    return found


def way():
    """A sticky drop: the tail is pinned until it jerks."""
    travel = Travel(Drop(30, 1, 0.5, at=(4.5, 4.5)), speed=8)
    shares = [
        coverage(frame.outline.contour.through([[9, 0, 0], [0, 9, 0]]), 72, 190)
        for frame in travel.frames(10, 8)
    ]
    water = np.array([0.29, 0.53, 0.75])[:, None, None]
    yield [(1 - share * (1 - water)).astype(np.float32) for share in shares]


def scenes():
    """Each kind of scene above its classes."""
    found = [render(kind.make(5), SIDE / kind.make(5).width) for kind in SCENES.values()]
    colours = voc_colours() / 255
    yield [one.colour for one in found]
    yield [colours[one.classes].transpose(2, 0, 1) for one in found]


def annotations():
    """One picture of leaves, annotated by leaf, crossing, group and outline."""
    pictures = [labelled("leaves", 4, unit) for unit in SCENES["leaves"].annotations]
    yield pictures[:2]
    yield pictures[2:]


def lettering():
    """A page with words, and its things: lines, areas, letters."""
    kind = SCENES["lines"]
    yield [render(kind.make(1), 2 * SIDE / 64).colour, labelled("lines", 1, "letter")]


def labelled(name, seed, unit):
    """Draw a scene under the colours of its things."""
    scene = SCENES[name].make(seed, unit)
    one = render(scene, 2 * SIDE / scene.width)
    labels = (voc_colours() / 255)[one.instances].transpose(2, 0, 1)
    return np.where(one.instances > 0, 0.25 * one.colour + 0.75 * labels, one.colour)


def rainfall():
    """Glass that is raised while it rains, and a sunset seen through its drops."""
    raised = Glass(48, 36, drops=220, tilt=Course(((0.5, 0), (2, 90))), largest=9, falling=40)
    now, seen = rain(raised, seed=8), []
    sky = np.linspace((0.35, 0.5, 0.75), (1.0, 0.75, 0.45), 90).T
    ground = np.linspace((0.12, 0.2, 0.16), (0.3, 0.36, 0.25), 54).T
    behind = np.repeat(np.concatenate([sky, ground], 1)[:, :, None], 192, 2)
    for frame in range(91):
        if frame in (15, 60, 90):
            seen.append(render(rain_scene(now), 4).colour)
        now = now.step(1 / 30)
    seen.append(refracted(now, behind, 4))
    yield [np.pad(one, ((0, 0), (0, 0), (0, 4)), constant_values=1) for one in seen]


def main(folder):
    """Write the pictures."""
    folder.mkdir(exist_ok=True)
    for make in (drops, way, rainfall, scenes, annotations, lettering):
        rows = [np.concatenate(row, axis=2) for row in make()]
        colour = np.concatenate(rows, axis=1).astype(np.float32)
        write_picture(Picture(colour), folder / f"draw-{make.__name__}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "drawings"))
