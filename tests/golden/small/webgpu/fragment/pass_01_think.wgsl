// small, pass 2 of 4: look_bend_0_split, think
// reads   look: 3 x height x width
// writes  think: 2 x height x width
// cost    51 multiply-adds a position

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
  let plane0_size = vec2i(textureDimensions(plane0));
  let y0 = g.y;
  let x0 = g.x;
  let row0 = u32(y0 - 1) < u32(plane0_size.y);
  let column0 = u32(x0 - 1) < u32(plane0_size.x);
  let column1 = u32(x0 + 1) < u32(plane0_size.x);
  let row1 = u32(y0 + 1) < u32(plane0_size.y);
  var sum0 = vec4f(-0.5, -0.3125, 0.0, 0.0);
  let texel0 = select(vec4f(0.0), plane0_at(x0 - 1, y0 - 1), row0 && column0);
  let texel1 = select(vec4f(0.0), plane0_at(x0, y0 - 1), row0);
  let texel2 = select(vec4f(0.0), plane0_at(x0 + 1, y0 - 1), row0 && column1);
  let texel3 = select(vec4f(0.0), plane0_at(x0 - 1, y0), column0);
  let texel4 = plane0_at(x0, y0);
  let texel5 = select(vec4f(0.0), plane0_at(x0 + 1, y0), column1);
  let texel6 = select(vec4f(0.0), plane0_at(x0 - 1, y0 + 1), row1 && column0);
  let texel7 = select(vec4f(0.0), plane0_at(x0, y0 + 1), row1);
  let texel8 = select(vec4f(0.0), plane0_at(x0 + 1, y0 + 1), row1 && column1);
  sum0 += mat3x4f(-0.75, -0.1875, 0.0, 0.0, -0.875, 0.25, 0.0, 0.0, 0.4375, -0.25, 0.0, 0.0) * texel0.xyz;
  sum0 += mat3x4f(-0.25, 0.0625, 0.0, 0.0, -0.4375, 0.5625, 0.0, 0.0, -0.4375, -0.875, 0.0, 0.0) * texel1.xyz;
  sum0 += mat3x4f(-0.1875, -0.4375, 0.0, 0.0, 0.0, 0.875, 0.0, 0.0, 0.0625, -0.0625, 0.0, 0.0) * texel2.xyz;
  sum0 += mat3x4f(0.8125, -0.8125, 0.0, 0.0, 0.0, -0.125, 0.0, 0.0, 0.875, 0.3125, 0.0, 0.0) * texel3.xyz;
  sum0 += mat3x4f(-0.625, -0.125, 0.0, 0.0, -0.8125, -0.9375, 0.0, 0.0, -0.4375, 0.5625, 0.0, 0.0) * texel4.xyz;
  sum0 += mat3x4f(0.0, 0.25, 0.0, 0.0, 1.0, 0.4375, 0.0, 0.0, 0.4375, 0.75, 0.0, 0.0) * texel5.xyz;
  sum0 += mat3x4f(-0.5, -0.0625, 0.0, 0.0, 0.5, 0.0625, 0.0, 0.0, -0.6875, -0.5625, 0.0, 0.0) * texel6.xyz;
  sum0 += mat3x4f(-1.0, 0.5625, 0.0, 0.0, 0.9375, 0.75, 0.0, 0.0, -0.375, 0.1875, 0.0, 0.0) * texel7.xyz;
  sum0 += mat3x4f(0.5, -0.3125, 0.0, 0.0, -0.8125, -0.0625, 0.0, 0.0, 1.0, 0.625, 0.0, 0.0) * texel8.xyz;
  result.pack0 = sum0;
  return result;
}
