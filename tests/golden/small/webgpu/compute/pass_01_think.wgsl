// small, pass 2 of 3: look_bend_0_split, think
// reads   look: 3 x height x width
// writes  think: 2 x height x width
// cost    51 multiply-adds a position

@group(0) @binding(0) var plane0: texture_2d<f32>;
@group(0) @binding(1) var result: texture_storage_2d<rgba32float, write>;
@group(0) @binding(2) var nearest: sampler;

fn plane0_at(x: i32, y: i32) -> vec4f {
  let step = 1.0 / vec2f(textureDimensions(plane0));
  let centre = (vec2f(vec2i(x, y)) + 0.5) * step;
  return textureSampleLevel(plane0, nearest, centre, 0.0);
}

@compute @workgroup_size(32, 2)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let g = vec2i(id.xy);
  let size = vec2i(textureDimensions(result));
  let plane0_size = vec2i(textureDimensions(plane0));
  let y0 = g.y;
  let x0 = 2 * g.x;
  let row0 = u32(y0 - 1) < u32(plane0_size.y);
  let column0 = u32(x0 - 1) < u32(plane0_size.x);
  let column1 = u32(x0) < u32(plane0_size.x);
  let column2 = u32(x0 + 1) < u32(plane0_size.x);
  let column3 = u32(x0 + 2) < u32(plane0_size.x);
  let row1 = u32(y0 + 1) < u32(plane0_size.y);
  var sum0 = vec4f(-0.5, -0.3125, 0.0, 0.0);
  var sum1 = vec4f(-0.5, -0.3125, 0.0, 0.0);
  let texel0 = select(vec4f(0.0), plane0_at(x0 - 1, y0 - 1), row0 && column0);
  let texel1 = select(vec4f(0.0), plane0_at(x0, y0 - 1), row0 && column1);
  let texel2 = select(vec4f(0.0), plane0_at(x0 + 1, y0 - 1), row0 && column2);
  let texel3 = select(vec4f(0.0), plane0_at(x0 + 2, y0 - 1), row0 && column3);
  let texel4 = select(vec4f(0.0), plane0_at(x0 - 1, y0), column0);
  let texel5 = select(vec4f(0.0), plane0_at(x0, y0), column1);
  let texel6 = select(vec4f(0.0), plane0_at(x0 + 1, y0), column2);
  let texel7 = select(vec4f(0.0), plane0_at(x0 + 2, y0), column3);
  let texel8 = select(vec4f(0.0), plane0_at(x0 - 1, y0 + 1), row1 && column0);
  let texel9 = select(vec4f(0.0), plane0_at(x0, y0 + 1), row1 && column1);
  let texel10 = select(vec4f(0.0), plane0_at(x0 + 1, y0 + 1), row1 && column2);
  let texel11 = select(vec4f(0.0), plane0_at(x0 + 2, y0 + 1), row1 && column3);
  let weights0 = mat3x4f(-0.75, -0.1875, 0.0, 0.0, -0.875, 0.25, 0.0, 0.0, 0.4375, -0.25, 0.0, 0.0);
  sum0 += weights0 * texel0.xyz;
  sum1 += weights0 * texel1.xyz;
  let weights1 = mat3x4f(-0.25, 0.0625, 0.0, 0.0, -0.4375, 0.5625, 0.0, 0.0, -0.4375, -0.875, 0.0, 0.0);
  sum0 += weights1 * texel1.xyz;
  sum1 += weights1 * texel2.xyz;
  let weights2 = mat3x4f(-0.1875, -0.4375, 0.0, 0.0, 0.0, 0.875, 0.0, 0.0, 0.0625, -0.0625, 0.0, 0.0);
  sum0 += weights2 * texel2.xyz;
  sum1 += weights2 * texel3.xyz;
  let weights3 = mat3x4f(0.8125, -0.8125, 0.0, 0.0, 0.0, -0.125, 0.0, 0.0, 0.875, 0.3125, 0.0, 0.0);
  sum0 += weights3 * texel4.xyz;
  sum1 += weights3 * texel5.xyz;
  let weights4 = mat3x4f(-0.625, -0.125, 0.0, 0.0, -0.8125, -0.9375, 0.0, 0.0, -0.4375, 0.5625, 0.0, 0.0);
  sum0 += weights4 * texel5.xyz;
  sum1 += weights4 * texel6.xyz;
  let weights5 = mat3x4f(0.0, 0.25, 0.0, 0.0, 1.0, 0.4375, 0.0, 0.0, 0.4375, 0.75, 0.0, 0.0);
  sum0 += weights5 * texel6.xyz;
  sum1 += weights5 * texel7.xyz;
  let weights6 = mat3x4f(-0.5, -0.0625, 0.0, 0.0, 0.5, 0.0625, 0.0, 0.0, -0.6875, -0.5625, 0.0, 0.0);
  sum0 += weights6 * texel8.xyz;
  sum1 += weights6 * texel9.xyz;
  let weights7 = mat3x4f(-1.0, 0.5625, 0.0, 0.0, 0.9375, 0.75, 0.0, 0.0, -0.375, 0.1875, 0.0, 0.0);
  sum0 += weights7 * texel9.xyz;
  sum1 += weights7 * texel10.xyz;
  let weights8 = mat3x4f(0.5, -0.3125, 0.0, 0.0, -0.8125, -0.0625, 0.0, 0.0, 1.0, 0.625, 0.0, 0.0);
  sum0 += weights8 * texel10.xyz;
  sum1 += weights8 * texel11.xyz;
  if (x0 < size.x && y0 < size.y) {
    textureStore(result, vec2i(x0, y0), sum0);
  }
  if (x0 + 1 < size.x && y0 < size.y) {
    textureStore(result, vec2i(x0 + 1, y0), sum1);
  }
}
