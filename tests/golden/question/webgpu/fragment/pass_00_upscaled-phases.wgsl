// question, pass 1 of 2: up
// reads   picture: 1 x height x width
// writes  upscaled.phases: 4 x height x width
// cost    16 multiply-adds a position

@group(0) @binding(0) var plane0: texture_2d<f32>;
@group(0) @binding(1) var nearest: sampler;

fn plane0_at(x: i32, y: i32) -> vec4f {
  let step = 1.0 / vec2f(textureDimensions(plane0));
  let centre = (vec2f(vec2i(x, y)) + 0.5) * step;
  return textureSampleLevel(plane0, nearest, centre, 0.0);
}

fn rounded(v: vec4f) -> vec4f {  // to 11 bits: the texture has nothing to cut off
  let bits = bitcast<vec4u>(v);
  let up = vec4u(0xFFF) + ((bits >> vec4u(13)) & vec4u(1));
  return bitcast<vec4f>((bits + up) & vec4u(0xFFFFE000));
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
  var sum0 = vec4f(0.0);
  let texel0 = select(vec4f(0.0), plane0_at(x0 - 1, y0 - 1), row0 && column0);
  let texel1 = select(vec4f(0.0), plane0_at(x0, y0 - 1), row0);
  let texel2 = select(vec4f(0.0), plane0_at(x0 + 1, y0 - 1), row0 && column1);
  let texel3 = select(vec4f(0.0), plane0_at(x0 - 1, y0), column0);
  let texel4 = plane0_at(x0, y0);
  let texel5 = select(vec4f(0.0), plane0_at(x0 + 1, y0), column1);
  let texel6 = select(vec4f(0.0), plane0_at(x0 - 1, y0 + 1), row1 && column0);
  let texel7 = select(vec4f(0.0), plane0_at(x0, y0 + 1), row1);
  let texel8 = select(vec4f(0.0), plane0_at(x0 + 1, y0 + 1), row1 && column1);
  sum0 += vec4f(-0.03887952, 0.0, 0.0, 0.0) * texel0;
  sum0 += vec4f(-0.031216467, -0.03211448, 0.0, 0.0) * texel1.x;
  sum0 += vec4f(0.0, -0.08118732, 0.0, 0.0) * texel2.x;
  sum0 += vec4f(-0.060378738, 0.0, -0.08174914, 0.0) * texel3.x;
  sum0 += vec4f(0.2607242, 0.26340044, 0.3858278, 0.3168329) * texel4.x;
  sum0 += vec4f(0.0, -0.063588604, 0.0, -0.071807235) * texel5.x;
  sum0 += vec4f(0.0, 0.0, -0.06361624, 0.0) * texel6.x;
  sum0 += vec4f(0.0, 0.0, -0.15603623, -0.15122667) * texel7.x;
  sum0 += vec4f(0.0, 0.0, 0.0, -0.06291048) * texel8.x;
  result.pack0 = rounded(sum0);
  return result;
}
