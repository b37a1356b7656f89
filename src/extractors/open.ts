/**
 * Extractors by name.
 * @module
 */
import { cacheFolder } from "../install/tensorflow/mod.ts";
import type { Engine } from "../engine/mod.ts";
import { MetricUnavailable, UsageError } from "../base/mod.ts";
import { didYouMean } from "../base/text/mod.ts";
import type { Extractor } from "./extractor.ts";
import type { WeightsOption } from "./weights/state_dict.ts";
import { extractorTable } from "./table.ts";
import type { ExtractorRow } from "./row.ts";
import type { InputOptions } from "./input/input_options.ts";

/** What a user may say about an extractor. */
export interface ExtractorOptions {
  /** The user's file of weights, for extractors that need one. */
  readonly weights?: WeightsOption;
  /** Way of resizing, of the row's `modes`; default: the first of them, or the name's own. */
  readonly resize?: string;
  /** Folder for what packages carry; default: the user's cache. */
  readonly cache?: string;
  /** Pictures a call of the network: more are faster where memory allows. Default 16. */
  readonly batch?: number;
  /** Of `onnx`: how the model takes pictures. */
  readonly input?: InputOptions;
}

/** A row with the mode that a name stands for. */
interface Named {
  readonly key: string;
  readonly row: ExtractorRow;
  readonly mode?: string;
}

/** "inception-fid", its versioned name, or "inception-fid-tf1" with one of its modes. */
function find(name: string): Named | undefined {
  for (const [key, row] of Object.entries(extractorTable)) {
    if (name === key || name === row.versioned) return { key, row };
    const mode = row.modes.find((m) => name === `${key}-${m}` || name === `${row.versioned}-${m}`);
    if (mode !== undefined) return { key, row, mode };
  }
}

/** The row of the table that a name stands for. */
export function extractorRow(name: string): string | undefined {
  return find(name)?.key;
}

/**
 * The name by which metrics know an extractor with this way of resizing: the default's is the plain
 * one, others are told by their name, as they give other numbers.
 * @throws UsageError for a way that the extractor doesn't have
 */
export function extractorVariant(name: string, resize?: string): string {
  const found = find(name);
  if (found === undefined || resize === undefined) return name;
  const { key, row, mode } = found;
  if (!row.modes.includes(resize)) {
    throw new UsageError(
      `extractor ${key} does not resize by \`${resize}\`${didYouMean(resize, row.modes)}; it has ` +
        row.modes.join(", "),
    );
  }
  if (mode !== undefined && mode !== resize) {
    throw new UsageError(`extractor ${name} resizes by ${mode}, and ${resize} was asked for`);
  }
  return resize === row.modes[0] ? key : `${key}-${resize}`;
}

/**
 * Opens an extractor by its suite name ("judge"), its versioned one ("judge-heads-v1") or one with a
 * way of resizing ("inception-fid-tf1").
 * @throws MetricUnavailable for a name that isn't known or weights that aren't there
 * @throws UsageError for weights that were named and can't be used, or a resizing that isn't there
 */
export async function openExtractor(
  name: string,
  engine: Engine,
  { weights, resize, cache = cacheFolder(), batch = 16, input }: ExtractorOptions = {},
): Promise<Extractor> {
  const found = find(extractorVariant(name, resize));
  if (found === undefined) {
    throw new MetricUnavailable(
      "not-measured",
      `no extractor "${name}"; there are ${Object.keys(extractorTable).join(", ")}`,
    );
  }
  const { key, row, mode = row.modes[0] } = found;
  const source = row.weights;
  if (source.from !== "user" && weights !== undefined) {
    throw new UsageError(
      `extractor ${key} has its own weights; ${weights.path} is not used by it`,
    );
  }
  if (input !== undefined && key !== "onnx") {
    throw new UsageError(`extractor ${key} has a fixed input; only onnx takes one`);
  }
  return await row.open(engine, {
    name: mode === row.modes[0] ? row.versioned : `${row.versioned}-${mode}`,
    weights: source.from === "user"
      ? (await import("./weights/state_dict.ts")).requireWeights(weights, {
        extractor: key,
        source: source.source,
      })
      : { path: "" },
    mode,
    cache,
    batch,
    ...(input === undefined ? {} : { input }),
  });
}
