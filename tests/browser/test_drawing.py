"""A drawing's shader is one that browsers take, and what they draw is the PNG."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.browser.page import Page

from texelnet.draw import Drop
from texelnet.draw.render import render
from texelnet.draw.water import alone
from texelnet.shader.drawings import SHADERS

DRAW = """
const gpu = await (await navigator.gpu.requestAdapter()).requestDevice();
const module = gpu.createShaderModule({code: CODE}), format = "rgba8unorm";
const pipeline = await gpu.createRenderPipelineAsync({layout: "auto",
  vertex: {module}, fragment: {module, targets: [{format}]}});
const size = [WIDTH, HEIGHT], row = 256 * Math.ceil(WIDTH / 64);
const texture = gpu.createTexture({size, format,
  usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC});
const buffer = gpu.createBuffer({size: row * HEIGHT,
  usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ});
const encoder = gpu.createCommandEncoder();
const pass = encoder.beginRenderPass({colorAttachments: [
  {view: texture.createView(), loadOp: "clear", storeOp: "store"}]});
pass.setPipeline(pipeline);
pass.draw(3);
pass.end();
encoder.copyTextureToBuffer({texture}, {buffer, bytesPerRow: row}, size);
gpu.queue.submit([encoder.finish()]);
await buffer.mapAsync(GPUMapMode.READ);
return Array.from(new Uint8Array(buffer.getMappedRange()));
"""


@pytest.mark.browser
def test_a_browser_draws_the_same_drop(page: Page) -> None:
    scene = alone(Drop(30, 3))
    wanted = render(scene, 6).colour.transpose(1, 2, 0)
    height, width, _ = wanted.shape
    code = json.dumps(SHADERS[".wgsl"].write(scene, 6).decode())
    texels = page.run(f"const WIDTH = {width}, HEIGHT = {height}, CODE = {code};" + DRAW)
    levels = np.array(texels, np.uint8).reshape(height, -1, 4)[:, :width, :3]
    np.testing.assert_allclose(levels / 255, wanted, atol=0.015)
