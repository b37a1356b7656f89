/**
 * Figures of the rasteriser of Gaussian splats: its speed beside gsplat's reference in PyTorch, beside
 * its own module compiled natively and with one thread, and how far it is from the reference.
 * @module
 */
import type { Agreement } from "../../peers/scenes/agreement.ts";
import type { BesideGsplat } from "../../peers/scenes/speed.ts";
import type { SceneSize } from "../../peers/scenes/scene.ts";
import { median } from "../../../stats/mod.ts";
import type { Figure, Measured } from "../figure.ts";
import { lastJson } from "../process.ts";
import { partFigure } from "./part.ts";

const group = "scenes";

/** A scene's size in words. */
export function sizeName({ count, side }: SceneSize): string {
  return `${count} splats, ${side}²`;
}

/** Two sides' seconds on a scene, a number a turn. */
export interface Race extends SceneSize {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/**
 * How many times as long the others take in median, in the scene where that is least. Without a scene,
 * or with one of which a side has no time, there is no value.
 */
export function leastLead(races: readonly Race[]): Measured {
  const ratios = Object.fromEntries(
    races.map((race) => [sizeName(race), median(race.theirs) / median(race.ours)]),
  );
  const value = Math.min(...Object.values(ratios));
  return value > 0 && Number.isFinite(value)
    ? { value, detail: { ratios, races } }
    : { value: null, reason: "a scene has no times", detail: { races } };
}

/** Races with gsplat, with its time of making lists or without. */
export function withGsplat(speed: readonly BesideGsplat[], lists: boolean): Race[] {
  return speed.map(({ theirs, lists: ofLists, ...rest }) => ({
    ...rest,
    theirs: theirs.map((seconds, i) => lists ? seconds : seconds - ofLists[i]),
  }));
}

/** The largest of a difference over scenes, which must be there. */
export function farthest(
  agreement: readonly Agreement[],
  of: (one: Agreement) => number,
): Measured {
  if (agreement.length === 0) return { value: null, reason: "no scene was compared" };
  const value = Math.max(...agreement.map(of));
  return Number.isFinite(value)
    ? { value, detail: { agreement } }
    : { value: null, reason: "a number is none", detail: { agreement } };
}

const SMALL = 20_000, LARGE = 50_000;
const small = (all: readonly Agreement[]) => all.filter(({ count }) => count <= SMALL);

const beside = "gsplat 1.5.3's reference in PyTorch on the CPU, float32";
const speed: readonly Figure[] = [
  partFigure("speed", {
    name: "raster-over-gsplat",
    about:
      `Time of ${beside}, over ours: drawing and going back, two threads each, in turns; the ` +
      "worst of 5,000, 20,000 and 50,000 splats at 128², harmonics of degree 1",
    unit: "×",
    target: { is: ">=", value: 25 },
  }, ({ speed = [] }) => leastLead(withGsplat(speed, true))),
  partFigure("speed", {
    name: "raster-over-gsplat-without-lists",
    about: "The same without their time of finding which splats each pixel meets, which gsplat " +
      "leaves to CUDA and plain PyTorch does slowly",
    unit: "×",
    target: { is: ">=", value: 8 },
  }, ({ speed = [] }) => leastLead(withGsplat(speed, false))),
  partFigure(
    "threads",
    {
      name: "raster-threads",
      about:
        "Time of one thread over that of two: drawing and going back, the worse of 20,000 splats " +
        "at 128² and 50,000 at 256²",
      unit: "×",
      target: { is: ">=", value: 1.7 },
    },
    ({ ofThreads = [] }) =>
      leastLead(ofThreads.map(({ one, two, ...size }) => ({ ...size, ours: two, theirs: one }))),
  ),
  partFigure(
    "views",
    {
      name: "raster-views-per-second",
      about: "Views of 50,000 splats at 256² drawn a second, with depth, all threads",
      unit: "views/s",
      target: { is: ">=", value: 40 },
    },
    ({ views }) =>
      views === undefined
        ? { value: null, reason: "no view was drawn" }
        : { value: 1 / median(views.seconds), detail: { views } },
  ),
];

const agreement: readonly Figure[] = [
  partFigure("agreement", {
    name: "raster-image-from-gsplat",
    about:
      "Largest difference of a colour from gsplat's reference in float64, up to 20,000 splats " +
      "at 128²",
    unit: "of 1",
    target: { is: "<=", value: 1e-4 },
  }, ({ agreement = [] }) => farthest(small(agreement), ({ ours }) => ours.image)),
  partFigure("agreement", {
    name: "raster-gradient-from-gsplat",
    about: "Largest ‖difference‖ / ‖gradient‖ of a row of parameters from that reference, up to " +
      "20,000 splats at 128²",
    unit: "relative",
    target: { is: "<=", value: 1e-4 },
  }, ({ agreement = [] }) => farthest(small(agreement), ({ ours }) => ours.gradient)),
  partFigure("agreement", {
    name: "raster-pixels-beyond",
    about:
      "Share of pixels with a colour more than 1e-4 from that reference, 50,000 splats at 256² " +
      "(float32 decides otherwise at α = 1/255)",
    unit: "of pixels",
    target: { is: "<=", value: 1e-3 },
  }, ({ agreement = [] }) => {
    const large = agreement.filter(({ count }) => count === LARGE);
    return farthest(large, ({ ours, side }) => ours.beyond / (side * side));
  }),
];

/** What tests/peers/native/raster.ts tells. */
export interface NativeTold {
  readonly by: string;
  readonly compared: readonly (SceneSize & {
    readonly wasm: readonly number[];
    readonly native: readonly number[];
    readonly differ: number;
  })[];
}

/** How many times as long WebAssembly takes as native code in median, where that is most. */
export function overNative({ by, compared }: NativeTold): Measured {
  const other = compared.find(({ differ }) => differ > 0);
  if (other !== undefined) {
    return { value: null, reason: `${sizeName(other)}: ${other.differ} bytes differ` };
  }
  const led = leastLead(
    compared.map(({ wasm, native, ...size }) => ({ ...size, ours: wasm, theirs: native })),
  );
  return led.value === null ? led : { value: 1 / led.value, detail: { by, compared } };
}

const native: Figure = {
  group,
  name: "raster-over-native",
  about: "Time of the module in V8 over that of the same module compiled natively by wasm2c and " +
    "clang -O3, equal bits: drawing and going back, one thread, the worse of 20,000 splats at 128² " +
    "and 50,000 at 256²",
  unit: "×",
  target: { is: "<=", value: 1.3 },
  cost: "long",
  command: `deno task figures ${group}/raster-over-native --measure`,
  async measure({ note, run }) {
    note("compiling the rasteriser natively: leave the machine alone");
    const found = lastJson<NativeTold>(await run(["run", "-A", "tests/peers/native/raster.ts"]));
    return typeof found === "string" ? { value: null, reason: found } : overNative(found);
  },
};

/** See the module. */
export const rasterFigures: readonly Figure[] = [...speed, native, ...agreement];
