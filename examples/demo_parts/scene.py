"""A picture of our own to enlarge: a plate from a book about rain, drawn four times too large.

It holds what upscalers are judged by: lettering, lines of one pixel, curves, smooth shades,
texture. It is drawn at four times its size and averaged, so every edge lies between pixels.
"""

import math
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FINE = 4
PAPER, INK = (243, 238, 226), (38, 44, 48)
Point = tuple[float, float]
Colour = tuple[int, int, int]


def scene(width: int, height: int) -> np.ndarray:
    """Draw the plate: (3, height, width) float32 in 0..1."""
    canvas = Image.new("RGB", (640 * FINE, 480 * FINE), PAPER)
    _wash(canvas)
    _pond(canvas)
    for leaf in LEAVES:
        _leaf(canvas, *leaf)
    _stem(canvas)
    for drop in DROPS:
        _drop(canvas, *drop)
    _letters(canvas)
    picture = np.asarray(canvas.resize((width, height), Image.Resampling.BOX), np.float32)
    grain = np.random.default_rng(11).normal(0, 1.6, (height, width, 1))
    return ((picture + grain) / 255).clip(0, 1).astype(np.float32).transpose(2, 0, 1)


# where it starts and ends, how it bends, half its width, its colour
LEAVES = [
    ((318, 300), (96, 214), 46, 40, (58, 104, 62)),
    ((300, 326), (170, 414), -34, 33, (88, 128, 58)),
    ((338, 262), (262, 66), -40, 44, (46, 92, 70)),
    ((352, 232), (470, 74), 44, 42, (72, 122, 66)),
    ((360, 268), (560, 214), -36, 38, (104, 140, 62)),
    ((332, 316), (452, 424), 34, 34, (64, 110, 76)),
]
# centre and radius
DROPS = [(206, 222, 24), (146, 204, 10), (446, 150, 19), (470, 106, 8), (282, 176, 18),
         (468, 212, 17), (518, 200, 8), (254, 384, 14), (384, 378, 15),
         (258, 126, 8)]  # fmt: skip
POINTERS = [("a", 92, 188, 112, 208), ("b", 590, 180, 530, 206), ("c", 410, 116, 436, 140),
            ("d", 40, 372, 56, 384)]  # fmt: skip
STEM = [(262, 454), (300, 400), (322, 330), (340, 260), (372, 180), (380, 96)]


def _wash(canvas: Image.Image) -> None:
    """Lay a pale sky over the paper, darker towards the upper right."""
    y, x = np.mgrid[0 : canvas.height, 0 : canvas.width] / canvas.height
    shade = np.clip(0.55 * (x - 0.35) - 0.5 * y + 0.35, 0, 0.45)[..., None]
    paper, sky = np.array(PAPER), np.array([150, 180, 190])
    canvas.paste(Image.fromarray((paper + (sky - paper) * shade).astype(np.uint8)))


def _pond(canvas: Image.Image) -> None:
    """Draw rings on water, lines ever closer together, and hatching below."""
    draw = ImageDraw.Draw(canvas)
    x, y = 112 * FINE, 400 * FINE
    for n in range(1, 20):
        wide = FINE * (7.2 * n - 0.14 * n * n)
        high, grey = 0.4 * wide, 62 + 6 * n
        box = (x - wide, y - high, x + wide, y + high)
        draw.ellipse(box, outline=(grey - 10, grey + 6, grey + 12), width=FINE)
    for n in range(28):
        x = (476 + 4.6 * n) * FINE
        waves = [(3 * math.sin(t / 5 + n / 3), 330 + 4 * t) for t in range(24)]
        line = [(x + FINE * u, FINE * v) for u, v in waves]
        draw.line(line, (92, 104, 110), FINE, "curve")


def _curve(start: Point, end: Point, bend: float, count: int = 60) -> np.ndarray:
    """Points of a bow from start to end, (count, 2)."""
    a, b = np.array(start, float), np.array(end, float)
    across = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
    middle, t = (a + b) / 2 + 2 * bend * across, np.linspace(0, 1, count)[:, None]
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b


