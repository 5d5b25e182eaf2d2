// How much of a pixel the drop of a seed covers, 0 to 1; low and high are the pixel's corners.
// The same seed makes the same drop; wobble 0 is a circle, 1 the freest form. It never crosses
// itself, and its area is that of the circle.
const POINTS = 12u;
const PARTS = 8u;  // quadratic curves in place of a cubic: off by 1/1500 of the radius at most
const TURN = 6.283185307179586;

fn drawDrop(low: vec2f, high: vec2f, seed: u32, wobble: f32, centre: vec2f, radius: f32) -> f32 {
  if (any(high < centre - 8.0 * radius) || any(low > centre + 8.0 * radius)) { return 0.0; }
  var cubics = dropCubics(seed, wobble);
  var area = 0.0;
  for (var i = 0u; i < POINTS; i++) {
    let c = cubics[i];
    area += 6.0 * cross2(c[0], c[1]) + 3.0 * cross2(c[0], c[2]) + cross2(c[0], c[3])
      + 3.0 * cross2(c[1], c[2]) + 3.0 * cross2(c[1], c[3]) + 6.0 * cross2(c[2], c[3]);
  }
  let size = radius * sqrt(10.0 * TURN / area);
  let a = (low - centre) / size;  // the pixel in the drop's own measure
  let b = (high - centre) / size;
  var covered = 0.0;
  for (var i = 0u; i < POINTS; i++) {
    for (var part = 0u; part < PARTS; part++) {
      covered += right_of_part(a, b, cubics[i], f32(part) / f32(PARTS));
    }
  }
  return share(covered, a, b);
}

// A part of a cubic as a quadratic curve, cut where it turns back on an axis.
fn right_of_part(low: vec2f, high: vec2f, cubic: mat4x2f, begin: f32) -> f32 {
  let end = begin + 1.0 / f32(PARTS);
  let a = cubic_at(cubic, begin);
  let c = cubic_at(cubic, end);
  let b = (a + c) / 2.0
    + (cubic_slope(cubic, begin) - cubic_slope(cubic, end)) / (4.0 * f32(PARTS));
  let bend = a - 2.0 * b + c;
  let turns = clamp((a - b) / select(bend, vec2f(1e-20), bend == vec2f(0.0)), vec2f(0.0), vec2f(1.0));
  let first = min(turns.x, turns.y);
  let last = max(turns.x, turns.y);
  return right_of_piece(low, high, a, b, c, 0.0, first)
    + right_of_piece(low, high, a, b, c, first, last)
    + right_of_piece(low, high, a, b, c, last, 1.0);
}

fn right_of_piece(
  low: vec2f, high: vec2f, a: vec2f, b: vec2f, c: vec2f, r: f32, s: f32
) -> f32 {
  let start = mix(mix(a, b, r), mix(b, c, r), r);
  let handle = mix(mix(a, b, r), mix(b, c, r), s);
  let end = mix(mix(a, b, s), mix(b, c, s), s);
  return right_of(low, high, start, handle, end);
}

fn cubic_at(c: mat4x2f, t: f32) -> vec2f {
  let u = 1.0 - t;
  return u * u * u * c[0] + 3.0 * u * u * t * c[1] + 3.0 * u * t * t * c[2] + t * t * t * c[3];
}

fn cubic_slope(c: mat4x2f, t: f32) -> vec2f {
  let u = 1.0 - t;
  return 3.0 * (u * u * (c[1] - c[0]) + 2.0 * u * t * (c[2] - c[1]) + t * t * (c[3] - c[2]));
}

// Points moved in and out and along a circle, and a centripetal Catmull-Rom curve through them.
fn dropCubics(seed: u32, wobble: f32) -> array<mat4x2f, POINTS> {
  var p: array<vec2f, POINTS>;
  var u: array<vec2f, POINTS>;
  var span: array<f32, POINTS>;
  var cubics: array<mat4x2f, POINTS>;
  for (var i = 0u; i < POINTS; i++) {
    let along = dropHash(seed + (2u * i + 1u) * 0x6D2B79F5u);
    let out = dropHash(seed + (2u * i + 2u) * 0x6D2B79F5u);
    let angle = TURN * (f32(i) + 0.4 * wobble * (2.0 * along - 1.0)) / f32(POINTS);
    p[i] = (1.0 + 0.85 * wobble * (2.0 * out - 1.0)) * vec2f(cos(angle), sin(angle));
  }
  for (var i = 0u; i < POINTS; i++) { span[i] = sqrt(distance(p[i], p[(i + 1u) % POINTS])); }
  for (var i = 0u; i < POINTS; i++) {
    let n = (i + 1u) % POINTS;
    let b = (i + POINTS - 1u) % POINTS;
    u[i] = ((p[i] - p[b]) * (span[i] / span[b]) + (p[n] - p[i]) * (span[b] / span[i]))
      / (span[i] + span[b]);
  }
  // Handles as long as a circle needs them, but never across the ray between their ends.
  let longer = 4.0 * tan(TURN / (4.0 * f32(POINTS))) / sin(TURN / f32(POINTS));
  for (var i = 0u; i < POINTS; i++) {
    let n = (i + 1u) % POINTS;
    let ray = normalize(p[i]) + normalize(p[n]);
    let f = longer * span[i] / 3.0 * u[i];
    let g = -longer * span[i] / 3.0 * u[n];
    cubics[i] = mat4x2f(
      p[i], p[i] + dropCut(p[i], f, ray, 1.0) * f, p[n] + dropCut(p[n], g, ray, -1.0) * g, p[n]);
  }
  return cubics;
}

// How much of a handle stays before the ray.
fn dropCut(at: vec2f, handle: vec2f, ray: vec2f, sign: f32) -> f32 {
  let towards = cross2(ray, handle);
  if (sign * towards <= 0.0) { return 1.0; }
  return min(1.0, 0.98 * cross2(at, ray) / towards);
}

fn cross2(a: vec2f, b: vec2f) -> f32 {
  return a.x * b.y - a.y * b.x;
}

// Mulberry32: 0 to 1 of a state.
fn dropHash(state: u32) -> f32 {
  var t = (state ^ (state >> 15u)) * (state | 1u);
  t ^= t + (t ^ (t >> 7u)) * (t | 61u);
  return f32(t ^ (t >> 14u)) / 4294967296.0;
}
