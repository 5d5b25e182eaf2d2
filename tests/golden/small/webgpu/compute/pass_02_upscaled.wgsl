// small, pass 3 of 3: look_bend_0_split_1, both, up
// reads   look: 3 x height x width
// reads   think: 2 x height x width
// writes  upscaled: 1 x 2*height x 2*width
// phases  2 x 2 output pixels from each low-resolution position
// cost    175 multiply-adds a position

@group(0) @binding(0) var plane0: texture_2d<f32>;
@group(0) @binding(1) var plane1: texture_2d<f32>;
@group(0) @binding(2) var result: texture_storage_2d<r32float, write>;
@group(0) @binding(3) var nearest: sampler;

fn plane0_at(x: i32, y: i32) -> vec4f {
  let step = 1.0 / vec2f(textureDimensions(plane0));
  let centre = (vec2f(vec2i(x, y)) + 0.5) * step;
  return textureSampleLevel(plane0, nearest, centre, 0.0);
}

fn plane1_at(x: i32, y: i32) -> vec4f {
  let step = 1.0 / vec2f(textureDimensions(plane1));
  let centre = (vec2f(vec2i(x, y)) + 0.5) * step;
  return textureSampleLevel(plane1, nearest, centre, 0.0);
}

@compute @workgroup_size(32, 2)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let g = vec2i(id.xy);
  let size = vec2i(textureDimensions(result));
  let plane0_size = vec2i(textureDimensions(plane0));
  let plane1_size = vec2i(textureDimensions(plane1));
  let y0 = g.y;
  let x0 = 2 * g.x;
  let row0 = u32(y0 - 1) < u32(plane0_size.y);
  let column0 = u32(x0 - 1) < u32(plane0_size.x);
  let column1 = u32(x0) < u32(plane0_size.x);
  let column2 = u32(x0 + 1) < u32(plane0_size.x);
  let column3 = u32(x0 + 2) < u32(plane0_size.x);
  let row1 = u32(y0 + 1) < u32(plane0_size.y);
  let row2 = u32(y0 - 1) < u32(plane1_size.y);
  let column4 = u32(x0 - 1) < u32(plane1_size.x);
  let column5 = u32(x0) < u32(plane1_size.x);
  let column6 = u32(x0 + 1) < u32(plane1_size.x);
  let column7 = u32(x0 + 2) < u32(plane1_size.x);
  let row3 = u32(y0 + 1) < u32(plane1_size.y);
  let x1 = 4 * g.x;
  let y1 = 2 * g.y;
  var sum0 = vec4f(0.0024509805);
  var sum1 = vec4f(0.0024509805);
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
  let weights0 = mat3x4f(0.0029411765, -0.0014705883, -0.003921569, 0.0026960785, 0.0014705883, -0.0004901961, 0.0031862746, -0.0034313726, -0.0019607844, 0.0004901961, 0.0009803922, 0.0022058825);
  sum0 += weights0 * texel0.xyz;
  sum1 += weights0 * texel1.xyz;
  let weights1 = mat3x4f(0.0029411765, 0.0026960785, -0.0017156863, 0.0034313726, -0.003921569, 0.0, 0.0026960785, -0.00024509805, -0.003921569, 0.0009803922, -0.0031862746, -0.0009803922);
  sum0 += weights1 * texel1.xyz;
  sum1 += weights1 * texel2.xyz;
  let weights2 = mat3x4f(0.0029411765, 0.0014705883, -0.00024509805, 0.0009803922, 0.00073529413, 0.0031862746, 0.0034313726, 0.0036764706, -0.00073529413, 0.0, -0.00073529413, 0.0009803922);
  sum0 += weights2 * texel2.xyz;
  sum1 += weights2 * texel3.xyz;
  let weights3 = mat3x4f(-0.0024509805, 0.0004901961, -0.0034313726, -0.0022058825, -0.0029411765, -0.0036764706, -0.00073529413, 0.0004901961, -0.0009803922, 0.0019607844, -0.0026960785, 0.0004901961);
  sum0 += weights3 * texel4.xyz;
  sum1 += weights3 * texel5.xyz;
  let weights4 = mat3x4f(0.0022058825, 0.0029411765, -0.0024509805, -0.00024509805, 0.0036764706, 0.0031862746, 0.0031862746, 0.0024509805, -0.0026960785, -0.0029411765, 0.0014705883, 0.0019607844);
  sum0 += weights4 * texel5.xyz;
  sum1 += weights4 * texel6.xyz;
  let weights5 = mat3x4f(0.0014705883, 0.0022058825, 0.0024509805, -0.0012254902, 0.0024509805, 0.003921569, -0.00024509805, -0.0012254902, 0.0026960785, -0.00024509805, -0.0014705883, -0.0036764706);
  sum0 += weights5 * texel6.xyz;
  sum1 += weights5 * texel7.xyz;
  let weights6 = mat3x4f(0.0, 0.003921569, 0.0026960785, -0.0034313726, 0.0026960785, 0.003921569, 0.0012254902, 0.0026960785, 0.0022058825, 0.0031862746, -0.0034313726, 0.0022058825);
  sum0 += weights6 * texel8.xyz;
  sum1 += weights6 * texel9.xyz;
  let weights7 = mat3x4f(0.0, 0.0014705883, -0.0029411765, 0.00024509805, 0.0017156863, -0.00073529413, -0.0022058825, 0.0014705883, -0.0019607844, 0.0014705883, 0.0026960785, -0.0014705883);
  sum0 += weights7 * texel9.xyz;
  sum1 += weights7 * texel10.xyz;
  let weights8 = mat3x4f(0.0026960785, 0.00073529413, 0.0019607844, -0.0036764706, 0.0012254902, -0.0019607844, -0.0017156863, -0.00024509805, 0.0012254902, -0.0019607844, -0.0024509805, 0.0029411765);
  sum0 += weights8 * texel10.xyz;
  sum1 += weights8 * texel11.xyz;
  let texel12 = select(vec4f(0.0), plane1_at(x0 - 1, y0 - 1), row2 && column4);
  let texel13 = select(vec4f(0.0), plane1_at(x0, y0 - 1), row2 && column5);
  let texel14 = select(vec4f(0.0), plane1_at(x0 + 1, y0 - 1), row2 && column6);
  let texel15 = select(vec4f(0.0), plane1_at(x0 + 2, y0 - 1), row2 && column7);
  let texel16 = select(vec4f(0.0), plane1_at(x0 - 1, y0), column4);
  let texel17 = select(vec4f(0.0), plane1_at(x0, y0), column5);
  let texel18 = select(vec4f(0.0), plane1_at(x0 + 1, y0), column6);
  let texel19 = select(vec4f(0.0), plane1_at(x0 + 2, y0), column7);
  let texel20 = select(vec4f(0.0), plane1_at(x0 - 1, y0 + 1), row3 && column4);
  let texel21 = select(vec4f(0.0), plane1_at(x0, y0 + 1), row3 && column5);
  let texel22 = select(vec4f(0.0), plane1_at(x0 + 1, y0 + 1), row3 && column6);
  let texel23 = select(vec4f(0.0), plane1_at(x0 + 2, y0 + 1), row3 && column7);
  let weights9 = vec4f(-0.0019607844, 0.0034313726, -0.0029411765, -0.0029411765);
  let weights10 = vec4f(-0.0014705883, 0.0034313726, 0.0022058825, -0.0026960785);
  sum0 += weights9 * texel12.x + weights10 * texel12.y;
  sum1 += weights9 * texel13.x + weights10 * texel13.y;
  let weights11 = vec4f(-0.0034313726, 0.0031862746, 0.0017156863, 0.0022058825);
  let weights12 = vec4f(-0.0014705883, 0.0017156863, 0.003921569, 0.0031862746);
  sum0 += weights11 * texel13.x + weights12 * texel13.y;
  sum1 += weights11 * texel14.x + weights12 * texel14.y;
  let weights13 = vec4f(-0.0019607844, -0.0014705883, 0.0022058825, -0.0026960785);
  let weights14 = vec4f(-0.0017156863, -0.0026960785, 0.00073529413, -0.0029411765);
  sum0 += weights13 * texel14.x + weights14 * texel14.y;
  sum1 += weights13 * texel15.x + weights14 * texel15.y;
  let weights15 = vec4f(0.00024509805, 0.0029411765, -0.0019607844, -0.0029411765);
  let weights16 = vec4f(-0.0004901961, 0.0004901961, -0.0024509805, -0.00073529413);
  sum0 += weights15 * texel16.x + weights16 * texel16.y;
  sum1 += weights15 * texel17.x + weights16 * texel17.y;
  let weights17 = vec4f(-0.0012254902, 0.0036764706, 0.003921569, -0.0034313726);
  let weights18 = vec4f(-0.0009803922, -0.0017156863, -0.0031862746, -0.0036764706);
  sum0 += weights17 * texel17.x + weights18 * texel17.y;
  sum1 += weights17 * texel18.x + weights18 * texel18.y;
  let weights19 = vec4f(0.0024509805, -0.0019607844, -0.0024509805, 0.0022058825);
  let weights20 = vec4f(0.0017156863, 0.0004901961, -0.0009803922, -0.0029411765);
  sum0 += weights19 * texel18.x + weights20 * texel18.y;
  sum1 += weights19 * texel19.x + weights20 * texel19.y;
  let weights21 = vec4f(0.0012254902, -0.0026960785, 0.0009803922, -0.0034313726);
  let weights22 = vec4f(0.0012254902, 0.0004901961, 0.0026960785, 0.0017156863);
  sum0 += weights21 * texel20.x + weights22 * texel20.y;
  sum1 += weights21 * texel21.x + weights22 * texel21.y;
  let weights23 = vec4f(0.0017156863, 0.0, 0.0029411765, -0.0014705883);
  let weights24 = vec4f(-0.00073529413, -0.00024509805, 0.00073529413, -0.00024509805);
  sum0 += weights23 * texel21.x + weights24 * texel21.y;
  sum1 += weights23 * texel22.x + weights24 * texel22.y;
  let weights25 = vec4f(-0.0009803922, -0.003921569, -0.0004901961, 0.0031862746);
  let weights26 = vec4f(-0.0009803922, -0.0034313726, -0.00024509805, -0.0022058825);
  sum0 += weights25 * texel22.x + weights26 * texel22.y;
  sum1 += weights25 * texel23.x + weights26 * texel23.y;
  let lanes0 = vec4f(sum0.x, 0.0, 0.0, 0.0);
  let lanes1 = vec4f(sum0.y, 0.0, 0.0, 0.0);
  let lanes2 = vec4f(sum0.z, 0.0, 0.0, 0.0);
  let lanes3 = vec4f(sum0.w, 0.0, 0.0, 0.0);
  let lanes4 = vec4f(sum1.x, 0.0, 0.0, 0.0);
  let lanes5 = vec4f(sum1.y, 0.0, 0.0, 0.0);
  let lanes6 = vec4f(sum1.z, 0.0, 0.0, 0.0);
  let lanes7 = vec4f(sum1.w, 0.0, 0.0, 0.0);
  if (x1 < size.x && y1 < size.y) {
    textureStore(result, vec2i(x1, y1), lanes0);
  }
  if (x1 + 1 < size.x && y1 < size.y) {
    textureStore(result, vec2i(x1 + 1, y1), lanes1);
  }
  if (x1 < size.x && y1 + 1 < size.y) {
    textureStore(result, vec2i(x1, y1 + 1), lanes2);
  }
  if (x1 + 1 < size.x && y1 + 1 < size.y) {
    textureStore(result, vec2i(x1 + 1, y1 + 1), lanes3);
  }
  if (x1 + 2 < size.x && y1 < size.y) {
    textureStore(result, vec2i(x1 + 2, y1), lanes4);
  }
  if (x1 + 3 < size.x && y1 < size.y) {
    textureStore(result, vec2i(x1 + 3, y1), lanes5);
  }
  if (x1 + 2 < size.x && y1 + 1 < size.y) {
    textureStore(result, vec2i(x1 + 2, y1 + 1), lanes6);
  }
  if (x1 + 3 < size.x && y1 + 1 < size.y) {
    textureStore(result, vec2i(x1 + 3, y1 + 1), lanes7);
  }
}
