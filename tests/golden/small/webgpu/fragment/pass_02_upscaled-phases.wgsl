// small, pass 3 of 4: look_bend_0_split_1, both, up
// reads   look: 3 x height x width
// reads   think: 2 x height x width
// writes  upscaled.phases: 4 x height x width
// cost    175 multiply-adds a position

@group(0) @binding(0) var plane0: texture_2d<f32>;
@group(0) @binding(1) var plane1: texture_2d<f32>;
@group(0) @binding(2) var nearest: sampler;

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
  let plane1_size = vec2i(textureDimensions(plane1));
  let y0 = g.y;
  let x0 = g.x;
  let row0 = u32(y0 - 1) < u32(plane0_size.y);
  let column0 = u32(x0 - 1) < u32(plane0_size.x);
  let column1 = u32(x0 + 1) < u32(plane0_size.x);
  let row1 = u32(y0 + 1) < u32(plane0_size.y);
  let row2 = u32(y0 - 1) < u32(plane1_size.y);
  let column2 = u32(x0 - 1) < u32(plane1_size.x);
  let column3 = u32(x0 + 1) < u32(plane1_size.x);
  let row3 = u32(y0 + 1) < u32(plane1_size.y);
  var sum0 = vec4f(0.0024509805);
  let texel0 = select(vec4f(0.0), plane0_at(x0 - 1, y0 - 1), row0 && column0);
  let texel1 = select(vec4f(0.0), plane0_at(x0, y0 - 1), row0);
  let texel2 = select(vec4f(0.0), plane0_at(x0 + 1, y0 - 1), row0 && column1);
  let texel3 = select(vec4f(0.0), plane0_at(x0 - 1, y0), column0);
  let texel4 = plane0_at(x0, y0);
  let texel5 = select(vec4f(0.0), plane0_at(x0 + 1, y0), column1);
  let texel6 = select(vec4f(0.0), plane0_at(x0 - 1, y0 + 1), row1 && column0);
  let texel7 = select(vec4f(0.0), plane0_at(x0, y0 + 1), row1);
  let texel8 = select(vec4f(0.0), plane0_at(x0 + 1, y0 + 1), row1 && column1);
  sum0 += mat3x4f(0.0029411765, -0.0014705883, -0.003921569, 0.0026960785, 0.0014705883, -0.0004901961, 0.0031862746, -0.0034313726, -0.0019607844, 0.0004901961, 0.0009803922, 0.0022058825) * texel0.xyz;
  sum0 += mat3x4f(0.0029411765, 0.0026960785, -0.0017156863, 0.0034313726, -0.003921569, 0.0, 0.0026960785, -0.00024509805, -0.003921569, 0.0009803922, -0.0031862746, -0.0009803922) * texel1.xyz;
  sum0 += mat3x4f(0.0029411765, 0.0014705883, -0.00024509805, 0.0009803922, 0.00073529413, 0.0031862746, 0.0034313726, 0.0036764706, -0.00073529413, 0.0, -0.00073529413, 0.0009803922) * texel2.xyz;
  sum0 += mat3x4f(-0.0024509805, 0.0004901961, -0.0034313726, -0.0022058825, -0.0029411765, -0.0036764706, -0.00073529413, 0.0004901961, -0.0009803922, 0.0019607844, -0.0026960785, 0.0004901961) * texel3.xyz;
  sum0 += mat3x4f(0.0022058825, 0.0029411765, -0.0024509805, -0.00024509805, 0.0036764706, 0.0031862746, 0.0031862746, 0.0024509805, -0.0026960785, -0.0029411765, 0.0014705883, 0.0019607844) * texel4.xyz;
  sum0 += mat3x4f(0.0014705883, 0.0022058825, 0.0024509805, -0.0012254902, 0.0024509805, 0.003921569, -0.00024509805, -0.0012254902, 0.0026960785, -0.00024509805, -0.0014705883, -0.0036764706) * texel5.xyz;
  sum0 += mat3x4f(0.0, 0.003921569, 0.0026960785, -0.0034313726, 0.0026960785, 0.003921569, 0.0012254902, 0.0026960785, 0.0022058825, 0.0031862746, -0.0034313726, 0.0022058825) * texel6.xyz;
  sum0 += mat3x4f(0.0, 0.0014705883, -0.0029411765, 0.00024509805, 0.0017156863, -0.00073529413, -0.0022058825, 0.0014705883, -0.0019607844, 0.0014705883, 0.0026960785, -0.0014705883) * texel7.xyz;
  sum0 += mat3x4f(0.0026960785, 0.00073529413, 0.0019607844, -0.0036764706, 0.0012254902, -0.0019607844, -0.0017156863, -0.00024509805, 0.0012254902, -0.0019607844, -0.0024509805, 0.0029411765) * texel8.xyz;
  let texel9 = select(vec4f(0.0), plane1_at(x0 - 1, y0 - 1), row2 && column2);
  let texel10 = select(vec4f(0.0), plane1_at(x0, y0 - 1), row2);
  let texel11 = select(vec4f(0.0), plane1_at(x0 + 1, y0 - 1), row2 && column3);
  let texel12 = select(vec4f(0.0), plane1_at(x0 - 1, y0), column2);
  let texel13 = plane1_at(x0, y0);
  let texel14 = select(vec4f(0.0), plane1_at(x0 + 1, y0), column3);
  let texel15 = select(vec4f(0.0), plane1_at(x0 - 1, y0 + 1), row3 && column2);
  let texel16 = select(vec4f(0.0), plane1_at(x0, y0 + 1), row3);
  let texel17 = select(vec4f(0.0), plane1_at(x0 + 1, y0 + 1), row3 && column3);
  sum0 += vec4f(-0.0019607844, 0.0034313726, -0.0029411765, -0.0029411765) * texel9.x + vec4f(-0.0014705883, 0.0034313726, 0.0022058825, -0.0026960785) * texel9.y;
  sum0 += vec4f(-0.0034313726, 0.0031862746, 0.0017156863, 0.0022058825) * texel10.x + vec4f(-0.0014705883, 0.0017156863, 0.003921569, 0.0031862746) * texel10.y;
  sum0 += vec4f(-0.0019607844, -0.0014705883, 0.0022058825, -0.0026960785) * texel11.x + vec4f(-0.0017156863, -0.0026960785, 0.00073529413, -0.0029411765) * texel11.y;
  sum0 += vec4f(0.00024509805, 0.0029411765, -0.0019607844, -0.0029411765) * texel12.x + vec4f(-0.0004901961, 0.0004901961, -0.0024509805, -0.00073529413) * texel12.y;
  sum0 += vec4f(-0.0012254902, 0.0036764706, 0.003921569, -0.0034313726) * texel13.x + vec4f(-0.0009803922, -0.0017156863, -0.0031862746, -0.0036764706) * texel13.y;
  sum0 += vec4f(0.0024509805, -0.0019607844, -0.0024509805, 0.0022058825) * texel14.x + vec4f(0.0017156863, 0.0004901961, -0.0009803922, -0.0029411765) * texel14.y;
  sum0 += vec4f(0.0012254902, -0.0026960785, 0.0009803922, -0.0034313726) * texel15.x + vec4f(0.0012254902, 0.0004901961, 0.0026960785, 0.0017156863) * texel15.y;
  sum0 += vec4f(0.0017156863, 0.0, 0.0029411765, -0.0014705883) * texel16.x + vec4f(-0.00073529413, -0.00024509805, 0.00073529413, -0.00024509805) * texel16.y;
  sum0 += vec4f(-0.0009803922, -0.003921569, -0.0004901961, 0.0031862746) * texel17.x + vec4f(-0.0009803922, -0.0034313726, -0.00024509805, -0.0022058825) * texel17.y;
  result.pack0 = sum0;
  return result;
}
