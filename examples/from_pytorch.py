"""From PyTorch: modules exported by both of torch's exporters, compiled and proved.

What one does with a network of one's own: `torch.onnx.export` with free height and width, a
contract (which channels, how much larger), then the same as with any network. The weights here
are random, as torch makes them: a proof holds for any.

    pip install "texelnet[train]"       for torch; neither texelnet nor its shaders need it
"""

import logging
import sys
import tempfile
import warnings
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from texelnet.errors import ShaderError
from texelnet.graph.contract import Contract
from texelnet.graph.network import Network
from texelnet.graph.onnx_file import read_onnx
from texelnet.run.verify import BUILT_IN, verify
from texelnet.shader.targets import TARGETS, Target


class ESPCN(nn.Sequential):
    """Shi et al., "Real-Time Single Image and Video Super-Resolution", 2016; luma, x2."""

    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(1, 16, 5, padding=2), nn.Tanh(),
            nn.Conv2d(16, 8, 3, padding=1), nn.Tanh(),
            nn.Conv2d(8, 4, 3, padding=1), nn.PixelShuffle(2),
        )  # fmt: skip


class Compact(nn.Module):
    """In the style of Real-ESRGAN's SRVGGNetCompact: PReLUs, and a nearest residual."""

    def __init__(self, features: int = 8, layers: int = 3) -> None:
        super().__init__()
        body = [nn.Conv2d(3, features, 3, padding=1), nn.PReLU(features)]
        for _ in range(layers):
            body += [nn.Conv2d(features, features, 3, padding=1), nn.PReLU(features)]
        body += [nn.Conv2d(features, 12, 3, padding=1), nn.PixelShuffle(2)]
        self.body = nn.Sequential(*body)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x) + F.interpolate(x, scale_factor=2, mode="nearest")


class UNet(nn.Module):
    """Ronneberger et al., 2015, small: down by strides, up by deconvolutions, skips between.

    Each way up is cut to the size of its skip, so that odd sizes work.
    """

    def __init__(self, widths: tuple[int, ...] = (4, 8, 12)) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, widths[0], 3, padding=1)
        pairs = list(pairwise(widths))
        self.down = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairs)
        self.up = nn.ModuleList(nn.ConvTranspose2d(b, a, 4, 2, 1) for a, b in reversed(pairs))
        self.join = nn.ModuleList(nn.Conv2d(2 * a, a, 3, padding=1) for a, _ in reversed(pairs))
        self.last = nn.Conv2d(widths[0], 3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        features, skips = F.relu(self.first(x)), []
        for down in self.down:
            skips.append(features)
            features = F.leaky_relu(down(features), 0.1)
        for up, join in zip(self.up, self.join, strict=True):
            skip = skips.pop()
            larger = up(features)[:, :, : skip.shape[2], : skip.shape[3]]
            features = F.relu(join(torch.cat([larger, skip], 1)))
        return x + self.last(features)


class SqueezeExcite(nn.Module):
    """Hu et al., "Squeeze-and-Excitation Networks", 2018: the whole picture weighs channels."""

    def __init__(self, features: int = 8) -> None:
        super().__init__()
        self.look = nn.Conv2d(1, features, 3, padding=1)
        self.squeeze = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(features, 4, 1), nn.ReLU(),
            nn.Conv2d(4, features, 1), nn.Sigmoid(),
        )  # fmt: skip
        self.draw = nn.Sequential(nn.Conv2d(features, 4, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        features = F.hardswish(self.look(x))
        return self.draw(features * self.squeeze(features))


MODULES: dict[str, tuple[type[nn.Module], Contract]] = {
    "ESPCN": (ESPCN, Contract(channels="luma", scale=2)),
    "Compact": (Compact, Contract(channels="rgb", scale=2)),
    "U-Net": (UNet, Contract(channels="rgb", scale=1)),
    "Squeeze-excite": (SqueezeExcite, Contract(channels="luma", scale=2)),
}
EXPORTERS = {"dynamo": True, "TorchScript": False}
PICTURES = [t for t in BUILT_IN if t.name == "noise" and t.size in ("13x127", "3x2")]
LINE = "{:15} {:12} {:7} {:>6} {:>14} {:>8}  {}"


def export(module: nn.Module, channels: int, path: Path, dynamo: bool) -> None:
    """Write a module as ONNX; batch, height and width stay free."""
    example = torch.rand(1, channels, 24, 32)
    free = {0: "batch", 2: "height", 3: "width"}
    how = {"dynamic_shapes": (dict.fromkeys(free, torch.export.Dim.DYNAMIC),)}
    if not dynamo:
        how = {"dynamic_axes": {"picture": free}, "input_names": ["picture"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the exporter without dynamo is the older one
        torch.onnx.export(module, (example,), path, dynamo=dynamo, verbose=False, **how)


def prove(network: Network, name: str, exporter: str, target: Target) -> bool:
    """Compile for a host, compare with onnxruntime, tell; whether they are equal."""
    try:
        proof = verify(network, target, trials=PICTURES)
    except ShaderError as error:
        print(LINE.format(name, exporter, target.name, "", "", "", f"refused: {error.fact}"))
        return True
    verdict = "EQUAL" if proof.equal else f"DIFFERS: {proof.reasons[0]}"
    errors = f"{proof.largest:.1e}", f"{proof.bar:.1e}"
    told = (name, exporter, target.name, proof.passes, *errors, verdict)
    print(LINE.format(*told), flush=True)
    return proof.equal


def main() -> int:
    """Prove what both exporters write in wgpu, and one of them in a player's libplacebo."""
    logging.disable(logging.WARNING)  # that torchvision is missing
    print(LINE.format("module", "exporter", "host", "passes", "largest error", "allowed", ""))
    equal = True
    for name, (make, contract) in MODULES.items():
        torch.manual_seed(2)
        module = make().eval()
        for exporter, dynamo in EXPORTERS.items():
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"{name}.onnx"
                export(module, contract.planes, path, dynamo)
                network = read_onnx(path).wants(contract)
            hosts = ("webgpu", "mpv") if dynamo else ("webgpu",)
            for host in hosts:
                equal &= prove(network, name, exporter, TARGETS[host])
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
