"""How good decon-x2 is: PSNR on pictures, and what it makes of flat greys.

    python networks/decon-x2/evaluate.py --pictures FOLDER     every PNG there, against bicubic
    python networks/decon-x2/evaluate.py --flats               the 256 flat greys

Needs numpy and pillow. The truth is the BT.601 luma (16..235) of a picture cropped to even
size. The network sees it made smaller by MATLAB's antialiased bicubic and rounded to 8 bit; its
answer, rounded to 8 bit too, is compared with the truth without the outermost two pixels, with
a peak of 255.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.floating]
Weights = dict[str, Floats]

HERE = Path(__file__).parent
SHAVE = 2


# --- pictures ---------------------------------------------------------------------------------


def luma(rgb: NDArray[np.uint8]) -> Floats:
    """BT.601 luma of an 8-bit picture (height, width, 3), as levels 16..235, unrounded."""
    return 16 + rgb.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255


def eight_bit(picture: Floats) -> Floats:
    """Levels as 8 bits hold them; halves go up, as in MATLAB."""
    return np.clip(np.floor(picture + 0.5), 0, 255)


def even(picture: Floats) -> Floats:
    """Leave out the last row or column where there is an odd number of them."""
    height, width = picture.shape
    return picture[: height // 2 * 2, : width // 2 * 2]


def load(path: Path) -> Floats:
    """Read the luma of a picture as rounded levels, even in both sizes."""
    with Image.open(path) as picture:
        return even(eight_bit(luma(np.asarray(picture.convert("RGB")))))


def cubic(x: Floats) -> Floats:
    """Keys' cubic kernel with a = -0.5."""
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0))


def resize_rows(picture: Floats, scale: float) -> Floats:
    """Resample the first axis as MATLAB's imresize does: antialiased, the border mirrored."""
    size = len(picture)
    stretch = min(scale, 1)  # a kernel made wider is what antialiases
    centre = (np.arange(np.ceil(size * scale)) + 0.5) / scale - 0.5
    reach = int(np.ceil(4 / stretch)) + 2
    taps = np.floor(centre - 2 / stretch).astype(int)[:, None] + np.arange(reach)
    weights = cubic(stretch * (centre[:, None] - taps))
    weights /= weights.sum(1, keepdims=True)
    taps %= 2 * size
    taps = np.where(taps < size, taps, 2 * size - 1 - taps)
    rows = np.zeros((len(taps), *picture.shape[1:]))
    for k in range(reach):
        rows += weights[:, k, None] * picture[taps[:, k]]
    return rows


def resize(picture: Floats, scale: float) -> Floats:
    """Resample a picture bicubically, rows first, unrounded."""
    return resize_rows(resize_rows(picture, scale).T, scale).T


def psnr(picture: Floats, truth: Floats) -> float:
    """Peak signal to noise ratio in dB, in the interior."""
    inside = (slice(SHAVE, -SHAVE), slice(SHAVE, -SHAVE))
    return float(10 * np.log10(255**2 / np.mean((picture[inside] - truth[inside]) ** 2)))


# --- the network, layer by layer --------------------------------------------------------------


def convolve(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Convolve channels (in, height, width), the border padded with zeros to keep the size."""
    height, width = x.shape[1:]
    kernel = weight.shape[2]
    x = np.pad(x, ((0, 0), (kernel // 2, kernel // 2), (kernel // 2, kernel // 2)))
    y = np.zeros((len(weight), height, width), x.dtype) + bias[:, None, None]
    for row in range(kernel):
        for column in range(kernel):
            tap = x[:, row : row + height, column : column + width]
            y += np.tensordot(weight[:, :, row, column], tap, 1)
    return y


def stamp(x: Floats, weight: Floats, bias: Floats) -> Floats:
    """Deconvolve to twice the size: every pixel stamps its 4x4 kernel, two pixels apart."""
    height, width = x.shape[1:]
    y = np.zeros((2 * height + 2, 2 * width + 2), x.dtype) + bias
    for row in range(4):
        for column in range(4):
            stamped = np.tensordot(weight[:, 0, row, column], x, 1)
            y[row : row + 2 * height : 2, column : column + 2 * width : 2] += stamped
    return y[1:-1, 1:-1]


def network(weights: Weights, picture: Floats, storage: type = np.float32) -> Floats:
    """Double a picture of levels 0..255; `storage` is how each layer's result is kept."""
    x = (picture / 255).astype(np.float32)[None]
    for name in dict.fromkeys(key.split("/")[1] for key in weights):
        own = [weights[f"param/{name}/{i}"] for i in range(2) if f"param/{name}/{i}" in weights]
        if name.endswith("_bend"):
            slope = own[0][:, None, None]
            x = np.maximum(x, 0) + slope * np.minimum(x, 0)
            x = x.astype(storage).astype(np.float32)
        elif name == "stamp":
            x = stamp(x, *own)
        else:
            x = convolve(x, *own)
    return x.astype(storage).astype(np.float64) * 255


def flat_fields(weights: Weights, storage: type = np.float32) -> Floats:
    """Draw each flat grey 0..255 and keep what lies far from the border: (grey, phase)."""
    middle = [
        network(weights, np.full((24, 24), grey), storage)[23:25, 23:25] for grey in range(256)
    ]
    return np.stack(middle).reshape(256, 4)


# --- tables -----------------------------------------------------------------------------------


def compare(weights: Weights, paths: Iterable[Path]) -> Iterator[tuple[str, float, float]]:
    """Double pictures that were made smaller: name, PSNR of bicubic, PSNR of the network."""
    for path in paths:
        truth = load(path)
        small = eight_bit(resize(truth, 0.5))
        bicubic = eight_bit(resize(small, 2))
        yield path.stem, psnr(bicubic, truth), psnr(eight_bit(network(weights, small)), truth)


def show_pictures(weights: Weights, paths: Iterable[Path]) -> None:
    """Print the table of PSNRs, the mean last."""
    rows = list(compare(weights, paths))
    means = np.mean([row[1:] for row in rows], axis=0)
    print("| picture | bicubic | decon-x2 | difference |\n|---|---|---|---|")
    for name, bicubic, ours in [*rows, ("**mean**", *means)]:
        print(f"| {name} | {bicubic:.2f} | {ours:.2f} | {ours - bicubic:+.2f} |")


def show_flats(weights: Weights) -> None:
    """Print how far flat greys come out from what they were, and their phases apart."""
    print("| layers kept as | exact in 8 bit | largest error | largest spread | at grey |")
    print("|---|---|---|---|---|")
    grey = np.arange(256.0)[:, None]
    for storage in (np.float32, np.float16):
        phases = flat_fields(weights, storage)
        exact = np.sum((eight_bit(phases) == grey).all(1))
        spread = np.ptp(phases, axis=1)
        print(f"| {storage.__name__} | {exact} of 256 | {np.abs(phases - grey).max():.3f} | "
              f"{spread.max():.3f} | {spread.argmax()} |")  # fmt: skip


def main() -> None:
    """Print what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", type=Path, default=HERE / "decon-x2.npz")
    parser.add_argument("--pictures", type=Path, help="a folder of PNGs")
    parser.add_argument("--every", type=int, default=1, help="only every so many-th picture")
    parser.add_argument("--flats", action="store_true", help="the 256 flat greys")
    options = parser.parse_args()
    with np.load(options.weights) as file:
        weights = {key: file[key] for key in file.files}
    if options.pictures:
        show_pictures(weights, sorted(options.pictures.glob("*.png"))[:: options.every])
    if options.flats:
        show_flats(weights)


if __name__ == "__main__":
    main()
