"""The GLSL that a page shows of a layer draws in WebGL2 what the layer draws."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.browser.page import Page
from tests.explain.networks import decon

from texelnet.explain import explain_layer

pytestmark = pytest.mark.browser

DRAW = """
    const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
    if (!gl?.getExtension("EXT_color_buffer_float")) throw "no WebGL2 with float textures";
    const compiled = (kind, text) => {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw gl.getShaderInfoLog(shader);
      return shader;
    };
    const corners = `#version 300 es
      void main() {
        vec2 at = vec2(float(gl_VertexID & 1) * 4.0 - 1.0, float(gl_VertexID & 2) * 2.0 - 1.0);
        gl_Position = vec4(at, 0.0, 1.0);
      }`;
    const nearest = (target) => {
      gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
      gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    };
    const texels = await floats();
    let source = gl.createTexture(), target = gl.TEXTURE_2D_ARRAY;
    gl.bindTexture(target, source);
    gl.texImage3D(target, 0, gl.RGBA32F, wide, high, packs, 0, gl.RGBA, gl.FLOAT, texels);
    nearest(target);
    for (const [text, width, height] of passes) {
      const program = gl.createProgram();
      gl.attachShader(program, compiled(gl.VERTEX_SHADER, corners));
      gl.attachShader(program, compiled(gl.FRAGMENT_SHADER, text));
      gl.linkProgram(program);
      gl.useProgram(program);
      gl.bindTexture(target, source);
      const drawn = gl.createTexture();
      gl.activeTexture(gl.TEXTURE1);
      gl.bindTexture(gl.TEXTURE_2D, drawn);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, width, height, 0, gl.RGBA, gl.FLOAT, null);
      nearest(gl.TEXTURE_2D);
      gl.activeTexture(gl.TEXTURE0);
      gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
      gl.framebufferTexture2D(
        gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, drawn, 0);
      gl.viewport(0, 0, width, height);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
      source = drawn;
      target = gl.TEXTURE_2D;
    }
    const [, width, height] = passes.at(-1);
    const data = new Float32Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.FLOAT, data);
    if (gl.getError()) throw "WebGL failed";
    return { data: data.filter((_, i) => i % 4 === 0), channels: 1, height, width };
"""


def test_webgl_draws_the_layer(page: Page) -> None:
    picture = np.random.default_rng(0).random((1, 13, 18), np.float32)
    facts = explain_layer(decon(), "stamp", picture).facts
    assert facts.entered is not None
    channels, high, wide = facts.entered.shape
    packs = facts.entered.reshape(-1, 4, high, wide).transpose(0, 2, 3, 1)
    page.files["floats"] = np.ascontiguousarray(packs, "<f4").tobytes()
    first, last = facts.shaders["glsl"]
    passes = json.dumps([(first, wide, high), (last, 2 * wide, 2 * high)])
    sizes = f"const wide = {wide}, high = {high}, packs = {channels // 4}, passes = {passes};"
    np.testing.assert_allclose(page.run(sizes + DRAW), facts.left, atol=2e-5)
