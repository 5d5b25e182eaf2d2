// question as a user shader for mpv and libplacebo, written by texelnet
// 1 passes; for one output pixel 4 multiply-adds, 0.352 texels read
// draws limited luma, 2 times as large; hooks LUMA
// what lies between passes is kept as the host likes: 16-bit floats in libplacebo
// whether numbers fit 16 bits: compile --calibrate tells

//!HOOK LUMA
//!DESC question 1/1: up, 16 multiply-adds
//!BIND HOOKED
//!SAVE HOOKED
//!WIDTH HOOKED.w 2 *
//!HEIGHT HOOKED.h 2 *
//!COMPONENTS 1
//!COMPUTE 32 16 8 8
//!WHEN OUTPUT.w HOOKED.w 1.2 * > OUTPUT.h HOOKED.h 1.2 * > *
// reads   picture: 1 x height x width
// writes  upscaled: 1 x 2*height x 2*width
vec4 HOOKED_at(int x, int y) { return (HOOKED_mul * texelFetch(HOOKED_raw, ivec2(x, y), 0)); }
vec4 rounded(vec4 v) {  // to 11 bits, so that the texture has nothing to cut off
  uvec4 bits = floatBitsToUint(v);
  return uintBitsToFloat((bits + 0xFFFu + (bits >> 13 & 1u)) & 0xFFFFE000u);
}
vec4 shown(vec4 v) { return rounded(v); }
shared vec4 tile0[180];
void hook() {
  ivec2 g = ivec2(gl_GlobalInvocationID.xy);
  ivec2 l = ivec2(gl_LocalInvocationID.xy);
  int index = int(gl_LocalInvocationIndex);
  ivec2 drawn = imageSize(out_image);
  int at0 = l.y * 18 + 2 * l.x;
  int x0 = 4 * g.x;
  int y0 = 2 * g.y;
  for (int i = index; i < 180; i += 64) {
    int down = (g.y - l.y) - 1 + i / 18;
    int right = 2 * (g.x - l.x) - 1 + i % 18;
    bool row0 = uint(down) < uint(int(HOOKED_size.y));
    bool column0 = uint(right) < uint(int(HOOKED_size.x));
    tile0[i] = mix(vec4(0.0), HOOKED_at(right, down), bvec4(row0 && column0));
  }
  barrier();
  vec4 sum0 = vec4(0.0);
  vec4 sum1 = vec4(0.0);
  vec4 texel0 = tile0[at0];
  vec4 texel1 = tile0[at0 + 1];
  vec4 texel2 = tile0[at0 + 2];
  vec4 texel3 = tile0[at0 + 3];
  vec4 texel4 = tile0[at0 + 18];
  vec4 texel5 = tile0[at0 + 19];
  vec4 texel6 = tile0[at0 + 20];
  vec4 texel7 = tile0[at0 + 21];
  vec4 texel8 = tile0[at0 + 36];
  vec4 texel9 = tile0[at0 + 37];
  vec4 texel10 = tile0[at0 + 38];
  vec4 texel11 = tile0[at0 + 39];
  const vec4 weights0 = vec4(-0.03887952, 0.0, 0.0, 0.0);
  sum0 += weights0 * texel0;
  sum1 += weights0 * texel1;
  const vec4 weights1 = vec4(-0.031216467, -0.03211448, 0.0, 0.0);
  sum0 += weights1 * texel1.x;
  sum1 += weights1 * texel2.x;
  const vec4 weights2 = vec4(0.0, -0.08118732, 0.0, 0.0);
  sum0 += weights2 * texel2.x;
  sum1 += weights2 * texel3.x;
  const vec4 weights3 = vec4(-0.060378738, 0.0, -0.08174914, 0.0);
  sum0 += weights3 * texel4.x;
  sum1 += weights3 * texel5.x;
  const vec4 weights4 = vec4(0.2607242, 0.26340044, 0.3858278, 0.3168329);
  sum0 += weights4 * texel5.x;
  sum1 += weights4 * texel6.x;
  const vec4 weights5 = vec4(0.0, -0.063588604, 0.0, -0.071807235);
  sum0 += weights5 * texel6.x;
  sum1 += weights5 * texel7.x;
  const vec4 weights6 = vec4(0.0, 0.0, -0.06361624, 0.0);
  sum0 += weights6 * texel8.x;
  sum1 += weights6 * texel9.x;
  const vec4 weights7 = vec4(0.0, 0.0, -0.15603623, -0.15122667);
  sum0 += weights7 * texel9.x;
  sum1 += weights7 * texel10.x;
  const vec4 weights8 = vec4(0.0, 0.0, 0.0, -0.06291048);
  sum0 += weights8 * texel10.x;
  sum1 += weights8 * texel11.x;
  vec4 lanes0 = vec4(sum0.x, 0.0, 0.0, 0.0);
  vec4 lanes1 = vec4(sum0.y, 0.0, 0.0, 0.0);
  vec4 lanes2 = vec4(sum0.z, 0.0, 0.0, 0.0);
  vec4 lanes3 = vec4(sum0.w, 0.0, 0.0, 0.0);
  vec4 lanes4 = vec4(sum1.x, 0.0, 0.0, 0.0);
  vec4 lanes5 = vec4(sum1.y, 0.0, 0.0, 0.0);
  vec4 lanes6 = vec4(sum1.z, 0.0, 0.0, 0.0);
  vec4 lanes7 = vec4(sum1.w, 0.0, 0.0, 0.0);
  if (x0 < drawn.x && y0 < drawn.y) {
    imageStore(out_image, ivec2(x0, y0), shown(lanes0));
  }
  if (x0 + 1 < drawn.x && y0 < drawn.y) {
    imageStore(out_image, ivec2(x0 + 1, y0), shown(lanes1));
  }
  if (x0 < drawn.x && y0 + 1 < drawn.y) {
    imageStore(out_image, ivec2(x0, y0 + 1), shown(lanes2));
  }
  if (x0 + 1 < drawn.x && y0 + 1 < drawn.y) {
    imageStore(out_image, ivec2(x0 + 1, y0 + 1), shown(lanes3));
  }
  if (x0 + 2 < drawn.x && y0 < drawn.y) {
    imageStore(out_image, ivec2(x0 + 2, y0), shown(lanes4));
  }
  if (x0 + 3 < drawn.x && y0 < drawn.y) {
    imageStore(out_image, ivec2(x0 + 3, y0), shown(lanes5));
  }
  if (x0 + 2 < drawn.x && y0 + 1 < drawn.y) {
    imageStore(out_image, ivec2(x0 + 2, y0 + 1), shown(lanes6));
  }
  if (x0 + 3 < drawn.x && y0 + 1 < drawn.y) {
    imageStore(out_image, ivec2(x0 + 3, y0 + 1), shown(lanes7));
  }
}
