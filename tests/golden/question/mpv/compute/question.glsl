// question as a user shader for mpv and libplacebo, written by texelnet
// 1 passes; for one output pixel 4 multiply-adds, 1 texels read
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
//!COMPUTE 128 8 32 2
//!WHEN OUTPUT.w HOOKED.w 1.2 * > OUTPUT.h HOOKED.h 1.2 * > *
// reads   picture: 1 x height x width
// writes  upscaled: 1 x 2*height x 2*width
vec4 HOOKED_at(int x, int y) { return (HOOKED_mul * texelFetch(HOOKED_raw, ivec2(x, y), 0)); }
vec4 rounded(vec4 v) {  // to 11 bits, so that the texture has nothing to cut off
  uvec4 bits = floatBitsToUint(v);
  return uintBitsToFloat((bits + 0xFFFu + (bits >> 13 & 1u)) & 0xFFFFE000u);
}
vec4 shown(vec4 v) { return rounded(v); }
void hook() {
  ivec2 g = ivec2(gl_GlobalInvocationID.xy);
  ivec2 drawn = imageSize(out_image);
  int y0 = 2 * g.y;
  int x0 = 2 * g.x;
  bool row0 = uint(y0 - 1) < uint(int(HOOKED_size.y));
  bool column0 = uint(x0 - 1) < uint(int(HOOKED_size.x));
  bool column1 = uint(x0) < uint(int(HOOKED_size.x));
  bool row1 = uint(y0) < uint(int(HOOKED_size.y));
  bool column2 = uint(x0 + 1) < uint(int(HOOKED_size.x));
  bool column3 = uint(x0 + 2) < uint(int(HOOKED_size.x));
  bool row2 = uint(y0 + 1) < uint(int(HOOKED_size.y));
  bool row3 = uint(y0 + 2) < uint(int(HOOKED_size.y));
  int x1 = 4 * g.x;
  int y1 = 4 * g.y;
  vec4 sum0 = vec4(0.0);
  vec4 sum1 = vec4(0.0);
  vec4 sum2 = vec4(0.0);
  vec4 sum3 = vec4(0.0);
  vec4 texel0 = mix(vec4(0.0), HOOKED_at(x0 - 1, y0 - 1), bvec4(row0 && column0));
  vec4 texel1 = mix(vec4(0.0), HOOKED_at(x0, y0 - 1), bvec4(row0 && column1));
  vec4 texel2 = mix(vec4(0.0), HOOKED_at(x0 - 1, y0), bvec4(row1 && column0));
  vec4 texel3 = mix(vec4(0.0), HOOKED_at(x0, y0), bvec4(row1 && column1));
  vec4 texel4 = mix(vec4(0.0), HOOKED_at(x0 + 1, y0 - 1), bvec4(row0 && column2));
  vec4 texel5 = mix(vec4(0.0), HOOKED_at(x0 + 1, y0), bvec4(row1 && column2));
  vec4 texel6 = mix(vec4(0.0), HOOKED_at(x0 + 2, y0 - 1), bvec4(row0 && column3));
  vec4 texel7 = mix(vec4(0.0), HOOKED_at(x0 + 2, y0), bvec4(row1 && column3));
  vec4 texel8 = mix(vec4(0.0), HOOKED_at(x0 - 1, y0 + 1), bvec4(row2 && column0));
  vec4 texel9 = mix(vec4(0.0), HOOKED_at(x0, y0 + 1), bvec4(row2 && column1));
  vec4 texel10 = mix(vec4(0.0), HOOKED_at(x0 + 1, y0 + 1), bvec4(row2 && column2));
  vec4 texel11 = mix(vec4(0.0), HOOKED_at(x0 + 2, y0 + 1), bvec4(row2 && column3));
  vec4 texel12 = mix(vec4(0.0), HOOKED_at(x0 - 1, y0 + 2), bvec4(row3 && column0));
  vec4 texel13 = mix(vec4(0.0), HOOKED_at(x0, y0 + 2), bvec4(row3 && column1));
  vec4 texel14 = mix(vec4(0.0), HOOKED_at(x0 + 1, y0 + 2), bvec4(row3 && column2));
  vec4 texel15 = mix(vec4(0.0), HOOKED_at(x0 + 2, y0 + 2), bvec4(row3 && column3));
  const vec4 weights0 = vec4(-0.03887952, 0.0, 0.0, 0.0);
  sum0 += weights0 * texel0;
  sum1 += weights0 * texel1;
  sum2 += weights0 * texel2;
  sum3 += weights0 * texel3;
  const vec4 weights1 = vec4(-0.031216467, -0.03211448, 0.0, 0.0);
  sum0 += weights1 * texel1.x;
  sum1 += weights1 * texel4.x;
  sum2 += weights1 * texel3.x;
  sum3 += weights1 * texel5.x;
  const vec4 weights2 = vec4(0.0, -0.08118732, 0.0, 0.0);
  sum0 += weights2 * texel4.x;
  sum1 += weights2 * texel6.x;
  sum2 += weights2 * texel5.x;
  sum3 += weights2 * texel7.x;
  const vec4 weights3 = vec4(-0.060378738, 0.0, -0.08174914, 0.0);
  sum0 += weights3 * texel2.x;
  sum1 += weights3 * texel3.x;
  sum2 += weights3 * texel8.x;
  sum3 += weights3 * texel9.x;
  const vec4 weights4 = vec4(0.2607242, 0.26340044, 0.3858278, 0.3168329);
  sum0 += weights4 * texel3.x;
  sum1 += weights4 * texel5.x;
  sum2 += weights4 * texel9.x;
  sum3 += weights4 * texel10.x;
  const vec4 weights5 = vec4(0.0, -0.063588604, 0.0, -0.071807235);
  sum0 += weights5 * texel5.x;
  sum1 += weights5 * texel7.x;
  sum2 += weights5 * texel10.x;
  sum3 += weights5 * texel11.x;
  const vec4 weights6 = vec4(0.0, 0.0, -0.06361624, 0.0);
  sum0 += weights6 * texel8.x;
  sum1 += weights6 * texel9.x;
  sum2 += weights6 * texel12.x;
  sum3 += weights6 * texel13.x;
  const vec4 weights7 = vec4(0.0, 0.0, -0.15603623, -0.15122667);
  sum0 += weights7 * texel9.x;
  sum1 += weights7 * texel10.x;
  sum2 += weights7 * texel13.x;
  sum3 += weights7 * texel14.x;
  const vec4 weights8 = vec4(0.0, 0.0, 0.0, -0.06291048);
  sum0 += weights8 * texel10.x;
  sum1 += weights8 * texel11.x;
  sum2 += weights8 * texel14.x;
  sum3 += weights8 * texel15.x;
  vec4 lanes0 = vec4(sum0.x, 0.0, 0.0, 0.0);
  vec4 lanes1 = vec4(sum0.y, 0.0, 0.0, 0.0);
  vec4 lanes2 = vec4(sum0.z, 0.0, 0.0, 0.0);
  vec4 lanes3 = vec4(sum0.w, 0.0, 0.0, 0.0);
  vec4 lanes4 = vec4(sum1.x, 0.0, 0.0, 0.0);
  vec4 lanes5 = vec4(sum1.y, 0.0, 0.0, 0.0);
  vec4 lanes6 = vec4(sum1.z, 0.0, 0.0, 0.0);
  vec4 lanes7 = vec4(sum1.w, 0.0, 0.0, 0.0);
  vec4 lanes8 = vec4(sum2.x, 0.0, 0.0, 0.0);
  vec4 lanes9 = vec4(sum2.y, 0.0, 0.0, 0.0);
  vec4 lanes10 = vec4(sum2.z, 0.0, 0.0, 0.0);
  vec4 lanes11 = vec4(sum2.w, 0.0, 0.0, 0.0);
  vec4 lanes12 = vec4(sum3.x, 0.0, 0.0, 0.0);
  vec4 lanes13 = vec4(sum3.y, 0.0, 0.0, 0.0);
  vec4 lanes14 = vec4(sum3.z, 0.0, 0.0, 0.0);
  vec4 lanes15 = vec4(sum3.w, 0.0, 0.0, 0.0);
  if (x1 < drawn.x && y1 < drawn.y) {
    imageStore(out_image, ivec2(x1, y1), shown(lanes0));
  }
  if (x1 + 1 < drawn.x && y1 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 1, y1), shown(lanes1));
  }
  if (x1 < drawn.x && y1 + 1 < drawn.y) {
    imageStore(out_image, ivec2(x1, y1 + 1), shown(lanes2));
  }
  if (x1 + 1 < drawn.x && y1 + 1 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 1, y1 + 1), shown(lanes3));
  }
  if (x1 + 2 < drawn.x && y1 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 2, y1), shown(lanes4));
  }
  if (x1 + 3 < drawn.x && y1 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 3, y1), shown(lanes5));
  }
  if (x1 + 2 < drawn.x && y1 + 1 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 2, y1 + 1), shown(lanes6));
  }
  if (x1 + 3 < drawn.x && y1 + 1 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 3, y1 + 1), shown(lanes7));
  }
  if (x1 < drawn.x && y1 + 2 < drawn.y) {
    imageStore(out_image, ivec2(x1, y1 + 2), shown(lanes8));
  }
  if (x1 + 1 < drawn.x && y1 + 2 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 1, y1 + 2), shown(lanes9));
  }
  if (x1 < drawn.x && y1 + 3 < drawn.y) {
    imageStore(out_image, ivec2(x1, y1 + 3), shown(lanes10));
  }
  if (x1 + 1 < drawn.x && y1 + 3 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 1, y1 + 3), shown(lanes11));
  }
  if (x1 + 2 < drawn.x && y1 + 2 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 2, y1 + 2), shown(lanes12));
  }
  if (x1 + 3 < drawn.x && y1 + 2 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 3, y1 + 2), shown(lanes13));
  }
  if (x1 + 2 < drawn.x && y1 + 3 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 2, y1 + 3), shown(lanes14));
  }
  if (x1 + 3 < drawn.x && y1 + 3 < drawn.y) {
    imageStore(out_image, ivec2(x1 + 3, y1 + 3), shown(lanes15));
  }
}
