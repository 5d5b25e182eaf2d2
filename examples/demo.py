"""Draw a picture twice as large by a network that runs as shaders, prove and explain it.

    python examples/demo.py [PICTURE]

Without a picture it draws one. Everything goes into ./demo: open demo/index.html.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from demo_parts.page import Facts, page
from demo_parts.scene import scene
from explain_kernel import write_page

from texelnet.caffe import read_net, to_graph
from texelnet.errors import TexelnetError
from texelnet.explain import explain_layer
from texelnet.graph.contract import read_contract
from texelnet.graph.network import Network
from texelnet.picture import Picture, psnr, read_picture, resample, split, write_picture
from texelnet.report import explanation_page, html
from texelnet.run import RUNNERS, auto
from texelnet.run.upscale import larger, upscale
from texelnet.run.verify import BUILT_IN, Proof, verify
from texelnet.run.verify.trials import planes_of
from texelnet.shader.compile import compile_network
from texelnet.shader.package import write_package
from texelnet.shader.schedule import COMPUTE
from texelnet.shader.targets import TARGETS

QUICK = os.environ.get("TEXELNET_QUICK") == "1"
NETWORK = Path(__file__).resolve().parents[1] / "networks/decon-x2/decon-x2.prototxt"
OUT = Path("demo")
PACKAGE = OUT / "decon-x2"
BEST_SPOTS = [(0.07, 0.06), (0.29, 0.46), (0.985, 0.13)]
"""What the drawn picture shows nearer, as shares from left and top: letters, water, a wheel."""


def main() -> None:
    OUT.mkdir(exist_ok=True)
    picture, truth = given(sys.argv[1]) if len(sys.argv) > 1 else drawn()
    height, width = picture.size
    network = read_network()
    contract = network.contract
    assert contract is not None
    runner, reason = auto()
    if reason:
        print(
            f"No graphics driver here ({reason}), so onnxruntime draws, and nothing is proved."
        )
    print(f"A picture of {width}x{height}, drawn x2 by {network.name} on {runner.adapter()}.")

    start = time.perf_counter()
    draw = runner.planes(network)
    compiled = time.perf_counter()
    by_shader = upscale(picture, contract, draw)
    first = time.perf_counter()
    upscale(picture, contract, draw)
    seconds = {
        "compiling": compiled - start,
        "first picture": first - compiled,
        "next picture": time.perf_counter() - first,
    }
    by_network = upscale(picture, contract, RUNNERS["onnxruntime"].planes(network))
    by_bicubic = upscale(picture, contract, lambda luma: larger(luma, contract))
    pictures = {"input": picture, "bicubic": by_bicubic, "upscaled": by_shader}
    pictures |= {"onnxruntime": by_network} | ({"truth": truth} if truth else {})
    for name, one in pictures.items():
        write_picture(one, OUT / f"{name}.png")

    build = compile_network(network, TARGETS["webgpu"], COMPUTE)
    write_package(TARGETS["webgpu"].package(build), PACKAGE)
    proof = None if reason else prove(network)
    facts = Facts(
        runner=runner.name,
        adapter=runner.adapter(),
        reason=reason,
        width=width,
        height=height,
        seconds=seconds,
        apart=float(np.max(np.abs(by_shader.colour - by_network.colour))),
        gains=measured(truth, by_bicubic, by_shader) if truth else None,
        spots=BEST_SPOTS if truth else spots(by_shader.colour - by_bicubic.colour),
        manifest=json.loads((PACKAGE / "manifest.json").read_text()),
        proof=proof,
    )
    (OUT / "index.html").write_text(page(facts), "utf-8")
    told = explain_layer(network, "stamp", planes_of(picture, contract), "Deconvolution")
    (OUT / "explain-decon.html").write_text(html(explanation_page(told)), "utf-8")
    write_page(OUT / "explain-asked.html")
    tell(facts, proof)


def read_network() -> Network:
    net = read_net(NETWORK, NETWORK.with_suffix(".npz"))
    return to_graph(net).wants(read_contract(NETWORK.with_suffix(".toml")))


def drawn() -> tuple[Picture, Picture]:
    """Draw a picture, and make it half as large: what it should become is known."""
    width, height = (320, 240) if QUICK else (640, 480)
    truth = scene(width, height)
    small = np.floor(resample(truth, 0.5).clip(0, 1) * 255 + 0.5) / 255
    return Picture(small.astype(np.float32)), Picture(truth)


def given(path: str) -> tuple[Picture, None]:
    try:
        return read_picture(path), None
    except TexelnetError as error:
        sys.exit(str(error))


def measured(truth: Picture, *pictures: Picture) -> tuple[float, ...]:
    """PSNR of each picture's luma in dB, two pixels at the border left out."""
    luma = [split(p.colour)[0] for p in (truth, *pictures)]
    return tuple(psnr(one, luma[0], shave=2) for one in luma[1:])


def spots(gain: np.ndarray) -> list[tuple[float, float]]:
    """Where, on a grid of 6 by 6, the picture gained most: shares from left and top."""
    rows = np.array_split(np.abs(gain).mean(0), 6)
    grid = np.array([[cell.sum() for cell in np.array_split(row, 6, axis=1)] for row in rows])
    best = np.argsort(-grid.ravel())[:2].tolist()
    return [(n % 6 / 5, n // 6 / 5) for n in best]


def prove(network: Network) -> Proof:
    """Compare the package on disk with the network, and write the proof down."""
    trials = [t for t in BUILT_IN if t.width < 100] if QUICK else BUILT_IN
    proof = verify(network, TARGETS["webgpu"], PACKAGE, [OUT / "input.png"], trials=trials)
    (OUT / "proof.txt").write_text(proof.text(), "utf-8")
    (OUT / "proof.json").write_text(json.dumps(proof.json(), indent=1) + "\n", "utf-8")
    return proof


def tell(facts: Facts, proof: Proof | None) -> None:
    times = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in facts.seconds.items())
    print(f"  {times}")
    if proof:
        print(f"  off from onnxruntime by at most {255 * facts.apart:.5f} of 255")
    if facts.gains:
        bicubic, shader = facts.gains
        print(f"  luma PSNR {shader:.2f} dB, bicubic {bicubic:.2f}: {shader - bicubic:+.2f} dB")
    if proof:
        print(f"  proof: {proof.text().rstrip().splitlines()[-1]}")
    print(f"Why its deconvolution does not stripe: {OUT / 'explain-decon.html'}")
    print(f"The pictures, the shaders, the proof: open {OUT / 'index.html'}")
    if proof and not proof.equal:
        sys.exit(1)


if __name__ == "__main__":
    main()
