"""What a frame and a compilation cost, for each peer: clocks on one core, and on all.

Processor time on a busy machine is only worth comparing on one core: two lanes of one core
slow each other down and both count. So the process is pinned (:func:`pin`), its children with
it; what a user waits for is measured apart, by a child that may use every core.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import ncnn_vulkan
from benchmarks.field_networks import FIELD

from texelnet.graph.network import Network
from texelnet.run import RUNNERS
from texelnet.run.ffmpeg import draws
from texelnet.run.film import COLD, DROPPED, film, identity
from texelnet.run.film import a_frame as film_frame
from texelnet.run.onnxruntime import Reference
from texelnet.run.wgpu import Session, adapter_name
from texelnet.shader.compile import compile_network
from texelnet.shader.package import in_memory
from texelnet.shader.targets import TARGETS

Size = tuple[int, int]
"""Columns and rows of the picture that is given; the answer is twice as large."""
Times = tuple[float, float]
"""Processor time and wall time, in milliseconds."""

CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()


def pin() -> None:
    """Keep this process, and what it starts, on one core."""
    if CORES:
        os.sched_setaffinity(0, {max(CORES)})


def unpin() -> None:
    """Use every core again."""
    if CORES:
        os.sched_setaffinity(0, CORES)


def picture(planes: int, size: Size) -> np.ndarray:
    """Return something between a ramp and noise, (planes, rows, columns) in 0..1."""
    random = np.random.default_rng(7)
    y, x = np.mgrid[: size[1], : size[0]]
    waves = sum(np.sin(x * a + y * b + c) for a, b, c in random.uniform(-0.4, 0.4, (6, 3)))
    noise = random.normal(0, 0.03, (planes, size[1], size[0]))
    return np.clip(0.5 + 0.06 * waves + noise, 0, 1).astype(np.float32)


def clocked(frame: Callable[[], object]) -> Times:
    """Return what one frame takes in this process."""
    cpu, wall = time.process_time(), time.perf_counter()
    frame()
    return (time.process_time() - cpu) * 1e3, (time.perf_counter() - wall) * 1e3


def package(network: Network, target: str, hard: bool = False) -> dict[str, bytes]:
    """Compile a network as people get it: the host's usual schedule, or its budget lifted."""
    host = TARGETS[target]
    schedule = host.usual.hard() if hard else host.usual
    return host.package(compile_network(network, host, schedule))


# In this process ---------------------------------------------------------------------------


def drawing(contents: dict[str, bytes], planes: np.ndarray) -> Callable[[], np.ndarray]:
    """Return what draws one frame by a package for webgpu."""
    session = Session(in_memory(contents))
    (name,) = session.manifest["inputs"]
    return lambda: next(iter(session.run({name: planes}).values()))


def peers(network: Network, size: Size, threads: int = 1) -> dict[str, Callable[[], Any]]:
    """Return what draws one frame, by name; planes in, planes out.

    Raises
    ------
    TexelnetError
        If wgpu can't have the network.
    """
    assert network.contract is not None
    planes = picture(network.contract.planes, size)
    reference = Reference(network, threads=threads)
    draw = {
        "onnxruntime": lambda: next(iter(reference.run({"picture": planes[None]}).values()))[0],
        "wgpu": drawing(package(network, "webgpu"), planes),
    }
    if ncnn_vulkan.adapter():
        peer = ncnn_vulkan.Peer(network)
        draw["ncnn"] = lambda: peer.run(planes)
    return draw


# In libplacebo -----------------------------------------------------------------------------


def video(shader: str, planes: int, size: Size, frames: int, **environment: str) -> Times:
    """Return what ffmpeg takes to draw a video of one picture again and again.

    Raises
    ------
    DeviceError
        If it complains: then it did not draw the shader.
    """
    spent = film(shader, picture(planes, size), 2, frames, **environment)
    return spent.cpu, spent.wall


def a_frame(shader: str, planes: int, size: Size, frames: int) -> Times:
    """Return what one frame takes: a video's frames but the first five."""
    video(shader, planes, size, 1)  # so that the driver has compiled it
    spent = film_frame(shader, picture(planes, size), 2, frames)
    return spent.cpu, spent.wall


def user_shader(contents: dict[str, bytes]) -> str:
    """Return the one user shader of a package for mpv."""
    (name,) = (name for name in contents if name.endswith(".glsl"))
    return contents[name].decode()


# In a child --------------------------------------------------------------------------------


