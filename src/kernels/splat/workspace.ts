/**
 * The rasteriser's module with what it works on: the context's fields, and blocks that grow with
 * what is asked of them.
 * @module
 */
import type { Block, BlockMemory } from "../module/memory.ts";
import { ModulePool } from "../module/pool.ts";
import { exp } from "../../numeric/mod.ts";
import { CAMERA } from "./checks.ts";
import type { Frame, SplatForm } from "./form.ts";
import { splatRows } from "./form.ts";
import {
  DIGITS_BYTES,
  fields,
  floatFields,
  GAUSSIANS,
  ITEM_BYTES,
  LINES,
  PAIR_BYTES,
  phases,
  scratchBytes,
  SEEN_BYTES,
  SPAN_BYTES,
  SUMS_BYTES,
} from "./layout.ts";

/** A phase of the module. */
export type Phase = typeof phases[number];

const place = new Map(fields.map((name, i) => [name, i]));
const number = new Map(phases.map((name, i) => [name, i]));

/** Reads and compiles the module, once. */
let compiled: WebAssembly.Module | undefined;
function compile(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Deno.readFileSync(new URL("../splat.wasm", import.meta.url)));
  return compiled;
}

/** Rounds up to a multiple of 4: the Gaussians, or pixels, of whole vectors. */
export function ofFour(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/**
 * Weights of the window of SSIM from its middle: a Gaussian of σ 1.5 over 11 places, of sum 1
 * (Wang, Bovik, Sheikh & Simoncelli 2004).
 */
export function windowWeights(): Float32Array<ArrayBuffer> {
  const weights = [0, 1, 2, 3, 4, 5].map((i) => exp(-i * i / (2 * 1.5 * 1.5)));
  const sum = weights[0] + 2 * weights.slice(1).reduce((a, b) => a + b, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/** One module, its memory and threads. What is asked is done before the call returns. */
export class Workspace {
  readonly pool: ModulePool;
  readonly tile: number;
  readonly #blocks = new Map<string, Block>();
  #frame: { readonly height: number; readonly width: number } = { height: 0, width: 0 };
  readonly #threads: number;

  constructor({ threads, tile = 16 }: { readonly threads: number; readonly tile?: 8 | 16 | 32 }) {
    this.pool = new ModulePool(compile(), { threads, contextBytes: 4 * fields.length });
    this.tile = tile;
    this.#threads = threads;
    this.reserve({ digits: DIGITS_BYTES, window: 4 * 6, costs: 8 });
    this.write("window", windowWeights());
  }

  /** The module's memory. */
  get memory(): BlockMemory {
    return this.pool.memory;
  }

  /** Writes fields of the context. */
  set(values: Readonly<Record<string, number>>): void {
    const { i32, f32 } = this.memory.views, base = this.pool.context / 4;
    for (const [name, value] of Object.entries(values)) {
      const at = place.get(name);
      if (at === undefined) throw new Error(`the module has no field ${name}`);
      if (floatFields.has(name)) f32[base + at] = value;
      else i32[base + at] = value;
    }
  }

  /** A whole number of the context. */
  get(name: string): number {
    return this.memory.views.i32[this.pool.context / 4 + place.get(name)!] >>> 0;
  }

  /**
   * Sees to it that blocks hold as many bytes, and that the context names them. What a block held is
   * lost where it grows. `room`: how much more is taken than asked, where more will be asked soon.
   */
  reserve(bytes: Readonly<Record<string, number>>, { room = 1 } = {}): void {
    for (const [name, needed] of Object.entries(bytes)) {
      let block = this.#blocks.get(name);
      if (block === undefined || block.bytes < needed) {
        if (block !== undefined) {
          this.memory.give(block);
          this.#blocks.delete(name);
        }
        block = this.memory.take(needed, { purpose: name, room });
        this.#blocks.set(name, block);
      }
      this.set({ [name]: block.at });
    }
  }

  /** Writes floats to the start of a block. */
  write(name: string, values: Float32Array): void {
    this.memory.views.f32.set(values, this.get(name) / 4);
  }

  /** Does a phase: chunks of Gaussians, of lines, or tiles. */
  run(phase: Phase, chunks: number): void {
    this.pool.perform(number.get(phase)!, chunks);
  }

  /** Makes room for a frame, and writes what it says. */
  setFrame(frame: Frame): void {
    const { height, width, background: [red, green, blue], near, antialiased } = frame;
    const pitch = ofFour(width), plane = pitch * height, { tile } = this;
    const tilesX = Math.ceil(width / tile), tilesY = Math.ceil(height / tile);
    const scratch = Math.ceil(scratchBytes({ tile, pitch }) / 64) * 64;
    this.#frame = { height, width };
    this.reserve({
      tiles: 4 * (tilesX * tilesY + 1),
      cursors: 4 * (tilesX * tilesY + 1),
      picture: 12 * plane,
      background: 4 * plane,
      packed: 12 * height * width,
      scratch: scratch * this.#threads,
    });
    this.set({ height, width, pitch, plane, tile, tilesX, tilesY, red, green, blue, near });
    this.set({ antialiased: antialiased ? 1 : 0, scratchBytes: scratch });
  }

  /** Writes a camera's 16 numbers, pose from camera to world, as the module has it. */
  setCamera(cameras: ArrayLike<number>, i = 0): void {
    const c = (k: number) => cameras[i * CAMERA + k], { height, width } = this.#frame;
    const fx = c(12), fy = c(13), cx = c(14), cy = c(15);
    // The projection is linearised no further out than 0.15 of the picture beyond its edges, as 3DGS
    // and gsplat have it: 1.3·tan of half the angle where the centre is in the middle.
    const beyondX = 0.15 * width / fx, beyondY = 0.15 * height / fy;
    this.set({
      ...{ v00: c(0), v01: c(4), v02: c(8), v10: c(1), v11: c(5), v12: c(9) },
      ...{ v20: c(2), v21: c(6), v22: c(10), eyeX: c(3), eyeY: c(7), eyeZ: c(11) },
      ...{ fx, fy, cx, cy },
      leftmost: -cx / fx - beyondX,
      rightmost: (width - cx) / fx + beyondX,
      topmost: -cy / fy - beyondY,
      bottommost: (height - cy) / fy + beyondY,
    });
  }

  /** Makes room for as many Gaussians. */
  setForm({ count, degree }: SplatForm): void {
    const stride = ofFour(count);
    this.reserve({
      gradients: 4 * splatRows(degree) * stride,
      seen: SEEN_BYTES * stride,
      spans: SPAN_BYTES * stride,
      order: ITEM_BYTES * stride,
      spare: ITEM_BYTES * stride,
      slots: 4 * (stride + 4),
      costs: 8 * Math.ceil(stride / GAUSSIANS),
    });
    this.set({ count, stride, degree });
  }

  /** Chunks of Gaussians, of lines, and tiles. */
  chunks(of: "gaussians" | "lines" | "tiles"): number {
    if (of === "gaussians") return Math.ceil(this.get("stride") / GAUSSIANS);
    if (of === "lines") return Math.ceil(this.#frame.height / LINES);
    return this.get("tilesX") * this.get("tilesY");
  }

  /** Projects, lists and composites: the picture's planes are filled. */
  draw({ depth = false, gradient = false } = {}): void {
    this.run("project", this.chunks("gaussians"));
    const pairs = this.pool.exports.measure(this.pool.context);
    this.reserve({ list: PAIR_BYTES * pairs }, { room: 1.25 });
    if (gradient) this.reserve({ sums: SUMS_BYTES * pairs }, { room: 1.25 });
    this.pool.exports.arrange(this.pool.context);
    this.run(depth ? "rasterWithDepth" : "raster", this.chunks("tiles"));
  }
}
