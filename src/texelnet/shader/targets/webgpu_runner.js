/**
 * Runs a texelnet package in a page, with WebGPU and nothing else.
 *
 *     import { load } from "./decon-x2/runner.js";
 *     const net = await load("decon-x2/");
 *     context.putImageData(await net.upscale(image), 0, 0);
 *
 * The manifest tells how: planes become textures, passes run in their order, and a size is a
 * tree: a number, the name of a free size of the input, or [operator, operand, ...].
 *
 * @typedef {import("./manifest.js").Planes} Planes
 */

import { check, dimension, extentsAt, freeSizes, limitsFor, sizeAt, texelOf } from "./manifest.js";
import { divide } from "./picture.js";

/**
 * Fetch a package and make it ready to run.
 *
 * @param {string | URL} folder  where manifest.json lies, relative to the page
 * @param {{device?: GPUDevice}} [options]  a device to share, else the package asks for one
 * @returns {Promise<Net>}
 */
export async function load(folder, { device } = {}) {
  const base = new URL(String(folder).replace(/\/?$/, "/"), globalThis.location.href);
  const manifest = await (await fetched("manifest.json", base)).json();
  if (manifest.format !== "texelnet webgpu package" || manifest.version !== 1) {
    throw new Error(`${base} holds another kind of package: use the runner.js that lies there.`);
  }
  const named = manifest.passes.flatMap(({ file, weights }) => (weights ? [file, weights] : file));
  const names = [...new Set(named)];
  const contents = names.map(async (name) => (await fetched(name, base)).arrayBuffer());
  const files = new Map((await Promise.all(contents)).map((content, i) => [names[i], content]));
  const needs = limitsFor(manifest);
  device ??= await newDevice(manifest, needs);
  check(manifest, needs, device.limits);
  const made = new Map();
  const passes = manifest.passes.map(async (pass) => ({
    ...pass,
    pipeline: await pipeline(device, manifest.planes, pass, files, made),
    matrices: pass.weights && held(device, files.get(pass.weights)),
  }));
  return new Net(device, manifest, await Promise.all(passes));
}

/** A package on a device; its textures are kept for as long as pictures keep their size. */
class Net {
  #passes;
  #textures = {};
  #staging = [];
  #apart = false;
  #size = "";

  constructor(device, manifest, passes) {
    Object.assign(this, { device, manifest });
    this.#passes = passes;
  }

  /**
   * Draw a picture larger, as the package's contract says; alpha is kept.
   *
   * @param {ImageBitmap|HTMLImageElement|HTMLCanvasElement|OffscreenCanvas|ImageData} source
   * @returns {Promise<ImageData>}
   */
  async upscale(source) {
    const { contract, inputs, outputs, network } = this.manifest;
    if (!contract) throw new Error(`${network} came without a contract: only run() can be used.`);
    const { seen, finish } = divide(source, contract);
    const answers = await this.run({ [inputs[0]]: seen });
    return finish(answers[outputs[0]]);
  }

