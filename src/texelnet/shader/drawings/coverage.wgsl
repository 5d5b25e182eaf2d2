// When a curve reaches a place, on both axes at once: 0 before its start, 1 after its end.
fn when(start: vec2f, along: vec2f, bend: vec2f, place: vec2f) -> vec2f {
  let way = select(vec2f(-1.0), vec2f(1.0), along + bend >= vec2f(0.0));
  let far = place - start;
  let root = sqrt(max(along * along + 4.0 * bend * far, vec2f(0.0)));
  return clamp(2.0 * way * far / max(abs(along) + root, vec2f(1e-20)), vec2f(0.0), vec2f(1.0));
}

// How much of a pixel lies to the right of a curve, negative where the curve runs upwards.
// The curve goes from a to c, its handle is b, and it never turns back on either axis.
fn right_of(low: vec2f, high: vec2f, a: vec2f, b: vec2f, c: vec2f) -> f32 {
  if (max(a.y, c.y) <= low.y || min(a.y, c.y) >= high.y || min(a.x, c.x) >= high.x) {
    return 0.0;
  }
  let start = a - low;  // a pixel's own corner is 0: no digits are lost
  let along = 2.0 * (b - a);
  let bend = a - 2.0 * b + c;
  let pixel = high - low;
  let enters = when(start, along, bend, vec2f(0.0));
  let leaves = when(start, along, bend, pixel);
  let first = min(enters.y, leaves.y);  // while it is in the pixel's row
  let last = max(enters.y, leaves.y);
  let before = clamp(min(enters.x, leaves.x), first, last);  // while in its column too
  let after = clamp(max(enters.x, leaves.x), first, last);
  let p = start + before * (along + before * bend);
  let q = start + after * (along + after * bend);
  let span = after - before;
  let within = (q.y - p.y) * (pixel.x - (p.x + q.x) / 2.0)
    - span * span * span * (along.x * bend.y - along.y * bend.x) / 6.0;
  // The rest of the row's part lies left of the pixel, or right of it, where it has no share.
  let beside = vec2f(first, last) * (along.y + vec2f(first, last) * bend.y) + start.y;
  let rightwards = along.x + bend.x >= 0.0;
  let left = select(beside.y - q.y, p.y - beside.x, rightwards);
  return within + left * pixel.x;
}

// The share of a pixel: outlines may run either way, and are filled by non-zero winding.
fn share(area: f32, low: vec2f, high: vec2f) -> f32 {
  let pixel = high - low;
  return min(abs(area) / (pixel.x * pixel.y), 1.0);
}
