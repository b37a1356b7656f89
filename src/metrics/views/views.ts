/**
 * What a picture's PSNR doesn't tell of a view: the scene without its background, and its shape.
 * @module
 */
import { z } from "zod";
import { MetricUnavailable } from "../../base/mod.ts";
import { kindOf, picturesOf } from "../../kinds/mod.ts";
import { type ViewMaps, type ViewSet, viewsOf } from "../../kinds/view/mod.ts";
import type { MetricValue } from "../../record/mod.ts";
import type { RenderedMaps } from "../../subject/mod.ts";
import { requireCount } from "../comparison.ts";
import { defineMetric, type EvaluationContext, type Metric } from "../metric.ts";
import { rowsRequired } from "../requires.ts";
import {
  alphaErrors,
  depthErrors,
  foregroundPsnr,
  normalErrors,
  type Tally,
  together,
} from "./errors.ts";

/** Views whose maps are in memory at a time. */
const BLOCK = 8;

const config = z.strictObject({
  samples: z.int().min(1).default(1000).describe("N: test views"),
});
type Config = z.infer<typeof config>;

/** The values by name, in order. */
const VALUES = [
  { part: "foreground-PSNR", unit: "dB", direction: "higher" },
  { part: "depth-error", unit: "scene units", direction: "lower" },
  { part: "depth-coverage", unit: "", direction: "higher" },
  { part: "normal-error", unit: "°", direction: "lower" },
  { part: "alpha-error", unit: "", direction: "lower" },
] as const;
type Part = typeof VALUES[number]["part"];

type Without = Pick<MetricValue, "status" | "reason">;
/** A value with what stands beside it, or why there is none. */
type Found = Pick<MetricValue, "value" | "beside"> | Without;

const undefinedHere = (reason: string): Without => ({ status: "not-defined", reason });
const unmeasured = (reason: string): Without => ({ status: "not-measured", reason });

const none: Tally = { sum: 0, count: 0 };

/** Maps that both sides may know. */
type MapName = "alpha" | "depth" | "normals";

/** What was found over all views so far. */
interface Measured {
  /** Foreground PSNR of each view. */
  readonly ratios: number[];
  /** Sums over all pixels; left out where a side doesn't know the map. */
  readonly sums: { readonly [Name in MapName | "covered"]?: Tally };
  /** Maps that the data know, and that the model renders. */
  readonly known: ReadonlySet<MapName>;
  readonly renders: ReadonlySet<MapName>;
}

/** The sums with those of a few views more. */
function summed(
  sums: Measured["sums"],
  { alpha, depth, normals }: ViewMaps,
  rendered: RenderedMaps,
): Measured["sums"] {
  if (alpha === undefined) return {};
  const found = depth && depthErrors({ alpha, depth }, rendered);
  const own = rendered.normals;
  return {
    alpha: together(sums.alpha ?? none, alphaErrors(alpha, rendered.alpha)),
    ...(found && {
      depth: together(sums.depth ?? none, found.error),
      covered: together(sums.covered ?? none, found.covered),
    }),
    ...(normals && own && {
      normals: together(
        sums.normals ?? none,
        normalErrors({ alpha, normals }, { alpha: rendered.alpha, normals: own }),
      ),
    }),
  };
}

/** PSNR of the pictures that show something, its mean, standard error and least. */
function meanPsnr(ratios: readonly number[]): Found {
  const known = ratios.filter((ratio) => !Number.isNaN(ratio)), n = known.length;
  if (n === 0) return undefinedHere("no view shows anything of the scene");
  const exact = known.filter((ratio) => ratio === Infinity).length;
  if (exact > 0) {
    return undefinedHere(
      `${exact} of ${n} pictures came back identical in the foreground: their PSNR is infinite`,
    );
  }
  const mean = known.reduce((sum, ratio) => sum + ratio, 0) / n;
  const squares = known.reduce((sum, ratio) => sum + (ratio - mean) * (ratio - mean), 0);
  const least = Math.min(...known);
  return {
    value: mean,
    beside: { least, ...(n > 1 && { stderr: Math.sqrt(squares / (n - 1) / n) }) },
  };
}

