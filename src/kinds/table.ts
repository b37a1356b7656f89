/**
 * The kinds by name, one line each, and what asks them.
 * @module
 */
import { MetricUnavailable, ToldError } from "../base/mod.ts";
import { didYouMean } from "../base/text/mod.ts";
import type { Grid } from "./grid.ts";
import type { ImageSet } from "./image/image_set.ts";
import { imageKind } from "./image/kind.ts";
import type { Batcher } from "./batch/batch.ts";
import type { Augmentation, Kind, Unit } from "./kind.ts";
import type { KindName, Samples, SampleSpec } from "./kind_map.ts";
import { pointKind } from "./point/kind.ts";
import { textKind } from "./text/kind.ts";
import { viewKind } from "./view/kind.ts";

/** Every kind that there is; `registerModule` adds a user's own. */
export const kinds: Record<string, Kind> = {
  image: imageKind,
  point: pointKind,
  text: textKind,
  view: viewKind,
};

/** The kind of a spec. @throws ToldError where there is none of its name */
export function kindOf({ kind }: { readonly kind: string }): Kind {
  if (Object.hasOwn(kinds, kind)) return kinds[kind];
  const known = Object.keys(kinds);
  throw new ToldError(
    `no kind of sample is called \`${kind}\`${didYouMean(kind, known)}; there are ${
      known.join(", ")
    }`,
  );
}

/** What rates of a kind count: parts of samples where it has such, else samples. */
export function countedUnit(spec: { readonly kind: string }): Unit {
  const { part, unit } = kindOf(spec);
  return part?.unit ?? unit;
}

/** "images and points". */
export function unitsOf(names: readonly string[]): string {
  const units = names.map((kind) => kindOf({ kind }).unit.many);
  return units.length < 2 ? units.join("") : `${units.slice(0, -1).join(", ")} and ${units.at(-1)}`;
}

/**
 * The grid as which samples reach networks that look at grids.
 * @throws ToldError for a kind that has none
 */
export function gridOf(sample: SampleSpec): Grid {
  const kind = kindOf(sample);
  if (kind.grid) return kind.grid(sample);
  throw new ToldError(
    `${kind.unit.many} are no grids of numbers: say in the family's \`takes\` which kinds it takes`,
  );
}

/** The augmentation of a suite's key `mirror`. */
export const MIRROR = "mirror";

/**
 * An augmentation of a kind.
 * @throws ToldError where the kind hasn't got it, saying which kinds have
 */
export function augmentationOf(sample: SampleSpec, name: string): Augmentation {
  const kind = kindOf(sample);
  if (Object.hasOwn(kind.augmentations, name)) return kind.augmentations[name];
  const having = Object.keys(kinds).filter((other) =>
    Object.hasOwn(kinds[other].augmentations, name)
  );
  throw new ToldError(`\`${name}\` is for ${unitsOf(having)}; these data are ${kind.unit.many}`);
}

/** A way of a kind to cut batches. @throws ToldError where the kind hasn't got it */
export function batcherOf(sample: SampleSpec, name = "samples"): Batcher {
  const kind = kindOf(sample);
  if (Object.hasOwn(kind.batchers, name)) return kind.batchers[name];
  const known = Object.keys(kind.batchers);
  throw new ToldError(
    `batches of ${kind.unit.many} are not cut by \`${name}\`${didYouMean(name, known)}; there are ${
      known.join(", ")
    }`,
  );
}

/**
 * Samples as 8-bit pictures, one each.
 * @throws MetricUnavailable for a kind that has none
 */
export function picturesOf(sample: SampleSpec, samples: Samples): ImageSet {
  const kind = kindOf(sample);
  if (kind.picture) return kind.picture(samples);
  throw new MetricUnavailable("not-defined", `${kind.unit.many} have no pictures`);
}

/** What of a kind's declaration isn't as kind.ts has it, a sentence each. */
export function kindFaults(kind: Kind): string[] {
  const faults: string[] = [];
  const { name, unit, spec, batchers, augmentations } = kind;
  if (!/^[a-z][\w-]*$/.test(name)) {
    faults.push("its name is none: letters, digits, _ and -, a small letter first");
  }
  if (![unit?.one, unit?.many].every((word) => typeof word === "string" && word !== "")) {
    faults.push("its unit has no words for one sample and for several: { one, many }");
  }
  if (typeof spec?.safeParse !== "function") faults.push("its spec is no zod schema");
  for (const method of methods) {
    if (typeof kind[method] !== "function") faults.push(`it has no \`${method}\``);
  }
  if (typeof augmentations !== "object") faults.push("it has no `augmentations`; {} is one");
  if (typeof batchers?.samples?.cut !== "function") {
    faults.push("it has no batcher `samples`; `wholeSamples` is one");
  }
  return faults;
}

const methods = [
  "describe",
  "same",
  "numbers",
  "fault",
  "slice",
  "gather",
  "concat",
  "digest",
  "tensors",
  "upload",
  "valueFault",
  "download",
  "rowsAtOnce",
] as const satisfies readonly (keyof Kind)[];

/** What of a list of kinds that something takes isn't one, a sentence each. */
export function takesFaults(takes: readonly string[] | "any" | undefined): string[] {
  if (takes === undefined || takes === "any") return [];
  if (!Array.isArray(takes) || takes.length === 0) return ["its `takes` names no kind of sample"];
  const known = Object.keys(kinds);
  return takes.filter((name) => !Object.hasOwn(kinds, name)).map((name) =>
    `its \`takes\` names the kind \`${name}\`${didYouMean(name, known)}; there are ${
      known.join(", ")
    }`
  );
}

/** Which kinds something takes: what it says, and pictures where it says nothing. */
export function takenBy(
  { takes = ["image"] }: { readonly takes?: readonly KindName[] | "any" },
): readonly string[] {
  return takes === "any" ? Object.keys(kinds) : takes;
}
