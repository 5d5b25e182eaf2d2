// Trace a drop of water around (x, y): graphics.beginFill(0x3366CC), this, graphics.endFill().
// The same seed makes the same drop; wobble 0 is a circle, 1 the freest form. It never crosses
// itself, and its area is that of the circle. Needs Flash Player 11 or AIR 3 (cubicCurveTo).
package {
  import flash.display.Graphics;

  public function drawDrop(graphics:Graphics, seed:int, wobble:Number,
      x:Number = 0, y:Number = 0, radius:Number = 40, points:int = 12):void {
    var cubics:Array = dropCubics(seed, wobble, points);
    var size:Number = radius * Math.sqrt(Math.PI / dropArea(cubics));
    graphics.moveTo(x + size * cubics[0][0], y + size * cubics[0][1]);
    for (var i:int = 0; i < points; i++) {
      var c:Array = cubics[i];
      graphics.cubicCurveTo(
        x + size * c[2], y + size * c[3],
        x + size * c[4], y + size * c[5],
        x + size * c[6], y + size * c[7]);
    }
  }
}

// Points moved in and out and along a circle, and a centripetal Catmull-Rom curve through them.
function dropCubics(seed:int, wobble:Number, points:int):Array {
  var px:Array = [], py:Array = [], span:Array = [];
  var ux:Array = [], uy:Array = [], cubics:Array = [];
  var state:int = seed | 0;
  for (var i:int = 0; i < points; i++) {
    state = (state + 0x6D2B79F5) | 0;
    var angle:Number = 2 * Math.PI * (i + 0.4 * wobble * (2 * dropHash(state) - 1)) / points;
    state = (state + 0x6D2B79F5) | 0;
    var r:Number = 1 + 0.85 * wobble * (2 * dropHash(state) - 1);
    px.push(r * Math.cos(angle));
    py.push(r * Math.sin(angle));
  }
  for (i = 0; i < points; i++) {
    var n:int = (i + 1) % points;
    var dx:Number = px[n] - px[i], dy:Number = py[n] - py[i];
    span.push(Math.sqrt(Math.sqrt(dx * dx + dy * dy)));
  }
  for (i = 0; i < points; i++) {
    n = (i + 1) % points;
    var b:int = (i + points - 1) % points;
    var sum:Number = span[i] + span[b];
    ux.push(((px[i] - px[b]) * span[i] / span[b] + (px[n] - px[i]) * span[b] / span[i]) / sum);
    uy.push(((py[i] - py[b]) * span[i] / span[b] + (py[n] - py[i]) * span[b] / span[i]) / sum);
  }
  // Handles as long as a circle needs them, but never across the ray between their ends.
  var longer:Number = 4 * Math.tan(Math.PI / (2 * points)) / Math.sin(2 * Math.PI / points);
  for (i = 0; i < points; i++) {
    n = (i + 1) % points;
    var third:Number = longer * span[i] / 3;
    var ra:Number = Math.sqrt(px[i] * px[i] + py[i] * py[i]);
    var rb:Number = Math.sqrt(px[n] * px[n] + py[n] * py[n]);
    var mx:Number = px[i] / ra + px[n] / rb, my:Number = py[i] / ra + py[n] / rb;
    var f:Number = third * dropCut(px[i], py[i], third * ux[i], third * uy[i], mx, my, 1);
    var g:Number = third * dropCut(px[n], py[n], -third * ux[n], -third * uy[n], mx, my, -1);
    cubics.push([px[i], py[i], px[i] + f * ux[i], py[i] + f * uy[i],
      px[n] - g * ux[n], py[n] - g * uy[n], px[n], py[n]]);
  }
  return cubics;
}

// How much of a handle (hx, hy) at (ax, ay) stays before the ray (mx, my).
function dropCut(ax:Number, ay:Number, hx:Number, hy:Number, mx:Number, my:Number,
    sign:Number):Number {
  var towards:Number = mx * hy - my * hx;
  if (sign * towards <= 0) return 1;
  return Math.min(1, 0.98 * (ax * my - ay * mx) / towards);
}

function dropArea(cubics:Array):Number {
  var area:Number = 0;
  for (var i:int = 0; i < cubics.length; i++) {
    var c:Array = cubics[i];
    area += (6 * (c[0] * c[3] - c[1] * c[2]) + 3 * (c[0] * c[5] - c[1] * c[4])
      + (c[0] * c[7] - c[1] * c[6]) + 3 * (c[2] * c[5] - c[3] * c[4])
      + 3 * (c[2] * c[7] - c[3] * c[6]) + 6 * (c[4] * c[7] - c[5] * c[6])) / 20;
  }
  return area;
}

// Mulberry32: a hash of 32 bits to 0..1.
function dropHash(state:int):Number {
  var t:int = dropTimes(state ^ (state >>> 15), state | 1);
  t = t ^ (t + dropTimes(t ^ (t >>> 7), t | 61));
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

// The product's lowest 32 bits, in numbers that are exact up to 53.
function dropTimes(a:int, b:int):int {
  return ((a & 0xffff) * b + ((((a >>> 16) * b) & 0xffff) << 16)) | 0;
}