  /**
   * Compute planes from planes.
   *
   * @param {Object<string, Planes>} inputs  by the names of the manifest's inputs
   * @param {string[]} [wanted]  names of planes to read back; the outputs if left out
   * @returns {Promise<Object<string, Planes>>}
   */
  async run(inputs, wanted = this.manifest.outputs) {
    const { device, manifest } = this;
    const missing = wanted.find((name) => !(name in manifest.planes));
    if (missing) throw new Error(`There is no plane "${missing}" in ${manifest.network}.`);
    const sizes = freeSizes(manifest, inputs);
    const extents = extentsAt(manifest, sizes, device.limits.maxTextureDimension2D);
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    const apart = wanted.some((name) => !manifest.outputs.includes(name));
    const same = JSON.stringify(sizes) === this.#size && (this.#apart || !apart);
    if (!same) this.#allocate(sizes, extents, apart);
    for (const name of manifest.inputs) this.#upload(name, inputs[name].data);
    const encoder = device.createCommandEncoder();
    for (const pass of this.#passes) this.#encode(encoder, pass);
    const copies = wanted.map((name) => this.#copy(encoder, name));
    device.queue.submit([encoder.finish()]);
    const problems = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const problem = problems.find((error) => error);
    if (problem) {
      this.#size = ""; // some textures may be none
      throw new Error(`The graphics device refuses the picture: ${problem.message}`);
    }
    const planes = await Promise.all(copies.map(read));
    return Object.fromEntries(planes.map((answer, i) => [wanted[i], answer]));
  }

  /** Give textures and weights back; the device (`net.device`) is left to the page. */
  destroy() {
    for (const texture of Object.values(this.#textures)) texture.destroy();
    for (const buffer of this.#staging) buffer.destroy();
    for (const { matrices } of this.#passes) matrices?.destroy();
    this.#size = "";
  }

  /** Make the textures; apart: each plane has its own, so that all can be read. */
  #allocate(sizes, extents, apart) {
    const { device, manifest } = this;
    const { COPY_SRC, COPY_DST, TEXTURE_BINDING, ...usages } = GPUTextureUsage;
    const written = { compute: usages.STORAGE_BINDING, fragment: usages.RENDER_ATTACHMENT };
    for (const texture of Object.values(this.#textures)) texture.destroy();
    const lies = (name) => (apart ? name : (manifest.planes[name].texture ?? name));
    const usage = {};
    for (const { writes, form, staged } of manifest.passes) {
      if (!staged) usage[lies(writes)] |= written[form];
    }
    const made = {};
    for (const label of new Set(Object.keys(manifest.planes).map(lies))) {
      const own = COPY_SRC | COPY_DST | TEXTURE_BINDING | (usage[label] ?? 0);
      const { format } = manifest.planes[label];
      made[label] = device.createTexture({ label, size: extents[label], format, usage: own });
    }
    this.#textures = {};
    for (const name of Object.keys(manifest.planes)) this.#textures[name] = made[lies(name)];
    this.#apart = apart;
    const view = (name, baseArrayLayer, arrayLayerCount) => {
      const part = { baseArrayLayer, arrayLayerCount, dimension: dimension(manifest.planes[name]) };
      return this.#textures[name].createView(part);
    };
    this.#stage(sizes);
    for (const pass of this.#passes) {
      const resources = pass.reads.map((name) => view(name));
      if (pass.staged) resources.push(...this.#buffers(pass));
      else if (pass.form === "compute") resources.push(view(pass.writes, ...pass.packs));
      if (pass.reads.length) resources.push(device.createSampler()); // nearest, edges repeated
      if (pass.matrices) resources.push(pass.matrices.createView());
      const entries = resources.map((resource, binding) => ({ binding, resource }));
      pass.group = device.createBindGroup({ layout: pass.pipeline.getBindGroupLayout(0), entries });
    }
    this.#size = JSON.stringify(sizes);
  }

  /** Lay the passes' workgroups, and make the buffers that some store their packs in. */
  #stage(sizes) {
    const { device, manifest } = this;
    const largest = [];
    for (const pass of this.#passes) {
      pass.groups = pass.grid.map((tree, i) => Math.ceil(sizeAt(tree, sizes) / pass.workgroup[i]));
      if (!pass.staged) continue;
      const [columns, rows] = pass.groups.map((count, i) => count * pass.staged[i]);
      const { bytes } = texelOf(manifest.planes[pass.writes]);
      const bytesPerRow = 256 * Math.ceil((columns * bytes) / 256); // as WebGPU copies
      pass.stage = { bytesPerRow, rowsPerImage: rows, size: bytesPerRow * rows };
      for (let i = 0; i < pass.packs[1]; i++) {
        largest[i] = Math.max(largest[i] ?? 0, pass.stage.size);
      }
    }
    const most = device.limits.maxStorageBufferBindingSize;
    if (Math.max(0, ...largest) > most) {
      const needed = `stored through ${Math.max(...largest)} bytes a pack`;
      throw new Error(`The picture is too large: ${needed}, the device ends at ${most}.`);
    }
    for (const buffer of this.#staging) buffer.destroy();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    this.#staging = largest.map((size) => device.createBuffer({ size, usage }));
  }

  #buffers({ packs, stage }) {
    return this.#staging.slice(0, packs[1]).map((buffer) => ({ buffer, size: stage.size }));
  }

  #upload(name, data) {
    const [plane, texture] = [this.manifest.planes[name], this.#textures[name]];
    const { width, height, depthOrArrayLayers: layers } = texture;
    const [{ channels }, { lanes }, area] = [plane, texelOf(plane), width * height];
    const texels = new Float32Array(lanes * layers * area);
    for (let c = 0; c < channels; c++) {
      const first = lanes * area * Math.floor(c / lanes) + (c % lanes);
      for (let i = 0; i < area; i++) texels[first + lanes * i] = data[c * area + i];
    }
    const layout = { bytesPerRow: 4 * lanes * width, rowsPerImage: height };
    this.device.queue.writeTexture({ texture }, texels, layout, [width, height, layers]);
  }

  #encode(encoder, { form, writes, packs, pipeline, group, groups, stage }) {
    const layer = (i) => ({ dimension: "2d", baseArrayLayer: packs[0] + i, arrayLayerCount: 1 });
    const attachment = (_, i) => ({
      view: this.#textures[writes].createView(layer(i)),
      loadOp: "clear",
      storeOp: "store",
    });
    const pass =
      form === "compute"
        ? encoder.beginComputePass()
        : encoder.beginRenderPass({
            colorAttachments: Array.from({ length: packs[1] }, attachment),
          });
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    if (form === "compute") pass.dispatchWorkgroups(...groups);
    else pass.draw(3);
    pass.end();
    const texture = this.#textures[writes];
    for (let i = 0; stage && i < packs[1]; i++) {
      const target = { texture, origin: [0, 0, packs[0] + i] };
      const area = [texture.width, texture.height, 1];
      encoder.copyBufferToTexture({ buffer: this.#staging[i], ...stage }, target, area);
    }
  }

  #copy(encoder, name) {
    const [plane, texture] = [this.manifest.planes[name], this.#textures[name]];
    const { width, height, depthOrArrayLayers: layers } = texture;
    const bytesPerRow = 256 * Math.ceil((texelOf(plane).bytes * width) / 256); // as WebGPU copies
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    const buffer = this.device.createBuffer({ size: bytesPerRow * height * layers, usage });
    const layout = { buffer, bytesPerRow, rowsPerImage: height };
    encoder.copyTextureToBuffer({ texture }, layout, [width, height, layers]);
    return { buffer, bytesPerRow, plane, height, width };
  }
}

async function read({ buffer, bytesPerRow, plane, height, width }) {
  await buffer.mapAsync(GPUMapMode.READ);
  const [{ channels }, { lanes, bytes, numbers }] = [plane, texelOf(plane)];
  const [texels, stride] = [numbers(buffer.getMappedRange()), (bytesPerRow * lanes) / bytes];
  const data = new Float32Array(channels * height * width);
  for (let c = 0, i = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      const row = (Math.floor(c / lanes) * height + y) * stride + (c % lanes);
      for (let x = 0; x < width; x++) data[i++] = texels[row + lanes * x];
    }
  }
  buffer.destroy();
  return { data, channels, height, width };
}

async function fetched(name, base) {
  const answer = await fetch(new URL(name, base));
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${answer.statusText}`);
  return answer;
}

async function newDevice(manifest, needs) {
  if (!globalThis.isSecureContext) throw new Error("WebGPU needs https or localhost.");
  if (!navigator.gpu) throw new Error("This browser has no WebGPU.");
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("This browser has WebGPU, yet offers no graphics adapter.");
  check(manifest, needs, adapter.limits);
  const { maxTextureDimension2D, maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const bounds = { maxTextureDimension2D, maxBufferSize, maxStorageBufferBindingSize };
  const requiredLimits = { ...needs, ...bounds }; // these bound the picture
  return adapter.requestDevice({ requiredLimits });
}

/**
 * Bindings of a pass: the planes it reads, what it stores into (compute), a sampler, its weights.
 * Passes that differ in nothing else share what was `made`.
 */
function pipeline(device, planes, pass, files, made) {
  const { form, file, reads, writes, packs, staged, weights } = pass;
  const { format } = planes[writes];
  const viewOf = (name) => ({ viewDimension: dimension(planes[name]) });
  const bindings = reads.map((name) => ({
    texture: { sampleType: "unfilterable-float", ...viewOf(name) },
  }));
  if (staged) bindings.push(...Array(packs[1]).fill({ buffer: { type: "storage" } }));
  else if (form === "compute") bindings.push({ storageTexture: { format, ...viewOf(writes) } });
  if (reads.length) bindings.push({ sampler: { type: "non-filtering" } });
  if (weights) bindings.push({ texture: { sampleType: "unfilterable-float" } });
  const key = JSON.stringify([file, form, format, packs[1], bindings]);
  if (made.has(key)) return made.get(key);
  const visibility = GPUShaderStage[form.toUpperCase()];
  const entries = bindings.map((resource, binding) => ({ binding, visibility, ...resource }));
  const bindGroupLayouts = [device.createBindGroupLayout({ entries })];
  const layout = device.createPipelineLayout({ bindGroupLayouts });
  const code = new TextDecoder().decode(files.get(file));
  const main = { module: device.createShaderModule({ label: file, code }), entryPoint: "main" };
  const vertex = { ...main, entryPoint: "corners" };
  const fragment = { ...main, targets: Array(packs[1]).fill({ format }) };
  const compiled =
    form === "compute"
      ? device.createComputePipelineAsync({ layout, compute: main })
      : device.createRenderPipelineAsync({ layout, vertex, fragment });
  const refused = ({ message }) => Promise.reject(new Error(`${file} is refused: ${message}`));
  made.set(key, compiled.catch(refused));
  return made.get(key);
}

/** Lay weights into a texture: rows of 2048 texels, or one as long as they are. */
function held(device, content) {
  const { TEXTURE_BINDING, COPY_DST } = GPUTextureUsage;
  const columns = Math.min(content.byteLength / 16, 2048);
  const size = [columns, Math.ceil(content.byteLength / 16 / columns)];
  const texels = new Uint8Array(16 * columns * size[1]);
  texels.set(new Uint8Array(content));
  const usage = TEXTURE_BINDING | COPY_DST;
  const texture = device.createTexture({ size, format: "rgba32float", usage });
  device.queue.writeTexture({ texture }, texels, { bytesPerRow: 16 * columns }, size);
  return texture;
}
