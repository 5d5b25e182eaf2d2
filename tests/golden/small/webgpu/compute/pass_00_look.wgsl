// small, pass 1 of 3: look, bend
// reads   picture: 1 x height x width
// writes  look: 3 x height x width
// cost    26 multiply-adds a position

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
  let edge_y0 = clamp(y0 - 1, 0, plane0_size.y - 1);
  let edge_x0 = clamp(x0 - 1, 0, plane0_size.x - 1);
  let edge_x1 = clamp(x0, 0, plane0_size.x - 1);
  let edge_x2 = clamp(x0 + 1, 0, plane0_size.x - 1);
  let edge_x3 = clamp(x0 + 2, 0, plane0_size.x - 1);
  let edge_y1 = clamp(y0 + 1, 0, plane0_size.y - 1);
  var sum0 = vec4f(0.625, -0.75, -0.375, 0.0);
  var sum1 = vec4f(0.625, -0.75, -0.375, 0.0);
  let texel0 = plane0_at(edge_x0, edge_y0);
  let texel1 = plane0_at(edge_x1, edge_y0);
  let texel2 = plane0_at(edge_x2, edge_y0);
  let texel3 = plane0_at(edge_x3, edge_y0);
  let texel4 = plane0_at(edge_x0, y0);
  let texel5 = plane0_at(edge_x1, y0);
  let texel6 = plane0_at(edge_x2, y0);
  let texel7 = plane0_at(edge_x3, y0);
  let texel8 = plane0_at(edge_x0, edge_y1);
  let texel9 = plane0_at(edge_x1, edge_y1);
  let texel10 = plane0_at(edge_x2, edge_y1);
  let texel11 = plane0_at(edge_x3, edge_y1);
  let weights0 = vec4f(-15.9375, -95.625, -223.125, 0.0);
  sum0 += weights0 * texel0.x;
  sum1 += weights0 * texel1.x;
  let weights1 = vec4f(0.0, 191.25, -255.0, 0.0);
  sum0 += weights1 * texel1.x;
  sum1 += weights1 * texel2.x;
  let weights2 = vec4f(127.5, -47.8125, 191.25, 0.0);
  sum0 += weights2 * texel2.x;
  sum1 += weights2 * texel3.x;
  let weights3 = vec4f(239.0625, -111.5625, 127.5, 0.0);
  sum0 += weights3 * texel4.x;
  sum1 += weights3 * texel5.x;
  let weights4 = vec4f(-239.0625, 175.3125, 175.3125, 0.0);
  sum0 += weights4 * texel5.x;
  sum1 += weights4 * texel6.x;
  let weights5 = vec4f(-191.25, -127.5, 15.9375, 0.0);
  sum0 += weights5 * texel6.x;
  sum1 += weights5 * texel7.x;
  let weights6 = vec4f(175.3125, -47.8125, 159.375, 0.0);
  sum0 += weights6 * texel8.x;
  sum1 += weights6 * texel9.x;
  let weights7 = vec4f(239.0625, 79.6875, -95.625, 0.0);
  sum0 += weights7 * texel9.x;
  sum1 += weights7 * texel10.x;
  let weights8 = vec4f(-127.5, 31.875, -31.875, 0.0);
  sum0 += weights8 * texel10.x;
  sum1 += weights8 * texel11.x;
  let max0 = max(sum0, vec4f(0.0));
  let max1 = max(sum1, vec4f(0.0));
  let min0 = min(sum0, vec4f(0.0));
  let min1 = min(sum1, vec4f(0.0));
  let mul0 = min0 * vec4f(-0.75, -0.125, 1.0, 0.0);
  let mul1 = min1 * vec4f(-0.75, -0.125, 1.0, 0.0);
  let sum2 = max0 + mul0;
  let sum3 = max1 + mul1;
  if (x0 < size.x && y0 < size.y) {
    textureStore(result, vec2i(x0, y0), sum2);
  }
  if (x0 + 1 < size.x && y0 < size.y) {
    textureStore(result, vec2i(x0 + 1, y0), sum3);
  }
}
