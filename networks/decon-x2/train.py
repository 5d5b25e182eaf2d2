"""Train decon-x2 from nothing on one core.

    python networks/decon-x2/train.py --minutes 40

Needs torch, numpy and pillow. The network starts as bilinear interpolation: channel 0 carries
the luma through every convolution to a deconvolution that draws it bilinearly, and the other
channels learn what is missing. The loss is L1, for the last part L2 (what PSNR measures), and
a small loss on flat greys: far from the border a flat grey stays flat, so a convolution there
is only the sum of its kernel, and all 256 greys cost next to nothing. Every tenth picture is
never trained on; the PSNR there goes into training.csv.
"""

import argparse
import copy
import csv
import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from evaluate import HERE, compare, eight_bit, even, load, resize
from soap import Soap
from torch import Tensor, nn

PICTURES = HERE / "../../../shared/pictures/t91"

LAYERS = (  # name, kernel, outputs; each followed by a PReLU, the last by the deconvolution
    ("look", 5, 24),
    ("narrow", 1, 12),
    ("think1", 3, 12),
    ("think2", 3, 12),
    ("think3", 3, 12),
    ("think4", 3, 12),
    ("widen", 1, 64),
)

CROP, STRIDE = 32, 8  # in low-resolution pixels
SCALES = (1, 0.9, 0.8, 0.7, 0.6)
BATCH = 16
FLAT = 16  # one crop in so many is a flat grey
RATE = 8e-3
WARM_UP = 0.05
L1_PART = 0.7
MEMORY = 0.999  # of the running mean of the weights
GREYS = torch.arange(256)[:, None] / 255
GREYS_L1, GREYS_L2 = 0.03, 0.5  # how much the greys count in the loss; with 1, 10 PSNR suffers
PHASES = ("00", "01", "10", "11")
CHANNELS = (0, 1, 2, 3)  # whose phase sums are written down


# --- pictures ---------------------------------------------------------------------------------


def crops(paths: list[Path]) -> tuple[Tensor, Tensor]:
    """Cut pictures, at several scales, into bytes: low resolution, and truth twice as large."""
    small_crops, large_crops = [], []
    for path in paths:
        picture = load(path)
        for scale in SCALES:
            large = even(eight_bit(resize(picture, scale)))
            small = eight_bit(resize(large, 0.5))
            for y in range(0, small.shape[0] - CROP + 1, STRIDE):
                for x in range(0, small.shape[1] - CROP + 1, STRIDE):
                    small_crops.append(small[y : y + CROP, x : x + CROP].astype(np.uint8))
                    y2, x2, size = 2 * y, 2 * x, 2 * CROP
                    large_crops.append(large[y2 : y2 + size, x2 : x2 + size].astype(np.uint8))
    return torch.from_numpy(np.stack(small_crops)), torch.from_numpy(np.stack(large_crops))


