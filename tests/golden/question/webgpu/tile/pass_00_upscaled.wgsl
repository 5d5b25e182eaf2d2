// question, pass 1 of 1: up
// reads   picture: 1 x height x width
// writes  upscaled: 1 x 2*height x 2*width
// phases  2 x 2 output pixels from each low-resolution position
// cost    16 multiply-adds a position

@group(0) @binding(0) var plane0: texture_2d<f32>;
@group(0) @binding(1) var result: texture_storage_2d<r32float, write>;
@group(0) @binding(2) var nearest: sampler;
var<workgroup> tile0: array<vec4f, 180>;

fn plane0_at(x: i32, y: i32) -> vec4f {
  let step = 1.0 / vec2f(textureDimensions(plane0));
  let centre = (vec2f(vec2i(x, y)) + 0.5) * step;
  return textureSampleLevel(plane0, nearest, centre, 0.0);
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) number: u32,
) {
  let g = vec2i(id.xy);
  let l = vec2i(local.xy);
  let index = i32(number);
  let size = vec2i(textureDimensions(result));
  let plane0_size = vec2i(textureDimensions(plane0));
  let at0 = l.y * 18 + 2 * l.x;
  let x0 = 4 * g.x;
  let y0 = 2 * g.y;
  for (var i = index; i < 180; i += 64) {
    let down = (g.y - l.y) - 1 + i / 18;
    let right = 2 * (g.x - l.x) - 1 + i % 18;
    let row0 = u32(down) < u32(plane0_size.y);
    let column0 = u32(right) < u32(plane0_size.x);
    tile0[i] = select(vec4f(0.0), plane0_at(right, down), row0 && column0);
  }
  workgroupBarrier();
  var sum0 = vec4f(0.0);
  var sum1 = vec4f(0.0);
  let texel0 = tile0[at0];
  let texel1 = tile0[at0 + 1];
  let texel2 = tile0[at0 + 2];
  let texel3 = tile0[at0 + 3];
  let texel4 = tile0[at0 + 18];
  let texel5 = tile0[at0 + 19];
  let texel6 = tile0[at0 + 20];
  let texel7 = tile0[at0 + 21];
  let texel8 = tile0[at0 + 36];
  let texel9 = tile0[at0 + 37];
  let texel10 = tile0[at0 + 38];
  let texel11 = tile0[at0 + 39];
  let weights0 = vec4f(-0.03887952, 0.0, 0.0, 0.0);
  sum0 += weights0 * texel0;
  sum1 += weights0 * texel1;
  let weights1 = vec4f(-0.031216467, -0.03211448, 0.0, 0.0);
  sum0 += weights1 * texel1.x;
  sum1 += weights1 * texel2.x;
  let weights2 = vec4f(0.0, -0.08118732, 0.0, 0.0);
  sum0 += weights2 * texel2.x;
  sum1 += weights2 * texel3.x;
  let weights3 = vec4f(-0.060378738, 0.0, -0.08174914, 0.0);
  sum0 += weights3 * texel4.x;
  sum1 += weights3 * texel5.x;
  let weights4 = vec4f(0.2607242, 0.26340044, 0.3858278, 0.3168329);
  sum0 += weights4 * texel5.x;
  sum1 += weights4 * texel6.x;
  let weights5 = vec4f(0.0, -0.063588604, 0.0, -0.071807235);
  sum0 += weights5 * texel6.x;
  sum1 += weights5 * texel7.x;
  let weights6 = vec4f(0.0, 0.0, -0.06361624, 0.0);
  sum0 += weights6 * texel8.x;
  sum1 += weights6 * texel9.x;
  let weights7 = vec4f(0.0, 0.0, -0.15603623, -0.15122667);
  sum0 += weights7 * texel9.x;
  sum1 += weights7 * texel10.x;
  let weights8 = vec4f(0.0, 0.0, 0.0, -0.06291048);
  sum0 += weights8 * texel10.x;
  sum1 += weights8 * texel11.x;
  let lanes0 = vec4f(sum0.x, 0.0, 0.0, 0.0);
  let lanes1 = vec4f(sum0.y, 0.0, 0.0, 0.0);
  let lanes2 = vec4f(sum0.z, 0.0, 0.0, 0.0);
  let lanes3 = vec4f(sum0.w, 0.0, 0.0, 0.0);
  let lanes4 = vec4f(sum1.x, 0.0, 0.0, 0.0);
  let lanes5 = vec4f(sum1.y, 0.0, 0.0, 0.0);
  let lanes6 = vec4f(sum1.z, 0.0, 0.0, 0.0);
  let lanes7 = vec4f(sum1.w, 0.0, 0.0, 0.0);
  if (x0 < size.x && y0 < size.y) {
    textureStore(result, vec2i(x0, y0), lanes0);
  }
  if (x0 + 1 < size.x && y0 < size.y) {
    textureStore(result, vec2i(x0 + 1, y0), lanes1);
  }
  if (x0 < size.x && y0 + 1 < size.y) {
    textureStore(result, vec2i(x0, y0 + 1), lanes2);
  }
  if (x0 + 1 < size.x && y0 + 1 < size.y) {
    textureStore(result, vec2i(x0 + 1, y0 + 1), lanes3);
  }
  if (x0 + 2 < size.x && y0 < size.y) {
    textureStore(result, vec2i(x0 + 2, y0), lanes4);
  }
  if (x0 + 3 < size.x && y0 < size.y) {
    textureStore(result, vec2i(x0 + 3, y0), lanes5);
  }
  if (x0 + 2 < size.x && y0 + 1 < size.y) {
    textureStore(result, vec2i(x0 + 2, y0 + 1), lanes6);
  }
  if (x0 + 3 < size.x && y0 + 1 < size.y) {
    textureStore(result, vec2i(x0 + 3, y0 + 1), lanes7);
  }
}
