/**
 * The arguments of `evaluate`, checked before anything is read.
 * @module
 */
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import type { Decoding } from "../../data/decoding/mod.ts";
import type { Split } from "../../data/mod.ts";
import { UsageError } from "../../base/mod.ts";
import { folderMetrics } from "../../compare/metrics/mod.ts";
import { metricNames } from "../../metrics/table/mod.ts";
import { extractorRow } from "../../extractors/mod.ts";
import { type InputOptions, inputOptions } from "../../extractors/input/mod.ts";
import { extractors, fromTable, metrics } from "../../registry.ts";
import { schemaAt, typed } from "../../suite/mod.ts";
import { didYouMean } from "../../base/text/mod.ts";
import type { Arguments } from "../../cli/mod.ts";

/** How results are printed. */
export type Output = "table" | "json" | "csv" | "markdown";

/** The arguments, with their defaults. */
export interface Asked {
  readonly real: string;
  /** Left out where only statistics or features of the real side are to be saved. */
  readonly fake?: string;
  readonly extractor: string;
  readonly weights?: { readonly path: string; readonly sha256?: string };
  readonly resize?: string;
  /** Of `onnx`: how the model takes pictures. */
  readonly input?: InputOptions;
  readonly decoding: Decoding;
  readonly crop: boolean;
  /** undefined: all usual ones that the sides can give. */
  readonly metrics?: readonly string[];
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly samples?: number;
  readonly shuffle?: number;
  readonly split: Split;
  readonly size?: number;
  readonly skip: number;
  /** Every file that is left out or skipped is named. */
  readonly showLeftOut: boolean;
  readonly seed: number;
  readonly jobs: number;
  readonly saveStats?: string;
  readonly saveFeatures?: string;
  readonly output: Output;
}

/** Reads the arguments. @throws UsageError for anything that can't be meant */
export async function readArguments(args: Arguments): Promise<Asked> {
  const saves = { saveStats: args.one("save-stats"), saveFeatures: args.one("save-features") };
  const real = args.one("real"), fake = args.one("fake");
  if (real === undefined) throw missing("real");
  const saving = Object.values(saves).some((path) => path !== undefined);
  if (fake === undefined && !saving && !args.has("show-left-out")) {
    throw missing("fake");
  }
  for (
    const [option, path, ending] of [
      ["save-stats", saves.saveStats, ".npz"],
      ["save-features", saves.saveFeatures, ".npy"],
    ] as const
  ) {
    if (path === undefined || path.toLowerCase().endsWith(ending)) continue;
    throw new UsageError(`--${option} writes a file that ends in ${ending}, not ${path}`);
  }
  const chosen = args.list("metrics");
  return {
    real,
    fake,
    extractor: extractorIn(args),
    ...weightsIn(args),
    resize: args.one("resize"),
    ...inputIn(args),
    decoding: args.word<Decoding>("decode") ?? "viewer",
    crop: args.has("crop"),
    ...(chosen && { metrics: checkMetrics(chosen) }),
    settings: await settingsIn(args),
    samples: args.whole("samples"),
    shuffle: args.whole("shuffle"),
    split: args.word<Asked["split"]>("split") ?? "test",
    size: args.whole("size"),
    showLeftOut: args.has("show-left-out"),
    skip: args.share("skip") ?? 0.01,
    seed: args.whole("seed") ?? 1,
    jobs: args.whole("jobs") ?? navigator.hardwareConcurrency,
    ...saves,
    output: outputIn(args),
  };
}

function missing(name: string): UsageError {
  return new UsageError(`evaluate needs --${name} DIR, e.g. --real photos/ --fake samples/`);
}

function extractorIn(args: Arguments): string {
  const [first, second] = [args.one("extractor"), args.one("features")];
  if (first !== undefined && second !== undefined && first !== second) {
    throw new UsageError(`--extractor ${first} and --features ${second} name the same thing`);
  }
  const option = first === undefined && second !== undefined ? "features" : "extractor";
  const name = first ?? second ?? "lite0";
  if (extractorRow(name) !== undefined) return name;
  const known = Object.keys(extractors);
  throw new UsageError(
    `--${option}: no extractor \`${name}\`${didYouMean(name, known)}\n` +
      `  extractors: ${known.join(", ")}`,
  );
}

function weightsIn(args: Arguments): Pick<Asked, "weights"> {
  const path = args.one("weights"), sha256 = args.one("sha256");
  if (path === undefined) {
    if (sha256 !== undefined) throw new UsageError("--sha256 checks --weights: give both");
    return {};
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new UsageError(`--sha256 takes 64 hexadecimal digits, not \`${sha256}\``);
  }
  return { weights: { path, ...(sha256 && { sha256: sha256.toLowerCase() }) } };
}

/** `--input side=224`, read as `--set` reads a suite's `input`. */
function inputIn(args: Arguments): Pick<Asked, "input"> {
  const texts = args.all("input");
  if (texts.length === 0) return {};
  const said: Record<string, unknown> = {};
  for (const text of texts) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined) {
      throw new UsageError(`--input takes KEY=VALUE, e.g. side=224, not \`${text}\``);
    }
    if (Object.hasOwn(said, key)) throw new UsageError(`--input ${key} is given twice`);
    said[key] = typed(value, schemaAt(inputOptions, [key]));
  }
  const parsed = inputOptions.safeParse(said);
  if (!parsed.success) throw new UsageError(`--input: ${z.prettifyError(parsed.error)}`);
  return { input: parsed.data };
}

function checkMetrics(chosen: readonly string[]): readonly string[] {
  const known = Object.keys(folderMetrics);
  for (const name of chosen) {
    if (known.includes(name)) continue;
    throw new UsageError(
      `--metrics: \`${name}\` can't be measured between two folders` +
        `${didYouMean(name, known)}\n  metrics that can: ${known.join(", ")}`,
    );
  }
  if (chosen.length === 0) throw new UsageError("--metrics names none");
  return [...new Set(chosen)];
}

/** `--set coverage.k=3`, checked by the metric's own schema. */
async function settingsIn(args: Arguments): Promise<Asked["settings"]> {
  const settings: Record<string, Record<string, unknown>> = {};
  for (const text of args.all("set")) {
    const [, name, key, value] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) {
      throw new UsageError(
        `--set takes METRIC.KEY=VALUE, e.g. ${metricNames.coverage}.k=3, not \`${text}\``,
      );
    }
    checkMetrics([name]);
    (settings[name] ??= {})[key] = parseYaml(value);
    const metric = await fromTable(metrics, folderMetrics[name].metric, "metric");
    const parsed = metric.config.safeParse(settings[name]);
    if (!parsed.success) throw new UsageError(`--set ${text}: ${z.prettifyError(parsed.error)}`);
    if (folderMetrics[name].needs === "moments") {
      throw new UsageError(`--set ${text}: ${name} has no settings here`);
    }
  }
  return settings;
}

function outputIn(args: Arguments): Output {
  const asked = (["json", "csv", "markdown"] as const).filter((name) => args.has(name));
  if (asked.length > 1) {
    throw new UsageError(`--${asked[0]} and --${asked[1]}: give only one of them`);
  }
  return asked[0] ?? "table";
}
