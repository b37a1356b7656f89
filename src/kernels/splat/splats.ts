/**
 * The rasteriser of Gaussian splats.
 * @module
 */
import {
  requireCameras,
  requireForm,
  requireFrame,
  requireLength,
  requireState,
} from "./checks.ts";
import {
  type Frame,
  type Rendered,
  type SplatForm,
  splatRows,
  type Splats,
  type SplatState,
  type SplatTraining,
} from "./form.ts";
import { readRows, requireFinite, writeRows } from "./parameters.ts";
import { moduleThreads } from "../module/threads.ts";
import { openTraining } from "./training.ts";
import { ofFour, Workspace } from "./workspace.ts";

/** The rasteriser on a module of its own. */
export class ModuleSplats implements Splats {
  readonly threads: number;
  /** The module. */
  readonly workspace: Workspace;

  /** @param options `tile`: side of a tile in pixels; the picture doesn't depend on it */
  constructor(options: { readonly threads: number; readonly tile?: 8 | 16 | 32 }) {
    this.threads = options.threads;
    this.workspace = new Workspace(options);
  }

  render(
    parameters: Float32Array,
    form: SplatForm,
    asked: Frame & { readonly cameras: ArrayLike<number> },
  ): Rendered {
    const { cameras, height, width } = asked,
      count = requireCameras(cameras),
      space = this.workspace;
    this.#load(parameters, form, asked);
    const pixels = height * width;
    const out = {
      pictures: new Float32Array(count * pixels * 3),
      alpha: new Float32Array(count * pixels),
      depth: new Float32Array(count * pixels),
    };
    space.reserve({ depth: 4 * ofFour(width) * height });
    for (let i = 0; i < count; i++) {
      space.setCamera(cameras, i);
      space.draw({ depth: true });
      out.pictures.set(this.#picture(pixels), 3 * i * pixels);
      const { f32 } = space.memory.views, pitch = ofFour(width);
      const behind = space.get("background") / 4, depth = space.get("depth") / 4;
      for (let y = 0; y < height; y++) {
        const to = i * pixels + y * width;
        for (let x = 0; x < width; x++) out.alpha[to + x] = 1 - f32[behind + y * pitch + x];
        out.depth.set(f32.subarray(depth + y * pitch, depth + y * pitch + width), to);
      }
    }
    return out;
  }

  gradient(
    parameters: Float32Array,
    form: SplatForm,
    asked: Frame & { readonly camera: ArrayLike<number>; readonly dPicture: Float32Array },
  ): { picture: Float32Array<ArrayBuffer>; gradients: Float32Array<ArrayBuffer> } {
    const { camera, dPicture, height, width } = asked, space = this.workspace;
    const pixels = height * width;
    if (requireCameras(camera) !== 1) throw new RangeError("splats: a gradient is of one camera");
    requireLength(dPicture, 3 * pixels, "dPicture");
    const bad = dPicture.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new RangeError(`splats: number ${bad} of dPicture is ${dPicture[bad]}`);
    this.#load(parameters, form, asked);
    space.setCamera(camera);
    space.draw({ gradient: true });
    const picture = this.#picture(pixels);
    space.reserve({ gradient: 12 * ofFour(width) * height });
    space.write("packed", dPicture);
    space.run("unpackGradient", space.chunks("lines"));
    space.run("rasterGradient", space.chunks("tiles"));
    space.set({ statistics: 0 });
    space.run("projectGradient", space.chunks("gaussians"));
    const rows = splatRows(form.degree), { count } = form;
    return { picture, gradients: readRows(space, space.get("gradients"), { rows, count }) };
  }

  training(state: SplatState, frame: Frame): SplatTraining {
    requireState(state);
    requireFrame(frame);
    return openTraining(this.workspace, { state, frame });
  }

  /** Brings parameters and frame into the module. */
  #load(parameters: Float32Array, form: SplatForm, frame: Frame): void {
    requireForm(form, parameters);
    requireFrame(frame);
    const space = this.workspace, { count, degree } = form;
    space.setForm(form);
    space.reserve({ parameters: 4 * splatRows(degree) * ofFour(count) });
    space.setFrame(frame);
    writeRows(space, space.get("parameters"), { values: parameters, count, quaternion: true });
    requireFinite(space, form, parameters);
  }

  /** The picture, pixel by pixel. */
  #picture(pixels: number): Float32Array<ArrayBuffer> {
    const space = this.workspace;
    space.run("packPicture", space.chunks("lines"));
    const start = space.get("packed") / 4;
    return space.memory.views.f32.slice(start, start + 3 * pixels);
  }
}

const opened = new Map<number, Splats>();

/**
 * The rasteriser with a number of threads, the same one each time.
 * @param options `threads`: default `moduleThreads`
 * @throws RangeError where that is not a whole number above 0
 */
export function openSplats(
  { threads = moduleThreads() }: { readonly threads?: number } = {},
): Splats {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`openSplats: ${threads} threads are no whole number of them above 0`);
  }
  const splats = opened.get(threads) ?? new ModuleSplats({ threads });
  opened.set(threads, splats);
  return splats;
}
