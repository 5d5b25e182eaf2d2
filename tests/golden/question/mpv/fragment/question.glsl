// question as a user shader for mpv and libplacebo, written by texelnet
// 2 passes; for one output pixel 4 multiply-adds, 3.25 texels read
// draws limited luma, 2 times as large; hooks LUMA
// what lies between passes is kept as the host likes: 16-bit floats in libplacebo
// whether numbers fit 16 bits: compile --calibrate tells

//!HOOK LUMA
//!DESC question 1/2: up, 16 multiply-adds
//!BIND HOOKED
//!SAVE t1_upscaled_phases_0
//!WIDTH HOOKED.w
//!HEIGHT HOOKED.h
//!COMPONENTS 4
//!WHEN OUTPUT.w HOOKED.w 1.2 * > OUTPUT.h HOOKED.h 1.2 * > *
// reads   picture: 1 x height x width
// writes  upscaled.phases: 4 x height x width
vec4 HOOKED_at(int x, int y) { return (HOOKED_mul * texelFetch(HOOKED_raw, ivec2(x, y), 0)); }
vec4 rounded(vec4 v) {  // to 11 bits, so that the texture has nothing to cut off
  uvec4 bits = floatBitsToUint(v);
  return uintBitsToFloat((bits + 0xFFFu + (bits >> 13 & 1u)) & 0xFFFFE000u);
}
vec4 hook() {
  ivec2 g = ivec2(HOOKED_pos * HOOKED_size);
  vec4 result;
  int y0 = g.y;
  int x0 = g.x;
  bool row0 = uint(y0 - 1) < uint(int(HOOKED_size.y));
  bool column0 = uint(x0 - 1) < uint(int(HOOKED_size.x));
  bool column1 = uint(x0 + 1) < uint(int(HOOKED_size.x));
  bool row1 = uint(y0 + 1) < uint(int(HOOKED_size.y));
  vec4 sum0 = vec4(0.0);
  vec4 texel0 = mix(vec4(0.0), HOOKED_at(x0 - 1, y0 - 1), bvec4(row0 && column0));
  vec4 texel1 = mix(vec4(0.0), HOOKED_at(x0, y0 - 1), bvec4(row0));
  vec4 texel2 = mix(vec4(0.0), HOOKED_at(x0 + 1, y0 - 1), bvec4(row0 && column1));
  vec4 texel3 = mix(vec4(0.0), HOOKED_at(x0 - 1, y0), bvec4(column0));
  vec4 texel4 = HOOKED_at(x0, y0);
  vec4 texel5 = mix(vec4(0.0), HOOKED_at(x0 + 1, y0), bvec4(column1));
  vec4 texel6 = mix(vec4(0.0), HOOKED_at(x0 - 1, y0 + 1), bvec4(row1 && column0));
  vec4 texel7 = mix(vec4(0.0), HOOKED_at(x0, y0 + 1), bvec4(row1));
  vec4 texel8 = mix(vec4(0.0), HOOKED_at(x0 + 1, y0 + 1), bvec4(row1 && column1));
  sum0 += vec4(-0.03887952, 0.0, 0.0, 0.0) * texel0;
  sum0 += vec4(-0.031216467, -0.03211448, 0.0, 0.0) * texel1.x;
  sum0 += vec4(0.0, -0.08118732, 0.0, 0.0) * texel2.x;
  sum0 += vec4(-0.060378738, 0.0, -0.08174914, 0.0) * texel3.x;
  sum0 += vec4(0.2607242, 0.26340044, 0.3858278, 0.3168329) * texel4.x;
  sum0 += vec4(0.0, -0.063588604, 0.0, -0.071807235) * texel5.x;
  sum0 += vec4(0.0, 0.0, -0.06361624, 0.0) * texel6.x;
  sum0 += vec4(0.0, 0.0, -0.15603623, -0.15122667) * texel7.x;
  sum0 += vec4(0.0, 0.0, 0.0, -0.06291048) * texel8.x;
  result = sum0;
  return rounded(result);
}

//!HOOK LUMA
//!DESC question 2/2: up, 0 multiply-adds
//!BIND HOOKED
//!BIND t1_upscaled_phases_0
//!SAVE HOOKED
//!WIDTH HOOKED.w 2 *
//!HEIGHT HOOKED.h 2 *
//!COMPONENTS 1
//!WHEN OUTPUT.w HOOKED.w 1.2 * > OUTPUT.h HOOKED.h 1.2 * > *
// reads   upscaled.phases: 4 x height x width
// writes  upscaled: 1 x 2*height x 2*width
vec4 t1_upscaled_phases_0_at(int x, int y) { return texelFetch(t1_upscaled_phases_0_raw, ivec2(x, y), 0); }
vec4 rounded(vec4 v) {  // to 11 bits, so that the texture has nothing to cut off
  uvec4 bits = floatBitsToUint(v);
  return uintBitsToFloat((bits + 0xFFFu + (bits >> 13 & 1u)) & 0xFFFFE000u);
}
vec4 shown(vec4 v) { return rounded(v); }
vec4 hook() {
  ivec2 size = ivec2(HOOKED_size);
  ivec2 g = ivec2(HOOKED_pos * vec2(2*size.x, 2*size.y));
  vec4 result;
  int y0 = (g.y) / 2;
  int x0 = (g.x) / 2;
  int turn0 = (g.y % 2) * 2 + g.x % 2;
  int x1 = g.x;
  int y1 = g.y;
  vec4 texel0 = t1_upscaled_phases_0_at(x0, y0);
  vec4 lanes0 = vec4(texel0.x, 0.0, 0.0, 0.0);
  vec4 lanes1 = vec4(texel0.y, 0.0, 0.0, 0.0);
  vec4 lanes2 = vec4(texel0.z, 0.0, 0.0, 0.0);
  vec4 lanes3 = vec4(texel0.w, 0.0, 0.0, 0.0);
  vec4 phase0 = lanes0;
  if (turn0 == 1) { phase0 = lanes1; }
  if (turn0 == 2) { phase0 = lanes2; }
  if (turn0 == 3) { phase0 = lanes3; }
  result = phase0;
  return shown(result);
}
