/**
 * What a suite asks of its data and of extractors, held against what there is, before anything runs:
 * names, splits, numbers of pictures. A number that the suite leaves out is fitted to the split.
 * @module
 */
import type { DatasetOutline } from "../data/mod.ts";
import { kindOf, type SampleSpec, takenBy, unitsOf } from "../kinds/mod.ts";
import { extractorRow, extractorTable } from "../extractors/mod.ts";
import type { Metric, Requirement } from "../metrics/mod.ts";
import { nearest } from "../base/text/mod.ts";
import { get, type Place } from "./check.ts";
import type { Path } from "./source.ts";

/** What a suite's metrics stand on. */
export interface Ground {
  readonly dataset: string;
  /** null where only loading the dataset tells. */
  readonly outline: DatasetOutline | null;
  /** Extractors that the suite gives weights for. */
  readonly weighted: readonly string[];
  /** Whether held-out data are among the control rows: they need as many pictures again. */
  readonly heldOut: boolean;
  /** The data are an entry's own, and the metrics the suite's. */
  readonly mixed?: boolean;
}

/** One config of a metric, with where it stands. */
export interface Asked {
  readonly metric: Metric;
  readonly config: Record<string, unknown>;
  /** As written: what isn't in it is the metric's own default. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** The place of one of its settings in the file. */
  readonly locate: (path: Path) => Path;
}

const number = (n: number) => n.toLocaleString("en");

/** Pictures that hold-outs can be compared with, or drawn from, in one split or between two. */
function room({ sizes }: DatasetOutline, required: Requirement, heldOut: boolean): number | null {
  if (required.kind === "most") return required.most;
  if (sizes === undefined) return null;
  if (required.kind === "rows") return sizes[required.split];
  if (required.kind !== "samples" || !heldOut) return null;
  // As the control row has it: pictures of judge_test, or else of the other end of test.
  return sizes.judge_test > 0 ? sizes.judge_test : Math.floor(sizes.test / 2);
}

function holds(required: Requirement, { dataset, outline }: Ground): string {
  if (required.kind === "most") return required.why;
  if (required.kind === "rows") return `the ${required.split} split of ${dataset} holds`;
  return outline!.sizes!.judge_test > 0
    ? `the held-out row is drawn from judge_test, of which ${dataset} holds`
    : `the held-out row takes as many ${
      kindOf(outline!.sample).unit.many
    } of the test split again, ` +
      "and that leaves";
}

/**
 * Fits what the suite leaves open to the data: settings that count rows, where the default is more
 * than there is.
 * @param say told what was fitted
 */
export function fitted(
  { metric, config, given }: Pick<Asked, "metric" | "config" | "given">,
  ground: Ground,
  say: (note: string) => void,
): Record<string, unknown> {
  if (ground.outline === null) return config;
  let fit = config;
  const told = new Map<string, string>();
  // Asked for again each time: what one setting leaves may hang on another that was fitted before.
  const required = (i: number) => metric.requires?.(fit)[i];
  for (let i = 0, next = required(0); next !== undefined; next = required(++i)) {
    if (next.kind === "extractor" || next.kind === "factor" || next.key in given) continue;
    const most = room(ground.outline, next, ground.heldOut);
    if (most === null || most >= next.count) continue;
    const smaller = metric.config.safeParse({ ...fit, [next.key]: most });
    if (!smaller.success) continue; // too few for it at all: a problem, told below
    told.set(
      next.key,
      `${metric.name}: ${next.key} ${number(most)}, not ${number(Number(config[next.key]))}: ` +
        `${holds(next, ground)} ${number(most)}`,
    );
    fit = smaller.data as Record<string, unknown>;
  }
  told.forEach(say);
  return fit;
}

/** Tells what a metric requires and isn't there. */
export function checkRequired(asked: Asked, ground: Ground): void {
  const { metric, config } = asked;
  if (ground.outline !== null && !checkTaken(asked, ground.outline.sample, ground)) return;
  for (const required of metric.requires?.(config) ?? []) {
    if (required.kind === "extractor") checkExtractor(required, asked, ground);
    else if (ground.outline === null) continue;
    else if (required.kind === "factor") {
      checkFactor(required, asked, ground.outline, ground.dataset);
    } else checkRoom(required, asked, ground);
  }
}