/** All that can be had of views, a few at a time. */
async function measured(
  { subject, dataset }: EvaluationContext<"view">,
  { truth, views, rendered }: {
    readonly truth: (rows: Uint32Array) => Promise<ViewMaps>;
    readonly views: ViewSet;
    /** The same views by the model; null where it renders none. */
    readonly rendered: ViewSet | null;
  },
): Promise<Measured> {
  const { slice } = kindOf(dataset.sample), ratios: number[] = [];
  const known = new Set<MapName>(), renders = new Set<MapName>();
  let sums: Measured["sums"] = {};
  for (let from = 0; from < views.count; from += BLOCK) {
    const range = { from, to: Math.min(views.count, from + BLOCK) };
    const rows = Uint32Array.from({ length: range.to - from }, (_, i) => from + i);
    const maps = await truth(rows), own = viewsOf(slice(views, range));
    note(known, maps);
    if (rendered !== null && maps.alpha !== undefined) {
      const again = picturesOf(dataset.sample, slice(rendered, range));
      ratios.push(...foregroundPsnr(picturesOf(dataset.sample, own), again, maps.alpha));
    }
    if (subject.maps === undefined) continue;
    const found = await subject.maps(own);
    note(renders, found);
    sums = summed(sums, maps, found);
  }
  return { ratios, sums, known, renders };
}

function note(names: Set<MapName>, maps: ViewMaps | RenderedMaps): void {
  for (const name of ["alpha", "depth", "normals"] as const) {
    if (maps[name] !== undefined) names.add(name);
  }
}

/**
 * Of N test views, against what the data know of them: `foreground-PSNR@N`, over pixels that the scene
 * covers (alpha > 0), of each picture and then the mean; `depth-error@N`, mean |difference| over the
 * pixels that the scene covers wholly and the model more than half, in units of the scene, and
 * `depth-coverage@N`, the share of the former that the model covers so: without it a model that shows
 * little would have little error; `normal-error@N`, degrees over the same pixels; `alpha-error@N` over
 * all pixels, in [0, 1].
 */
export const views: Metric<Config> = defineMetric<Config, "view">({
  name: "views",
  version: 1,
  about: "held-out views without their background, and the scene's depth, normals and outline",
  papers: ["arXiv:2003.08934"],
  takes: ["view"],
  phase: "quality",
  config,
  declares: ({ samples }) =>
    VALUES.map(({ part, unit, direction }) => ({
      name: `${part}@${samples}`,
      metric: "views",
      unit,
      direction,
      kind: "quality" as const,
      samples,
    })),
  requires: ({ samples }) => [rowsRequired("test", samples)],
  async compute(context, options) {
    const { subject, dataset } = context;
    requireCount(dataset, "test", options.samples);
    const known = dataset.truth?.();
    if (known?.maps === undefined) {
      throw new MetricUnavailable(
        "not-measured",
        `${dataset.name} knows nothing of its views but their pictures: no alpha, depth or normals`,
      );
    }
    const { samples } = await context.split("test", options.samples), all = viewsOf(samples);
    const found = await measured(context, {
      truth: (rows) => known.maps!("test", rows),
      views: all,
      rendered: subject.reconstruct ? viewsOf(await subject.reconstruct(all)) : null,
    });
    const values = valuesOf(context, found);
    return views.declares(options).map((declared, i) => ({
      ...declared,
      value: null,
      ...values[VALUES[i].part],
    }));
  },
});

function valuesOf(
  { subject, dataset }: EvaluationContext<"view">,
  { ratios, sums, known, renders }: Measured,
): Readonly<Record<Part, Found>> {
  const unknown = (name: MapName) =>
    unmeasured(`${dataset.name} doesn't know the ${name} of its views`);
  /** A mean over pixels, or why there is none. */
  const mean = (tally: Tally | undefined, name: MapName, empty: string): Found => {
    if (!renders.has(name)) return undefinedHere(`${subject.label} renders no ${name}`);
    if (tally === undefined) return unknown(known.has("alpha") ? name : "alpha");
    return tally.count === 0 ? undefinedHere(empty) : { value: tally.sum / tally.count };
  };
  const foreground = () => {
    if (!subject.reconstruct) {
      return undefinedHere(`${subject.label} renders no views at given cameras`);
    }
    return known.has("alpha") ? meanPsnr(ratios) : unknown("alpha");
  };
  const both = "there is no pixel that the scene covers wholly and the model more than half";
  return {
    "foreground-PSNR": foreground(),
    "depth-error": mean(sums.depth, "depth", both),
    "depth-coverage": mean(sums.covered, "depth", "the scene covers no pixel wholly"),
    "normal-error": mean(sums.normals, "normals", both),
    "alpha-error": mean(sums.alpha, "alpha", "there is no pixel"),
  };
}