def _leaf(
    canvas: Image.Image, start: Point, end: Point, bend: float, wide: float, colour: Colour
) -> None:
    spine = _curve(start, end, bend)
    along = np.gradient(spine, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.hypot(*along.T)[:, None]
    t = np.linspace(0, 1, len(spine))
    half = (wide * np.sin(np.pi * t**0.75) ** 0.9 * (1 - 0.25 * t))[:, None]
    draw, base = ImageDraw.Draw(canvas), np.array(colour)
    points = np.concatenate([spine + normal * half, (spine - normal * half)[::-1]])
    shadow = Image.new("L", (640, 480))
    ImageDraw.Draw(shadow).polygon([(x + 5, y + 8) for x, y in points.tolist()], 90)
    soft = shadow.filter(ImageFilter.GaussianBlur(5)).resize(canvas.size)
    canvas.paste((70, 76, 70), mask=soft)
    for i in range(len(t) - 1):  # shaded in strips, the two halves apart
        for side, light in ((1, 1.12), (-1, 0.86)):
            edge = spine + side * normal * half
            between = (spine + edge) / 2
            for inner, outer, rim in ((spine, between, 1.0), (between, edge, 0.92)):
                tone = base * light * rim * (0.85 + 0.4 * t[i]) + 6 * math.sin(i * 0.9) * side
                corners = np.array([inner[i], inner[i + 1], outer[i + 1], outer[i]])
                draw.polygon(_fine(corners), _colour(tone))
    for i in range(5, len(t) - 6, 4):  # veins
        for side in (1, -1):
            reach = min(i + 7, len(t) - 1)
            tip = spine[reach] + side * normal[reach] * half[reach] * 0.9
            vein = _curve(tuple(spine[i]), tuple(tip), -1.5 * side, 12)
            draw.line(_fine(vein), _colour(base * 1.1 + 66), FINE - 1)
    draw.line(_fine(spine), (216, 222, 176), FINE + 3, "curve")
    draw.line(_fine(np.concatenate([points, points[:1]])), (28, 50, 36), FINE - 1, "curve")


def _colour(tone: np.ndarray) -> Colour:
    red, green, blue = tone.clip(0, 255).astype(int).tolist()
    return red, green, blue


def _fine(points: np.ndarray) -> list[Point]:
    return [(float(x), float(y)) for x, y in points * FINE]


def _stem(canvas: Image.Image) -> None:
    draw = ImageDraw.Draw(canvas)
    points = np.concatenate([_curve(a, b, 2, 20) for a, b in pairwise(STEM)])
    bark = (((46, 58, 40), 7, 0), ((120, 136, 84), 4, -0.6), ((172, 184, 128), 1, -1.4))
    for colour, thick, aside in bark:
        draw.line(_fine(points + np.array([aside, 0])), colour, thick * FINE, "curve")


def _drop(canvas: Image.Image, x: float, y: float, radius: float) -> None:
    """A bead of water: dark where light enters, bright where it leaves, a window in it."""
    side = int(2.8 * radius * FINE)
    left, top = int(x * FINE) - side // 2, int(y * FINE) - side // 2
    patch = canvas.crop((left, top, left + side, top + side))
    v, u = (np.mgrid[0:side, 0:side] - side / 2) / (radius * FINE)
    far = np.hypot(u, v * 1.06)
    inside = np.clip((1 - far) * radius * FINE / 2, 0, 1)[..., None]
    pixels = np.asarray(patch.filter(ImageFilter.GaussianBlur(2 * FINE)), float)
    pixels = pixels[::-1, ::-1] * 0.95  # a lens turns what lies behind it round
    light = 0.62 + 0.5 * np.clip(0.5 * u + 0.9 * v, -0.6, 1)[..., None] * far[..., None]
    pixels = pixels * light + 120 * np.clip(v * 0.8 + u * 0.5 - 0.25, 0, 1)[..., None]
    window = np.clip((0.2 - np.hypot((u + 0.36) * 0.9, (v + 0.42) * 1.2)) * 14, 0, 1)[..., None]
    pixels = pixels + (252 - pixels) * window
    rim = np.clip(1 - np.abs(far - 0.97) * 16, 0, 1)[..., None]
    pixels = pixels * (1 - 0.5 * rim)
    shadow = 1 - 0.45 * np.clip(1.25 - np.hypot(u - 0.14, v - 0.24), 0, 0.5)[..., None]
    behind = np.asarray(patch, float) * shadow
    mixed = behind + (pixels - behind) * inside
    canvas.paste(Image.fromarray(mixed.clip(0, 255).astype(np.uint8)), (left, top))


def _letters(canvas: Image.Image) -> None:
    draw = ImageDraw.Draw(canvas)

    def write(
        x: float, y: float, text: str, size: float, colour: Colour = INK, anchor: str = "ls"
    ) -> None:
        font = ImageFont.load_default(size * FINE)
        draw.text((x * FINE, y * FINE), text, colour, font, anchor)

    for inset, colour, thick in ((14, INK, FINE), (19, (120, 124, 120), FINE // 2)):
        frame = (inset * FINE, inset * FINE, (640 - inset) * FINE, (480 - inset) * FINE)
        draw.rectangle(frame, outline=colour, width=thick)
    write(34, 66, "Rain", 46)
    write(36, 88, "on six leaves, at four in the afternoon", 11.5)
    write(606, 44, "PLATE 12", 12, anchor="rs")
    for n, word in enumerate(("a  lamina", "b  midrib", "c  bead of water", "d  rings")):
        write(36, 118 + 13 * n, word, 9.5, (70, 78, 80))
    for letter, x, y, u, v in POINTERS:
        draw.line((x * FINE, y * FINE, u * FINE, v * FINE), INK, FINE // 2)
        write(x, y - 2, letter, 12, anchor="ms")
    for n in range(51):  # a scale of 50 mm
        x = (428 + 3 * n) * FINE
        long = 9 if n % 10 == 0 else 6 if n % 5 == 0 else 3.5
        draw.line((x, 446 * FINE, x, (446 - long) * FINE), INK, FINE // 2)
    draw.line((428 * FINE, 446 * FINE, 578 * FINE, 446 * FINE), INK, FINE // 2)
    write(584, 446, "50 mm", 9)
    wheel = (548 * FINE, 62 * FINE, 608 * FINE, 122 * FINE)
    for n in range(24):  # no grid of pixels can resolve its hub
        draw.pieslice(wheel, 15 * n, 15 * n + 7.5, INK)