/** Whether the data's samples are of a kind that the metric takes; a problem is told where not. */
function checkTaken(
  { metric, place }: Asked,
  sample: SampleSpec,
  { dataset, mixed }: Ground,
): boolean {
  const takes = takenBy(metric);
  if (takes.includes(sample.kind)) return true;
  place.problems.push({
    ...place.source.locate(place.path),
    message: `\`${place.name}\` takes ${unitsOf(takes)}; ${dataset} holds ${
      kindOf(sample).unit.many
    }`,
    hints: [
      mixed
        ? `give the entry on ${dataset} \`metrics\` of its own`
        : "name a metric that takes them: deno task list",
    ],
  });
  return false;
}

function tell(
  { place, locate }: Asked,
  key: string,
  { message, hints, name }: { message: string; hints?: readonly string[]; name?: string },
): void {
  const path = [...place.path, ...locate(name === undefined ? [key] : inList(key, name, place))];
  place.problems.push({ ...place.source.locate(path), message, hints });
}

/** Where a name stands in a setting that may be a list of names. */
function inList(key: string, name: string, { source, path }: Place): Path {
  const value = get(source.data, [...path, key]);
  const at = Array.isArray(value) ? value.indexOf(name) : -1;
  return at < 0 ? [key] : [key, at];
}

function checkExtractor(
  required: Requirement & { kind: "extractor" },
  asked: Asked,
  { weighted }: Ground,
): void {
  const { name, key, gives, pixels } = required;
  if (pixels && name === "pixels") return;
  const row = extractorRow(name);
  const fitting = Object.entries(extractorTable).filter(([, r]) => r.gives.includes(gives))
    .map(([known]) => known);
  const known = pixels ? [...fitting, "pixels"] : fitting;
  const hints = [`extractors with ${gives}: ${known.join(", ")}   (deno task list)`];
  if (row === undefined) {
    const near = nearest(name, known);
    tell(asked, key, {
      message: `unknown extractor \`${name}\`` +
        (near === undefined ? "" : `; did you mean \`${near}\`?`),
      hints,
    });
    return;
  }
  const { gives: given, weights } = extractorTable[row];
  if (!given.includes(gives)) {
    tell(asked, key, {
      message: `\`${asked.place.name}\` wants ${gives}; \`${name}\` gives ${given.join(", ")}`,
      hints,
    });
  } else if (weights.from === "user" && !weighted.includes(row)) {
    tell(asked, key, {
      message: `\`${name}\` needs your weights file, and the suite names none`,
      hints: [
        `extractors: { ${row}: { weights: FILE, sha256: … } }   (${weights.source})`,
      ],
    });
  }
}

function checkFactor(
  required: Requirement & { kind: "factor" },
  asked: Asked,
  { factors }: DatasetOutline,
  dataset: string,
): void {
  const { name, key, of, whenGiven } = required;
  if (whenGiven && !(key in asked.given)) return;
  const fitting = factors.filter((factor) => of === "any" || factor.kind === "class")
    .map((factor) => factor.name);
  if (fitting.includes(name)) return;
  const what = of === "class" ? "class factor" : "factor";
  const near = nearest(name, fitting);
  tell(asked, key, {
    name,
    message: `${dataset} has no ${what} \`${name}\`` +
      (near === undefined ? "" : `; did you mean \`${near}\`?`) +
      (key in asked.given ? "" : `; it is the default of \`${asked.place.name}.${key}\``),
    hints: [`its ${what}s: ${fitting.join(", ") || "none"}`],
  });
}

const hintsOf = {
  rows: "lower it, or make the split larger",
  samples: "lower it, make the split larger, or name `controls` without held-out",
  most: "lower it, or raise the other",
} as const;

function checkRoom(
  required: Requirement & { kind: "rows" | "samples" | "most" },
  asked: Asked,
  ground: Ground,
): void {
  const most = room(ground.outline!, required, ground.heldOut);
  if (most === null || required.count <= most) return;
  tell(asked, required.key, {
    message: `\`${asked.place.name}.${required.key}\` is ${number(required.count)}: ` +
      `${holds(required, ground)} ${number(most)}`,
    hints: [hintsOf[required.kind]],
  });
}
