/**
 * Pictures as a network's contract wants them, and back.
 *
 * A luma network sees one plane of the picture. What it does not see, chroma and alpha, is
 * enlarged by a bicubic kernel (Keys, a = -0.5) on the grid that the network draws: output pixel
 * o shows the place (o + 0.5 + offset) / scale - 0.5 of the input, and the outermost pixel is
 * repeated beyond the border.
 *
 * @typedef {import("./manifest.js").Planes} Planes
 */

/**
 * Divide a picture into what the network sees and what is done without it.
 *
 * @param {ImageBitmap|HTMLImageElement|HTMLCanvasElement|OffscreenCanvas|ImageData} source
 * @param {object} contract  the manifest's
 * @returns {{seen: Planes, finish: (answer: Planes) => ImageData}}  `finish` makes the picture
 *     of the network's answer
 */
export function divide(source, contract) {
  const { width, height, data } = pixels(source);
  const area = width * height;
  const samples = [0, 1, 2, 3].map((c) =>
    Float32Array.from({ length: area }, (_, i) => data[4 * i + c] / 255),
  );
  const enlarge = (plane) => bicubic(plane, width, height, contract);
  const { apart, together } = CHANNELS[contract.channels](contract);
  const [seen, unseen] = apart(samples.slice(0, 3));
  return {
    seen: { data: joined(seen), channels: seen.length, height, width },
    finish(answer) {
      const size = answer.width * answer.height;
      const drawn = seen.map((_, c) => answer.data.subarray(c * size, (c + 1) * size));
      const colours = together(drawn, unseen.map(enlarge));
      return image([...colours, enlarge(samples[3])], answer.width, answer.height);
    },
  };
}

const CHANNELS = {
  luma: lumaAndChroma,
  "luma-of-rgb": allColours,
  rgb: allColours,
  bgr: () => ({ apart: (rgb) => [rgb.toReversed(), []], together: (bgr) => bgr.toReversed() }),
};

function allColours() {
  return { apart: (rgb) => [rgb, []], together: (rgb) => rgb };
}

/** See ITU-R BT.601-7 and BT.709-6. Chroma is only enlarged, so it needs no levels. */
function lumaAndChroma({ matrix, levels }) {
  const [kr, kb] = { bt601: [0.299, 0.114], bt709: [0.2126, 0.0722] }[matrix];
  const kg = 1 - kr - kb;
  const [black, range] = { full: [0, 1], limited: [16 / 255, 219 / 255] }[levels];
  return {
    apart([red, green, blue]) {
      const luma = red.map((r, i) => kr * r + kg * green[i] + kb * blue[i]);
      const chroma = [blue, red].map((plane) => plane.map((value, i) => value - luma[i]));
      return [[luma.map((y) => black + range * y)], chroma];
    },
    together([seen], [toBlue, toRed]) {
      const luma = seen.map((y) => (y - black) / range);
      const [red, blue] = [toRed, toBlue].map((chroma) => chroma.map((d, i) => luma[i] + d));
      return [red, luma.map((y, i) => (y - kr * red[i] - kb * blue[i]) / kg), blue];
    },
  };
}

export function bicubic(plane, width, height, { scale, offset }) {
  const wide = along(plane, width, height, 1, width, scale, offset);
  return along(wide, height, width * scale, width * scale, 1, scale, offset);
}

/** Enlarge one axis: `size` samples `step` apart, in each of `lines` lines `apart` apart. */
function along(plane, size, lines, step, apart, scale, offset) {
  const answer = new Float32Array(plane.length * scale);
  const between = step === 1 ? size * scale : 1;
  for (let o = 0; o < size * scale; o++) {
    const place = (o + 0.5 + offset) / scale - 0.5;
    const first = Math.floor(place) - 1;
    for (let k = first; k < first + 4; k++) {
      const weight = cubic(Math.abs(place - k));
      const from = step * Math.min(Math.max(k, 0), size - 1);
      for (let n = 0; n < lines; n++) {
        answer[o * step + n * between] += weight * plane[from + n * apart];
      }
    }
  }
  return answer;
}

function cubic(x) {
  if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
  return x <= 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

function joined(planes) {
  const data = new Float32Array(planes.length * planes[0].length);
  planes.forEach((plane, c) => data.set(plane, c * plane.length));
  return data;
}

function pixels(source) {
  if (source.data) return source;
  const width = source.naturalWidth ?? source.width;
  const height = source.naturalHeight ?? source.height;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(source, 0, 0);
  return context.getImageData(0, 0, width, height);
}

function image(planes, width, height) {
  const picture = new ImageData(width, height);
  planes.forEach((plane, c) => {
    plane.forEach((value, i) => (picture.data[4 * i + c] = Math.floor(255 * value + 0.5)));
  });
  return picture;
}
