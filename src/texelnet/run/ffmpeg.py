"""ffmpeg as a runner: a user shader drawn by the filter `libplacebo`, one process a picture.

Planes go in and come out as 16-bit samples of full range, which the host neither scales nor
dithers: without a shader they come back bit for bit. With one they pass through the host's
textures, 16-bit floats where libplacebo chooses, so what is drawn is rounded to 1/2048 of its
size and cut to 0..1. Luma is given as a video holds it: limited.

A shader that the host does not run leaves a picture behind all the same, and where it does
not compile ffmpeg ends as if all were well. So any complaint is an error, and before
the first picture noise is drawn by the shader and by its negative, which must add up to white.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from texelnet.errors import DeviceError, PackageError
from texelnet.run.read_back import Block, added, together, unpacked
from texelnet.run.runner import Blobs, Draw, Planes, Runner
from texelnet.run.sizes import Sizes
from texelnet.shader.package import Package
from texelnet.shader.targets.mpv import SHOWN

if TYPE_CHECKING:
    from texelnet.graph.contract import Contract
    from texelnet.graph.network import Network

PROGRAM = "ffmpeg"
SECONDS = 600
LEVELS = 65535
FORMATS = {1: "gray16le", 3: "rgba64le"}
"""What planes are given as, by their number."""
QUIET = "dithering=-1:peak_detect=0:upscaler=none:downscaler=none"
NEGATIVE = "vec4 shown(vec4 v) { return rounded(1.0 - v); }"
"""What makes the negative of a user shader of ours."""
OFF = 2**-9
"""What two 16-bit floats and two samples may be off together."""
SLOW = "(slow!)"
"""How the host ends a line about a shader that took it a second to compile."""
COMPLAINTS = ("error", "fail", "unrecognized", "invalid", "unexpected", "no headers")
INSTALL = "sudo apt install ffmpeg (Debian 12, Ubuntu 22.10 and later have the filter)"


class Session:
    """A user shader, ready to draw.

    Parameters
    ----------
    text
        The shader; empty: the host alone.
    place
        What errors begin with.
    """

    def __init__(self, text: str, place: str) -> None:
        check()
        self.place, self.text = place, text
        self._ran = not text

    def draw(self, picture: Planes, height: int, width: int) -> Planes:
        """Return planes of this size, drawn by the host with the shader.

        Parameters
        ----------
        picture
            (1, rows, columns) of limited luma or (3, rows, columns) of RGB, in 0..1; what
            lies beyond is cut.

        Raises
        ------
        DeviceError
            The host can't, complains, or did not run the shader.
        """
        self.prove(picture.shape, (height, width))
        return _drawn(self.text, picture, (height, width), self.place)

    def prove(self, shape: tuple[int, ...], size: tuple[int, int]) -> None:
        """Raise DeviceError if the host does not run the shader; looked at once."""
        if not self._ran:
            self._witness(shape, size)

    def planes(self, picture: Planes, hook: str, wanted: Sequence[Block]) -> dict[str, Planes]:
        """Return planes as the passes stored them, (channels, rows, columns), by name.

        Nothing is cut. Whether the shader ran is for :meth:`prove` to say.
        """
        rows, columns = picture.shape[1:]
        found: dict[str, list[Planes]] = {}
        for group in together(wanted):
            text, tall, wide = added(hook, group, (2 * rows, 2 * columns))
            drawn = _drawn(self.text + text, picture, (tall, wide), self.place)
            for name, numbers in unpacked(group, drawn[0]):
                found.setdefault(name, []).append(numbers)
        return {name: np.concatenate(parts) for name, parts in found.items()}

    def _witness(self, shape: tuple[int, ...], size: tuple[int, int]) -> None:
        """Draw noise twice: a shader of ours and its negative add up to white at every pixel.

        A shader of strangers has to draw another picture than the host without it.
        """
        head, found, tail = self.text.rpartition(SHOWN)
        other = head + NEGATIVE + tail if found else ""
        noise = np.random.default_rng(9).random(shape, np.float32)
        drawn, second = (_drawn(t, noise, size, self.place) for t in (self.text, other))
        ran = np.abs(drawn + second - 1).max() <= OFF if found else (drawn != second).any()
        if not ran:
            fact = "what the host draws does not come from the shader: it did not run"
            raise DeviceError(self.place, fact, "see what it hooks and saves, and its WHEN")
        self._ran = True


def _drawn(text: str, picture: Planes, size: tuple[int, int], place: str) -> Planes:
    """Run the host once."""
    channels, rows, columns = picture.shape
    samples = np.full((rows, columns, 1 if channels == 1 else 4), LEVELS, "<u2")
    numbers = np.rint(np.clip(picture, 0, 1).astype(np.float64) * LEVELS)
    samples[..., :channels] = numbers.transpose(1, 2, 0)
    height, width = size
    with tempfile.TemporaryDirectory(prefix="texelnet-ffmpeg-") as folder:
        if text:
            (Path(folder) / "network.glsl").write_text(text, "utf-8")
        words = _words(FORMATS[channels], (rows, columns), size, bool(text))
        answer, said = _asked(words, samples.tobytes(), folder, place)
    if said or len(answer) != height * width * samples.shape[2] * 2:
        fact = f"the host refuses it: {said or 'it drew a picture of another size'}"
        raise DeviceError(place, fact)
    planes = np.frombuffer(answer, "<u2").reshape(height, width, -1)[..., :channels]
    return (planes.transpose(2, 0, 1) / np.float64(LEVELS)).astype(np.float32)


def _words(
    form: str, given: tuple[int, int], drawn: tuple[int, int], shader: bool
) -> list[str]:
    """Return the command line of one picture; sizes are (rows, columns)."""
    space = "gbr" if form == "rgba64le" else "bt709"
    told = f"setparams=range=pc:colorspace={space}:color_primaries=bt709:color_trc=bt709"
    filters = [
        told,
        f"format={form}",
        "hwupload",
        f"libplacebo=w={drawn[1]}:h={drawn[0]}:{QUIET}:range=pc:colorspace={space}:format={form}"
        + (":custom_shader_path=network.glsl" if shader else ""),
        "hwdownload",
        f"format={form}",
    ]
    return [
        *(PROGRAM, "-hide_banner", "-loglevel", "warning"),
        *("-init_hw_device", "vulkan=card", "-filter_hw_device", "card"),
        *(
            "-f",
            "rawvideo",
            "-framerate",
            "1000",
            "-pix_fmt",
            form,
            "-s",
            f"{given[1]}x{given[0]}",
            "-i",
            "pipe:0",
        ),
        *("-vf", ",".join(filters), "-f", "rawvideo", "pipe:1"),
    ]


def _asked(words: list[str], given: bytes, folder: str, place: str) -> tuple[bytes, str]:
    """Return what the host wrote, and what it complained about in one line."""
    surroundings = {"XDG_RUNTIME_DIR": folder, **os.environ}
    try:
        found = subprocess.run(
            words,
            input=given,
            capture_output=True,
            cwd=folder,
            env=surroundings,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise DeviceError(place, f"the host took longer than {SECONDS} s") from None
    lines = found.stderr.decode("utf-8", "replace").splitlines()
    said = [line for line in lines if line.strip() and not line.endswith(SLOW)]
    errors = [line for line in said if any(w in line.lower() for w in COMPLAINTS)] or said
    if found.returncode and not errors:
        errors = [f"exit status {found.returncode}"]
    return found.stdout, " ".join(" ".join(errors).split())[:400]


@lru_cache(maxsize=1)
def missing() -> str:
    """Return why no user shader can be drawn here, or nothing where one can."""
    try:
        said = subprocess.run([PROGRAM, "-hide_banner", "-filters"], capture_output=True)
    except OSError:
        return "there is no ffmpeg here"
    if b" libplacebo " not in said.stdout:
        return "the ffmpeg here has no filter libplacebo"
    try:
        _drawn("", np.zeros((1, 2, 2), np.float32), (2, 2), PROGRAM)
    except DeviceError as error:
        return f"ffmpeg finds no Vulkan driver: {error.fact}"
    return ""


def check() -> None:
    """Raise DeviceError where no user shader can be drawn."""
    if missing():
        raise DeviceError(PROGRAM, missing(), INSTALL)


@lru_cache(maxsize=1)
def adapter_name() -> str:
    """Name the program that draws, its library and the card, as it tells them itself."""
    said = subprocess.run([PROGRAM, "-version"], capture_output=True, text=True).stdout
    program = " ".join(said.split()[:3]).replace("version ", "")
    words = [*_words(FORMATS[1], (2, 2), (2, 2), False)]
    words[words.index("warning")] = "verbose"
    with tempfile.TemporaryDirectory(prefix="texelnet-ffmpeg-") as folder:
        told = subprocess.run(words, input=bytes(8), capture_output=True, cwd=folder).stderr
    log = told.decode("utf-8", "replace")
    library = re.search(r"Initialized (libplacebo v[\d.]+)", log)
    card = re.search(r"Device \d+ selected: (.*?) \(0x", log)
    named = [library[1] if library else "libplacebo", *([card[1]] if card else [])]
    return ", ".join([program, *named])


def is_software() -> bool:
    """Tell whether the card that draws is a driver on the processor."""
    return any(word in adapter_name().lower() for word in ("llvmpipe", "swiftshader"))


def _adapter() -> str:
    check()
    return adapter_name()


def draws(package: Package, contract: Contract) -> Draw:
    """Return what draws pictures, as the contract has them, by a user shader's package."""
    sizes = Sizes.of_manifest(package.manifest, package.place)
    session = session_of(package)

    def draw(picture: Planes) -> Planes:
        rows, columns = picture.shape[1:]
        sizes.check(rows, columns)
        given = to_host(picture, contract)
        return from_host(session.draw(given, *sizes.answer_at(rows, columns)), contract)

    return draw


