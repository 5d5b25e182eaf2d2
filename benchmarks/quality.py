"""How good a x2 network is: PSNR of its pictures beside bicubic, on a folder of pictures.

Each picture is cropped to even size and made half as large (bicubic, antialiased, MATLAB's way,
rounded to 8 bit), then drawn by the network and by bicubic. Compared is BT.601 luma
(16..235), rounded to 8 bit, two pixels shaved, peak 255. A luma network sees the smaller luma,
a colour network the smaller colours.

    python benchmarks/quality.py decon-x2 PICTURES [--on wgpu]
    python benchmarks/quality.py net.prototxt PICTURES --channels rgb --border 7 --crop 2 ...
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from texelnet.cli.network import add_words, read_network
from texelnet.graph.contract import Contract
from texelnet.picture import psnr, read_picture, resample, split
from texelnet.picture.colour import matlab_luma, swap
from texelnet.run import RUNNERS
from texelnet.run.runner import Draw


def rounded(planes: np.ndarray) -> np.ndarray:
    """Return planes as 8 bits would keep them."""
    kept: np.ndarray = np.round(planes.clip(0, 1) * 255) / 255
    return kept


def compare(path: Path, contract: Contract, draw: Draw) -> tuple[float, float]:
    """Return the PSNR of bicubic and of the network on one picture."""
    rgb = read_picture(path).colour
    rgb = np.repeat(rgb, 3, 0) if len(rgb) == 1 else rgb
    rgb = rgb[:, : rgb.shape[1] // 2 * 2, : rgb.shape[2] // 2 * 2]
    truth = matlab_luma(rgb)
    if contract.channels == "luma":
        small = rounded(resample(truth, 0.5))
        bicubic, drawn = resample(small, 2), draw(small.astype(np.float32))
    else:
        small = rounded(resample(rgb, 0.5)).astype(np.float32)
        bicubic = split(rounded(resample(small, 2)))[0]
        seen = swap(small) if contract.channels == "bgr" else small
        answer = draw(np.ascontiguousarray(seen))
        drawn = split(rounded(swap(answer) if contract.channels == "bgr" else answer))[0]
    before, after = (psnr(rounded(p), truth, shave=2) for p in (bicubic, drawn))
    return before, after


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_words(parser)
    parser.add_argument("pictures", type=Path, help="a folder of pictures")
    parser.add_argument("--on", default="onnxruntime", choices=RUNNERS)
    words = parser.parse_args()
    network = read_network(words)
    draw = RUNNERS[words.on].planes(network)
    print(f"| picture | bicubic | {network.name} | difference |\n|---|---|---|---|")
    rows = []
    for path in sorted(words.pictures.glob("*.png")):
        before, after = compare(path, network.contract, draw)
        rows.append((before, after))
        print(
            f"| {path.stem} | {before:.2f} | {after:.2f} | {after - before:+.2f} |", flush=True
        )
    before, after = np.mean(rows, axis=0)
    print(f"| **mean** | {before:.2f} | {after:.2f} | {after - before:+.2f} |")


if __name__ == "__main__":
    main()
