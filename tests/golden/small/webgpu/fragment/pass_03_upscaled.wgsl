// small, pass 4 of 4: look_bend_0_split_1, both, up
// reads   upscaled.phases: 4 x height x width
// writes  upscaled: 1 x 2*height x 2*width
// phases  2 x 2 output pixels from each low-resolution position
// cost    0 multiply-adds a position

@group(0) @binding(0) var plane0: texture_2d<f32>;
@group(0) @binding(1) var nearest: sampler;

fn plane0_at(x: i32, y: i32) -> vec4f {
  let step = 1.0 / vec2f(textureDimensions(plane0));
  let centre = (vec2f(vec2i(x, y)) + 0.5) * step;
  return textureSampleLevel(plane0, nearest, centre, 0.0);
}

@vertex
fn corners(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  return vec4f(f32(index & 1u) * 4.0 - 1.0, f32(index & 2u) * 2.0 - 1.0, 0.0, 1.0);
}

struct Result {
  @location(0) pack0: vec4f,
}

@fragment
fn main(@builtin(position) position: vec4f) -> Result {
  let g = vec2i(position.xy);
  var result: Result;
  let y0 = (g.y) / 2;
  let x0 = (g.x) / 2;
  let turn0 = (g.y % 2) * 2 + g.x % 2;
  let x1 = g.x;
  let y1 = g.y;
  let texel0 = plane0_at(x0, y0);
  let lanes0 = vec4f(texel0.x, 0.0, 0.0, 0.0);
  let lanes1 = vec4f(texel0.y, 0.0, 0.0, 0.0);
  let lanes2 = vec4f(texel0.z, 0.0, 0.0, 0.0);
  let lanes3 = vec4f(texel0.w, 0.0, 0.0, 0.0);
  var phase0 = lanes0;
  if (turn0 == 1) { phase0 = lanes1; }
  if (turn0 == 2) { phase0 = lanes2; }
  if (turn0 == 3) { phase0 = lanes3; }
  result.pack0 = phase0;
  return result;
}