def child(call: str, **environment: str) -> Any:
    """Run one of this module's functions in a new process; return what it returns.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    script = (
        f"import json; from benchmarks import field_clocks as c; print(json.dumps(c.{call}))"
    )
    surroundings = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment
    run = subprocess.run(
        [sys.executable, "-c", script], env=surroundings, capture_output=True, text=True
    )
    if run.returncode:
        raise RuntimeError(f"{call}: {run.stderr.strip().splitlines()[-1]}")
    return json.loads(run.stdout.splitlines()[-1])


def compiling(name: str, target: str) -> dict[str, Any]:
    """Compile in this process: seconds, peak megabytes, passes, kilobytes of source."""
    network = FIELD[name]()
    start = time.perf_counter()
    contents = package(network, target)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()  # getrusage tells the parent's peak too
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    manifest = json.loads(contents["manifest.json"])
    files = {entry["file"] for entry in manifest["passes"]}
    files |= {entry["weights"] for entry in manifest["passes"] if "weights" in entry}
    return {
        "seconds": seconds,
        "megabytes": peak,
        "passes": len(manifest["passes"]),
        "kilobytes": sum(len(contents[file]) for file in files) / 1e3,
        "multiply_adds": manifest["predicted"]["multiply_adds"],
    }


def cold_wgpu(name: str) -> float:
    """Return the processor seconds until the first frame, less a second one."""
    network = FIELD[name]()
    assert network.contract is not None
    contents, planes = package(network, "webgpu"), picture(network.contract.planes, (480, 270))
    adapter_name()
    made: list[Callable[[], np.ndarray]] = []

    def first() -> None:
        made.append(drawing(contents, planes))
        made[0]()

    cold = clocked(first)[0]
    return (cold - clocked(made[0])[0]) / 1e3


def cold_libplacebo(shader: str, planes: int) -> float:
    """Return the processor seconds until the first frame, less a frame and an identity's."""
    size = (480, 270)
    cost = [video(s, planes, size, 1, **COLD)[0] for s in (shader, identity(planes))]
    return (cost[0] - cost[1]) / 1e3


def waits(name: str, columns: int, rows: int, frames: int) -> dict[str, float]:
    """Return the milliseconds one waits for a frame, with every core, by peer."""
    unpin()
    draw = peers(FIELD[name](), (columns, rows), threads=0)
    for frame in draw.values():
        frame()
    times = {n: [clocked(frame)[1] for _ in range(frames)] for n, frame in draw.items()}
    return {n: float(np.median(t)) for n, t in times.items()}


def waits_libplacebo(shader: str, planes: int, size: Size) -> float:
    """Return the milliseconds one waits for a frame, with every core."""
    unpin()
    ends = (DROPPED, DROPPED + 10)
    try:
        few, many = (min(video(shader, planes, size, n)[1] for _ in range(3)) for n in ends)
    finally:
        pin()
    return (many - few) / (ends[1] - ends[0])


def off_in_libplacebo(network: Network, contents: dict[str, bytes]) -> float:
    """Return the largest difference from onnxruntime of a small picture, white being 1."""
    assert network.contract is not None
    planes = picture(network.contract.planes, (96, 54))
    drawn = draws(in_memory(contents), network.contract)(planes)
    wanted = RUNNERS["onnxruntime"].planes(network)(planes)
    return float(np.max(np.abs(drawn - np.clip(wanted, 0, 1))))


# The driver's limit ------------------------------------------------------------------------

CHAINS, TURNS, INVOCATIONS = 3, 4096, 16384


def peak() -> float:
    """Return the multiply-adds a second of this core through wgpu, in registers alone."""
    import wgpu

    from texelnet.run.wgpu import device

    names = [f"a{n}" for n in range(CHAINS)]
    body = " ".join(f"{n} = {n} * k + b;" for n in names)
    code = f"""
      @group(0) @binding(0) var<storage, read_write> out: array<vec4f>;
      @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {{
        let k = vec4f(0.5 + f32(id.x) * 1e-9); let b = vec4f(f32(id.x));
        {" ".join(f"var {n} = b + {i}.0;" for i, n in enumerate(names))}
        for (var i = 0; i < {TURNS // 8}; i++) {{ {body * 8} }}
        out[id.x] = {" + ".join(names)};
      }}"""
    card = device()
    buffer = card.create_buffer(
        size=16 * INVOCATIONS, usage=wgpu.BufferUsage.STORAGE | wgpu.BufferUsage.COPY_SRC
    )
    module = card.create_shader_module(code=code)
    pipeline = card.create_compute_pipeline(
        layout="auto", compute={"module": module, "entry_point": "main"}
    )
    binding = {"binding": 0, "resource": {"buffer": buffer, "offset": 0, "size": buffer.size}}
    group = card.create_bind_group(layout=pipeline.get_bind_group_layout(0), entries=[binding])

    def draw() -> None:
        encoder = card.create_command_encoder()
        work = encoder.begin_compute_pass()
        work.set_pipeline(pipeline)
        work.set_bind_group(0, group)
        work.dispatch_workgroups(INVOCATIONS // 64)
        work.end()
        card.queue.submit([encoder.finish()])
        card.queue.read_buffer(buffer)

    draw()
    best = min(clocked(draw)[0] for _ in range(5))
    return 4 * CHAINS * TURNS * INVOCATIONS / (best / 1e3)
