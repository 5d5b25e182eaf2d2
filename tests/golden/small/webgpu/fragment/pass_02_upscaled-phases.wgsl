// small, pass 3 of 4: look_bend_0_split_1, both, up, cut
// reads   look: 3 x (height + 2) x (width + 2)
// reads   think: 2 x (height + 2) x (width + 2)
// writes  upscaled.phases: 4 x (((min(height + 6, 2*height + 4) + 1)//2) - 1) x (((min(width + 6, 2*width + 4) + 1)//2) - 1)
// cost    77 multiply-adds a position

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
  let row0 = u32(y0) < u32(plane0_size.y);
  let column0 = u32(x0) < u32(plane0_size.x);
  let column1 = u32(x0 + 1) < u32(plane0_size.x);
  let column2 = u32(x0 + 2) < u32(plane0_size.x);
  let row1 = u32(y0 + 1) < u32(plane0_size.y);
  let row2 = u32(y0 + 2) < u32(plane0_size.y);
  let row3 = u32(y0) < u32(plane1_size.y);
  let column3 = u32(x0) < u32(plane1_size.x);
  let column4 = u32(x0 + 1) < u32(plane1_size.x);
  let column5 = u32(x0 + 2) < u32(plane1_size.x);
  let row4 = u32(y0 + 1) < u32(plane1_size.y);
  let row5 = u32(y0 + 2) < u32(plane1_size.y);
  var sum0 = vec4f(0.0026960785);
  let texel0 = select(vec4f(0.0), plane0_at(x0, y0), row0 && column0);
  let texel1 = select(vec4f(0.0), plane0_at(x0 + 1, y0), row0 && column1);
  let texel2 = select(vec4f(0.0), plane0_at(x0 + 2, y0), row0 && column2);
  let texel3 = select(vec4f(0.0), plane0_at(x0, y0 + 1), row1 && column0);
  let texel4 = plane0_at(x0 + 1, y0 + 1);
  let texel5 = select(vec4f(0.0), plane0_at(x0 + 2, y0 + 1), row1 && column2);
  let texel6 = select(vec4f(0.0), plane0_at(x0, y0 + 2), row2 && column0);
  let texel7 = select(vec4f(0.0), plane0_at(x0 + 1, y0 + 2), row2 && column1);
  let texel8 = select(vec4f(0.0), plane0_at(x0 + 2, y0 + 2), row2 && column2);
  sum0 += mat3x4f(0.0029411765, 0.0, 0.0, 0.0, 0.0009803922, 0.0, 0.0, 0.0, 0.0026960785, 0.0, 0.0, 0.0) * texel0.xyz;
  sum0 += mat3x4f(0.0022058825, 0.0022058825, 0.0, 0.0, -0.0014705883, -0.00024509805, 0.0, 0.0, 0.0014705883, 0.0012254902, 0.0, 0.0) * texel1.xyz;
  sum0 += mat3x4f(0.0, 0.0014705883, 0.0, 0.0, 0.0, 0.0029411765, 0.0, 0.0, 0.0, -0.0022058825, 0.0, 0.0) * texel2.xyz;
  sum0 += mat3x4f(-0.0036764706, 0.0, -0.0034313726, 0.0, -0.0022058825, 0.0, 0.0026960785, 0.0, -0.00073529413, 0.0, -0.00024509805, 0.0) * texel3.xyz;
  sum0 += mat3x4f(0.003921569, 0.0019607844, 0.00024509805, 0.0026960785, -0.00024509805, -0.0034313726, 0.0014705883, 0.0029411765, -0.0019607844, 0.0017156863, 0.003921569, -0.0017156863) * texel4.xyz;
  sum0 += mat3x4f(0.0, 0.0, 0.0, -0.0029411765, 0.0, -0.0024509805, 0.0, 0.0029411765, 0.0, 0.0012254902, 0.0, 0.0026960785) * texel5.xyz;
  sum0 += mat3x4f(0.0, 0.0, 0.0014705883, 0.0, 0.0, 0.0, -0.0012254902, 0.0, 0.0, 0.0, 0.0026960785, 0.0) * texel6.xyz;
  sum0 += mat3x4f(0.0, 0.0, 0.00073529413, 0.0, 0.0, 0.0, 0.0004901961, 0.0024509805, 0.0, 0.0, 0.0034313726, -0.003921569) * texel7.xyz;
  sum0 += mat3x4f(0.0, 0.0, 0.0, 0.0026960785, 0.0, 0.0, 0.0, -0.0024509805, 0.0, 0.0, 0.0, -0.0017156863) * texel8.xyz;
  let texel9 = select(vec4f(0.0), plane1_at(x0, y0), row3 && column3);
  let texel10 = select(vec4f(0.0), plane1_at(x0 + 1, y0), row3 && column4);
  let texel11 = select(vec4f(0.0), plane1_at(x0 + 2, y0), row3 && column5);
  let texel12 = select(vec4f(0.0), plane1_at(x0, y0 + 1), row4 && column3);
  let texel13 = plane1_at(x0 + 1, y0 + 1);
  let texel14 = select(vec4f(0.0), plane1_at(x0 + 2, y0 + 1), row4 && column5);
  let texel15 = select(vec4f(0.0), plane1_at(x0, y0 + 2), row5 && column3);
  let texel16 = select(vec4f(0.0), plane1_at(x0 + 1, y0 + 2), row5 && column4);
  let texel17 = select(vec4f(0.0), plane1_at(x0 + 2, y0 + 2), row5 && column5);
  sum0 += vec4f(0.0029411765, 0.0, 0.0, 0.0) * texel9.y;
  sum0 += vec4f(0.0031862746, -0.003921569, 0.0, 0.0) * texel10.x + vec4f(0.0031862746, -0.0024509805, 0.0, 0.0) * texel10.y;
  sum0 += vec4f(0.0, 0.00073529413, 0.0, 0.0) * texel11.x + vec4f(0.0, 0.0022058825, 0.0, 0.0) * texel11.y;
  sum0 += vec4f(-0.0012254902, 0.0, 0.0004901961, 0.0) * texel12.x + vec4f(-0.0034313726, 0.0, 0.0014705883, 0.0) * texel12.y;
  sum0 += vec4f(-0.0036764706, -0.00024509805, 0.0024509805, -0.00073529413) * texel13.x + vec4f(-0.00024509805, 0.0031862746, -0.0019607844, -0.0019607844) * texel13.y;
  sum0 += vec4f(0.0, -0.0029411765, 0.0, 0.0031862746) * texel14.x + vec4f(0.0, 0.0026960785, 0.0, 0.0012254902) * texel14.y;
  sum0 += vec4f(0.0, 0.0, 0.0031862746, 0.0) * texel15.x + vec4f(0.0, 0.0, 0.0036764706, 0.0) * texel15.y;
  sum0 += vec4f(0.0, 0.0, 0.003921569, 0.0036764706) * texel16.x + vec4f(0.0, 0.0, -0.0004901961, 0.0034313726) * texel16.y;
  sum0 += vec4f(0.0, 0.0, 0.0, 0.0024509805) * texel17.x + vec4f(0.0, 0.0, 0.0, 0.0014705883) * texel17.y;
  result.pack0 = sum0;
  return result;
}
