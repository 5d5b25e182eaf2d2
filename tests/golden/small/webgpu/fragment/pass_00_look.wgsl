// small, pass 1 of 4: look, bend
// reads   picture: 1 x height x width
// writes  look: 3 x height x width
// cost    26 multiply-adds a position

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
  let edge_y0 = clamp(y0 - 1, 0, plane0_size.y - 1);
  let edge_x0 = clamp(x0 - 1, 0, plane0_size.x - 1);
  let edge_x1 = clamp(x0 + 1, 0, plane0_size.x - 1);
  let edge_y1 = clamp(y0 + 1, 0, plane0_size.y - 1);
  var sum0 = vec4f(0.625, -0.75, -0.375, 0.0);
  let texel0 = plane0_at(edge_x0, edge_y0);
  let texel1 = plane0_at(x0, edge_y0);
  let texel2 = plane0_at(edge_x1, edge_y0);
  let texel3 = plane0_at(edge_x0, y0);
  let texel4 = plane0_at(x0, y0);
  let texel5 = plane0_at(edge_x1, y0);
  let texel6 = plane0_at(edge_x0, edge_y1);
  let texel7 = plane0_at(x0, edge_y1);
  let texel8 = plane0_at(edge_x1, edge_y1);
  sum0 += vec4f(-15.9375, -95.625, -223.125, 0.0) * texel0.x;
  sum0 += vec4f(0.0, 191.25, -255.0, 0.0) * texel1.x;
  sum0 += vec4f(127.5, -47.8125, 191.25, 0.0) * texel2.x;
  sum0 += vec4f(239.0625, -111.5625, 127.5, 0.0) * texel3.x;
  sum0 += vec4f(-239.0625, 175.3125, 175.3125, 0.0) * texel4.x;
  sum0 += vec4f(-191.25, -127.5, 15.9375, 0.0) * texel5.x;
  sum0 += vec4f(175.3125, -47.8125, 159.375, 0.0) * texel6.x;
  sum0 += vec4f(239.0625, 79.6875, -95.625, 0.0) * texel7.x;
  sum0 += vec4f(-127.5, 31.875, -31.875, 0.0) * texel8.x;
  let max0 = max(sum0, vec4f(0.0));
  let min0 = min(sum0, vec4f(0.0));
  let mul0 = min0 * vec4f(-0.75, -0.125, 1.0, 0.0);
  let sum1 = max0 + mul0;
  result.pack0 = sum1;
  return result;
}
