/**
 * Updates of Gaussians that stay in the module's memory from one to the next.
 * @module
 */
import type { Block } from "../module/memory.ts";
import { pow } from "../../numeric/mod.ts";
import { requireUpdate } from "./checks.ts";
import {
  type Frame,
  type SplatForm,
  splatRows,
  type SplatState,
  type SplatTraining,
  type SplatUpdate,
} from "./form.ts";
import { readRows, requireFinite, writeRows } from "./parameters.ts";
import { ofFour, type Workspace } from "./workspace.ts";

/** Adam's (Kingma & Ba 2015). */
const BETA1 = 0.9, BETA2 = 0.999;

/** What of a state is in memory, with its rows. */
const kept = ["parameters", "first", "second", "statistics"] as const;

/** Takes a state into the module's memory. @throws RangeError where a parameter isn't finite */
export function openTraining(
  space: Workspace,
  { state, frame }: { readonly state: SplatState; readonly frame: Frame },
): SplatTraining {
  return new Training(space, state, frame);
}

class Training implements SplatTraining {
  readonly #space: Workspace;
  readonly #form: SplatForm;
  readonly #frame: Frame;
  readonly #blocks = new Map<typeof kept[number], Block>();
  #updates: number;
  #open = true;

  constructor(space: Workspace, state: SplatState, frame: Frame) {
    const { form, updates } = state, { count } = form;
    this.#space = space;
    this.#form = { ...form };
    this.#frame = { ...frame };
    this.#updates = updates;
    try {
      for (const name of kept) {
        const bytes = 4 * this.#rows(name) * ofFour(count);
        const block = space.memory.take(bytes, { purpose: name });
        this.#blocks.set(name, block);
        writeRows(space, block.at, {
          values: state[name],
          count,
          quaternion: name === "parameters",
        });
      }
      this.#select();
      requireFinite(space, form, state.parameters);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  update(asked: SplatUpdate): number {
    const space = this.#opened(), frame = this.#frame, { count } = this.#form;
    requireUpdate(asked, frame, this.#form);
    this.#select();
    space.setCamera(asked.camera);
    const { height, width } = frame, plane = ofFour(width) * height, step = this.#updates + 1;
    space.reserve({ wanted: 12 * plane, gradient: 12 * plane, losses: 16 * 3 * height });
    if (asked.structural > 0) space.reserve({ structure: 36 * plane });
    space.reserve({ rates: 4 * asked.rates.length });
    const first = 1 - pow(BETA1, step);
    space.write("rates", asked.rates.map((rate) => rate / first));
    const { structural, noise, opacityCost, scaleCost, key: [key0, key1] } = asked;
    space.set({
      correction: 1 / Math.sqrt(1 - pow(BETA2, step)),
      structural,
      opacityCost: count === 0 ? 0 : opacityCost / count,
      scaleCost: count === 0 ? 0 : scaleCost / (3 * count),
      noise,
      key0,
      key1,
      fault: 0,
    });

    space.memory.views.u8.set(asked.picture, space.get("packed"));
    const lines = space.chunks("lines"), tiles = space.chunks("tiles");
    space.run("unpackWanted", lines);
    space.draw({ gradient: true });
    space.run("loss", 3 * lines);
    if (structural > 0) space.run("structureGradient", 3 * lines);
    space.run("rasterGradient", tiles);
    space.run("update", space.chunks("gaussians"));
    this.#updates = step;
    return space.get("fault") === 0 ? this.#loss(structural) : NaN;
  }

  state(): SplatState {
    const space = this.#opened(), { count } = this.#form;
    const read = (name: typeof kept[number]) =>
      readRows(space, this.#blocks.get(name)!.at, { rows: this.#rows(name), count });
    return {
      form: { ...this.#form },
      parameters: read("parameters"),
      first: read("first"),
      second: read("second"),
      updates: this.#updates,
      statistics: read("statistics"),
    };
  }

  close(): void {
    for (const block of this.#blocks.values()) this.#space.memory.give(block);
    this.#blocks.clear();
    this.#open = false;
  }

  #opened(): Workspace {
    if (!this.#open) throw new Error("splats: this training was closed");
    return this.#space;
  }

  #rows(name: typeof kept[number]): number {
    return name === "statistics" ? 3 : splatRows(this.#form.degree);
  }

  /** Makes the module work on these Gaussians and this frame. */
  #select(): void {
    this.#space.setForm(this.#form);
    this.#space.setFrame(this.#frame);
    for (const [name, { at }] of this.#blocks) this.#space.set({ [name]: at });
  }

  /** Sums what threads left, line by line and chunk by chunk, in float64. */
  #loss(structural: number): number {
    const space = this.#space, { f64 } = space.memory.views, { height, width } = this.#frame;
    const losses = space.get("losses") / 8, costs = space.get("costs") / 8;
    let absolute = 0, similarity = 0, cost = 0;
    for (let line = 0; line < 3 * height; line++) {
      absolute += f64[losses + 2 * line];
      similarity += f64[losses + 2 * line + 1];
    }
    for (let chunk = 0; chunk < space.chunks("gaussians"); chunk++) cost += f64[costs + chunk];
    const values = 3 * height * width;
    const own = (1 - structural) * absolute / values;
    return own + (structural > 0 ? structural * (1 - similarity / values) : 0) + cost;
  }
}