def session_of(package: Package) -> Session:
    """Return a package's user shader, ready to draw."""
    files = {entry["file"] for entry in package.manifest["passes"]}
    if len(files) != 1:
        fact = f"its passes lie in {len(files)} files, a user shader is one"
        raise PackageError(package.place, fact, "write the package again")
    text = package.contents[files.pop()].decode("utf-8", "replace")
    return Session(unshifted(text), package.place)


def unshifted(text: str) -> str:
    """Return a shader without OFFSET: no scaler comes after it that moves its grid back."""
    lines = text.split("\n")
    return "\n".join(line for line in lines if not line.startswith("//!OFFSET"))


def to_host(picture: Planes, contract: Contract) -> Planes:
    """Return a picture as a video holds it: limited luma, or RGB."""
    if contract.channels == "luma" and contract.levels == "full":
        return np.asarray((picture * 219.0 + 16.0) / 255.0, np.float32)
    return picture[::-1] if contract.channels == "bgr" else picture


def from_host(planes: Planes, contract: Contract) -> Planes:
    """Return what the host drew as the contract has it."""
    if contract.channels == "luma" and contract.levels == "full":
        return np.asarray((planes * 255.0 - 16.0) / 219.0, np.float32)
    return planes[::-1] if contract.channels == "bgr" else planes


def _planes(network: Network) -> Draw:
    from texelnet.shader.compile import compile_network
    from texelnet.shader.package import in_memory
    from texelnet.shader.targets.mpv import MPV

    assert network.contract is not None, "a picture is drawn under a contract"
    build = compile_network(network, MPV, MPV.usual)
    return draws(in_memory(MPV.package(build), network.source), network.contract)


def _blobs(network: Network, inputs: Mapping[str, np.ndarray], every: bool) -> Blobs:
    fact = "a user shader draws pictures in 0..1, a network's own blobs are beyond it"
    raise DeviceError(PROGRAM, fact, "--on wgpu")


FFMPEG = Runner(
    "ffmpeg",
    "The mpv user shader in ffmpeg's filter libplacebo: 16-bit samples, cut to 0..1.",
    _adapter,
    _planes,
    _blobs,
)