def batches(small: Tensor, large: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Draw random batches for ever: turned, flipped, half of each stretched, some crops flat.

    Pictures hold levels 16..235; stretched to 0..255 they teach what lies outside.
    """
    while True:
        for chosen in torch.randperm(len(small)).split(BATCH):
            x, y = (a[chosen][:, None].float() / 255 for a in (small, large))
            turns, flip = divmod(int(torch.randint(8, ())), 2)
            x, y = (torch.rot90(a.flip(3) if flip else a, turns, (2, 3)) for a in (x, y))
            x, y = x.contiguous(), y.contiguous()
            half = len(x) // 2
            for a in (x, y):
                a[:half] = ((a[:half] * 255 - 16) / 219).clamp(0, 1)
            for i in range(len(x)):
                if torch.rand(()) < 1 / FLAT:
                    grey = torch.randint(256, ()) / 255
                    x[i], y[i] = grey, grey
            yield x, y


# --- the network ------------------------------------------------------------------------------


def build() -> nn.Sequential:
    """Make the network, started as bilinear interpolation."""
    network = nn.Sequential()
    channels = 1
    for name, kernel, outputs in LAYERS:
        layer = nn.Conv2d(channels, outputs, kernel, padding=kernel // 2)
        nn.init.kaiming_normal_(layer.weight, a=0.25)
        nn.init.zeros_(layer.bias)
        with torch.no_grad():
            layer.weight[0] = 0
            layer.weight[0, 0, kernel // 2, kernel // 2] = 1
        network.add_module(name, layer)
        network.add_module(f"{name}_bend", nn.PReLU(outputs))
        channels = outputs
    last = nn.ConvTranspose2d(channels, 1, 4, 2, 1)
    nn.init.normal_(last.weight, std=1e-3)
    nn.init.zeros_(last.bias)
    tent = torch.tensor([0.25, 0.75, 0.75, 0.25])
    with torch.no_grad():
        last.weight[0, 0] = tent[:, None] * tent
    network.add_module("stamp", last)
    return network.to(memory_format=torch.channels_last)


def phase_sums(kernels: Tensor) -> Tensor:
    """Sum 4x4 kernels (n, 1, 4, 4) over what each of the four phases sees: (n, 4).

    A phase is the parity of the kernel's row and column: (0, 0), (0, 1), (1, 0), (1, 1).
    """
    return kernels.reshape(-1, 2, 2, 2, 2).sum((1, 3)).reshape(-1, 4)


def interior(network: nn.Sequential) -> Tensor:
    """Compute what the four phases make of every flat grey, far from the border: (256, 4)."""
    x = GREYS
    for layer in network:
        if isinstance(layer, nn.ConvTranspose2d):
            x = x @ phase_sums(layer.weight) + layer.bias
        elif isinstance(layer, nn.Conv2d):
            x = nn.functional.linear(x, layer.weight.sum((2, 3)), layer.bias)
        else:
            x = layer(x)
    return x


def as_caffe(network: nn.Sequential) -> dict[str, np.ndarray]:
    """Name the weights as Caffe counts them; torch has the same axis orders."""
    return {
        f"param/{name}/{i}": np.ascontiguousarray(parameter.detach().float().numpy())
        for name, layer in network.named_children()
        for i, parameter in enumerate(layer.parameters())
    }


# --- training ---------------------------------------------------------------------------------


def rate(progress: float) -> float:
    """Tell the learning rate at a part 0..1 of the time: a warm-up, then a cosine to zero."""
    if progress < WARM_UP:
        return RATE * progress / WARM_UP
    return RATE * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP))) / 2


def loss_of(network: nn.Sequential, x: Tensor, y: Tensor, progress: float) -> Tensor:
    """Measure one batch, and all the greys."""
    miss = network(x.contiguous(memory_format=torch.channels_last)) - y
    flat = interior(network) - GREYS
    if progress < L1_PART:
        return miss.abs().mean() + GREYS_L1 * flat.abs().mean()
    return miss.square().mean() + GREYS_L2 * flat.square().mean()


class Run:
    """One training: the network, the running mean of its weights, and how it went so far.

    The rows become training.csv. `channel0_00` is the phase sum of one channel's kernel in the
    deconvolution, `grey_00` what that phase makes of a flat 128 far from the border, both for
    the mean. `flat_error` is the worst of all greys, `flat_spread` the largest distance between
    their phases, in levels of 255.
    """

    def __init__(self) -> None:
        self.network = build()
        self.mean = copy.deepcopy(self.network)
        self.optimiser = Soap(self.network.parameters(), RATE)
        self.rows: list[dict[str, float]] = []
        self.step, self.seconds, self.loss = 0, 0.0, 0.0

    def learn(self, x: Tensor, y: Tensor, progress: float) -> None:
        """Take one step."""
        self.optimiser.param_groups[0]["lr"] = rate(progress)
        loss = loss_of(self.network, x, y, progress)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.step += 1
        keep = min(MEMORY, self.step / (self.step + 10))  # short at first, to forget the start
        with torch.no_grad():
            for mean, new in zip(
                self.mean.parameters(), self.network.parameters(), strict=True
            ):
                mean.lerp_(new, 1 - keep)
        self.loss += (loss.item() - self.loss) * (1 - keep)

    def due(self) -> bool:
        """Tell whether this step is written down: often at first, then every thousandth."""
        return self.step % 1000 == 0 or self.step in (1, 2, 5, 10, 20, 50, 100, 200, 500)

    @torch.no_grad()
    def look(self, held_out: list[Path]) -> None:
        """Add a row on how it stands, and print its beginning."""
        row = {
            "step": self.step,
            "seconds": round(self.seconds, 1),
            "loss": round(self.loss, 6),
        }
        ours = [ours for _, _, ours in compare(as_caffe(self.mean), held_out)]
        row["held_out_psnr"] = round(float(np.mean(ours)), 3)
        greys = interior(self.mean) * 255
        sums = phase_sums(self.mean.stamp.weight)
        row["flat_error"] = round((greys - GREYS * 255).abs().max().item(), 3)
        row["flat_spread"] = round((greys.amax(1) - greys.amin(1)).max().item(), 3)
        print(" ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        row |= {f"grey_{p}": round(greys[128, i].item(), 3) for i, p in enumerate(PHASES)}
        for channel in CHANNELS:
            for i, phase in enumerate(PHASES):
                row[f"channel{channel}_{phase}"] = round(sums[channel, i].item(), 4)
        self.rows.append(row)

    def save(self, folder: Path) -> None:
        """Write weights, log and checkpoint; a file is renamed when whole."""
        with (folder / "training.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, self.rows[0])
            table.writeheader()
            table.writerows(self.rows)
        np.savez(folder / "part.npz", **as_caffe(self.mean))
        (folder / "part.npz").replace(folder / "decon-x2.npz")
        state = {name: getattr(self, name) for name in ("rows", "step", "seconds", "loss")}
        for name in ("network", "mean", "optimiser"):
            state[name] = getattr(self, name).state_dict()
        torch.save(state, folder / "part.pt")
        (folder / "part.pt").replace(folder / "checkpoint.pt")

    def resume(self, folder: Path) -> None:
        """Go on where a checkpoint was written."""
        state = torch.load(folder / "checkpoint.pt")
        for name in ("network", "mean", "optimiser"):
            getattr(self, name).load_state_dict(state.pop(name))
        vars(self).update(state)


def main() -> None:
    """Train for so many minutes, in one go or several."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pictures", type=Path, default=PICTURES, help="a folder of PNGs")
    parser.add_argument("--out", type=Path, default=HERE, help="where the files go")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    run = Run()
    if options.resume:
        run.resume(options.out)
        torch.manual_seed(options.seed + run.step)  # other batches than at first

    paths = sorted(options.pictures.glob("*.png"))
    small, large = crops([path for i, path in enumerate(paths) if i % 10])
    start = time.monotonic() - run.seconds
    for x, y in batches(small, large):
        run.seconds = time.monotonic() - start
        progress = min(run.seconds / (60 * options.minutes), 1)
        if run.due() or progress == 1:
            run.look(paths[::10])
            run.save(options.out)
        if progress == 1:
            break
        run.learn(x, y, progress)


if __name__ == "__main__":
    main()
