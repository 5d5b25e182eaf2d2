/**
 * What a package's manifest says, as numbers: how large planes are, what the device must allow.
 *
 * @typedef {object} Planes  numbers as (channels, height, width), row 0 at the top
 * @property {Float32Array} data  channels * height * width of them
 * @property {number} [channels]  told in answers; of inputs the package knows it
 * @property {number} height
 * @property {number} width
 */

/** Give the free sizes of a picture, after checking all that the manifest asks of its inputs. */
export function freeSizes({ inputs, planes, demands }, given) {
  const sizes = {};
  for (const name of inputs) {
    if (!given[name]) throw new Error(`There is no "${name}"; wanted are ${inputs.join(", ")}.`);
    const { data, height, width } = given[name];
    const { channels, ...trees } = planes[name];
    const shape = `${channels} x ${height} x ${width}`;
    if (!data.length || data.length !== channels * height * width) {
      throw new Error(`"${name}" holds ${data.length} numbers instead of ${shape}.`);
    }
    for (const [tree, got] of [[trees.height, height], [trees.width, width]]) {
      const size = typeof tree === "string" ? (sizes[tree] ??= got) : tree;
      if (size !== got) throw new Error(`"${name}" is ${shape}: ${got} should be ${size}.`);
    }
  }
  for (const { equal, below, where } of demands) {
    const [first, second] = (equal ?? below).map((tree) => sizeAt(tree, sizes));
    if (equal && first !== second) {
      throw new Error(`${where}: at this size ${first} meets ${second}.`);
    }
    if (below && first >= second) {
      const what = first ? `has ${second} pixels where ${first} are mirrored` : "is left nothing";
      throw new Error(`${where}: the picture is too small, it ${what}.`);
    }
  }
  return sizes;
}

/** Give each plane's texture as [width, height, layers]; `longest` is what the device allows. */
export function extentsAt({ planes }, sizes, longest) {
  const extents = Object.entries(planes).map(([name, plane]) => {
    const [width, height] = [sizeAt(plane.width, sizes), sizeAt(plane.height, sizes)];
    const texture = `"${name}" would be ${width}x${height}`;
    if (Math.min(width, height) < 1) throw new Error(`The picture is too small: ${texture}.`);
    if (Math.max(width, height) > longest) {
      throw new Error(`The picture is too large: ${texture}, the device ends at ${longest}.`);
    }
    return [name, [width, height, plane.packs]];
  });
  return Object.fromEntries(extents);
}

/** Give the number of a size: a number, a name, or [operator, operand, ...]. */
export function sizeAt(tree, sizes) {
  if (typeof tree === "string") return sizes[tree];
  if (typeof tree === "number") return tree;
  const [operator, ...operands] = tree;
  return OPERATORS[operator](...operands.map((operand) => sizeAt(operand, sizes)));
}

const OPERATORS = {
  "+": (...terms) => terms.reduce((a, b) => a + b),
  "*": (a, b) => a * b,
  "//": (a, b) => Math.floor(a / b),
  min: Math.min,
  max: Math.max,
};

/** Give the limits of WebGPU that the passes need, by their names. */
export function limitsFor({ passes, planes }) {
  const most = (number) => Math.max(0, ...passes.map(number));
  const fragments = passes.filter(({ form }) => form === "fragment");
  const drawn = ({ packs, writes }) => packs[1] * (planes[writes].format === HALF ? 8 : 16);
  return {
    maxTextureArrayLayers: Math.max(...Object.values(planes).map(({ packs }) => packs)),
    maxSampledTexturesPerShaderStage: most(({ reads, weights }) => reads.length + (weights ? 1 : 0)),
    maxComputeInvocationsPerWorkgroup: most(({ workgroup: [x, y] }) => x * y),
    maxComputeWorkgroupStorageSize: most(({ shared }) => shared ?? 0),
    maxStorageBuffersPerShaderStage: most(({ packs, staged }) => (staged ? packs[1] : 0)),
    maxColorAttachmentBytesPerSample: Math.max(0, ...fragments.map(drawn)),
  };
}

/** Refuse a device that lacks what `limitsFor` found. */
export function check({ network }, needs, limits) {
  for (const [name, need] of Object.entries(needs)) {
    if (need <= limits[name]) continue;
    throw new Error(`${network} needs ${name} = ${need}; the graphics device has ${limits[name]}.`);
  }
}

/** Planes are r32float (one channel), or packs of four in the layers of rgba32float or HALF. */
const HALF = "rgba16float";

/** Give a plane's numbers a texel, and how a copy of its texture is read, as 32-bit numbers. */
export function texelOf({ format }) {
  if (format === HALF) return { lanes: 4, bytes: 8, numbers: (copy) => halves(copy) };
  const lanes = format === "r32float" ? 1 : 4;
  return { lanes, bytes: 4 * lanes, numbers: (copy) => new Float32Array(copy) };
}

function halves(copy) {
  return Float32Array.from(new Uint16Array(copy), (bits) => {
    const [sign, exponent, digits] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
    if (exponent === 31) return digits ? NaN : sign * Infinity;
    return sign * (exponent ? (1024 + digits) * 2 ** (exponent - 25) : digits * 2 ** -24);
  });
}

export const dimension = ({ packs }) => (packs > 1 ? "2d-array" : "2d");
