/**
 * `evaluate`: feature distances between two folders of pictures, whoever made them.
 * @module
 */
import { join } from "@std/path";
import {
  commonSide,
  decodeFolder,
  firstImages,
  type FolderImages,
  pictureFiles,
  realDataset,
} from "../data/folder/pair.ts";
import { DataError } from "../data/dataset.ts";
import { openEngine } from "../engine/mod.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { openExtractor } from "../metrics/extractors/mod.ts";
import type { MetricValue, Subject } from "../metrics/metric.ts";
import { extractors, fromTable, metrics } from "../registry.ts";
import { evaluate } from "../run/evaluate.ts";
import { runKeys } from "../run/keys.ts";
import { didYouMean } from "../text/nearest.ts";
import type { Arguments, Terminal } from "./command.ts";
import { chooseEngine } from "./engine_choice.ts";
import { columns } from "./help.ts";

/** Metrics that need samples and real pictures only. */
const folderMetrics = ["frechet", "kernel", "coverage", "duplicates"];

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const asked = readArguments(args);
  const [real, fake, size] = await readFolders(asked, { args, terminal });
  const samples = asked.samples ?? Math.min(real.images.count, fake.images.count);
  for (const side of [real, fake]) {
    if (side.images.count >= samples) continue;
    throw new UsageError(
      `--samples ${samples}: ${side.path} has ${side.images.count} readable pictures`,
    );
  }
  const choice = await chooseEngine(args.one("engine"));
  const { engine } = await openEngine(choice.name);
  // The engine is the process's own and ends with it.
  const spec = await Promise.all(asked.metrics.map(async (name) => {
    const metric = await fromTable(metrics, name, "metric");
    const config = metric.config.parse({ features: asked.features, samples }) as never;
    return { metric: name, version: metric.version, config };
  }));
  const { values, problems } = await evaluate(
    {
      subject: subjectOf(fake),
      dataset: realDataset(real, size),
      keys: runKeys(asked.seed),
      metric: (name) => fromTable(metrics, name, "metric"),
      extractor: (name) => openExtractor(name, engine),
      cache: join(args.one("out") ?? ".likeness", "cache"),
      engine: engine.identity,
      progress: (note) => terminal.live && terminal.draw(`\r${note} …\x1b[K`),
    },
    spec,
    { phase: "quality" },
  );
  if (terminal.live) terminal.draw("\r\x1b[K");
  show(values, { args, terminal, head: heading(real, fake, { size, asked, samples, choice }) });
  for (const problem of problems) terminal.warn(problem);
  return values.some((v) => v.value !== null) && problems.length === 0
    ? exitCodes.pass
    : exitCodes.failed;
}

interface Asked {
  readonly real: string;
  readonly fake: string;
  readonly features: string;
  readonly metrics: readonly string[];
  readonly samples?: number;
  readonly size?: number;
  readonly seed: number;
}

function readArguments(args: Arguments): Asked {
  const [real, fake] = ["real", "fake"].map((name) => {
    const folder = args.one(name);
    if (folder !== undefined) return folder;
    throw new UsageError(`evaluate wants --${name} DIR, e.g. --real photos/ --fake samples/`);
  });
  const features = args.one("features") ?? "lite0";
  if (!Object.hasOwn(extractors, features)) {
    const known = Object.keys(extractors);
    throw new UsageError(
      `--features: no extractor \`${features}\`${didYouMean(features, known)}\n` +
        `  extractors: ${known.join(", ")}`,
    );
  }
  const chosen = args.list("metrics") ?? folderMetrics;
  for (const name of chosen) {
    if (folderMetrics.includes(name)) continue;
    throw new UsageError(
      `--metrics: \`${name}\` can't be measured between two folders` +
        `${didYouMean(name, folderMetrics)}\n  those that can: ${folderMetrics.join(", ")}`,
    );
  }
  if (chosen.length === 0) throw new UsageError("--metrics names none");
  return {
    real,
    fake,
    features,
    metrics: chosen,
    samples: args.whole("samples", { minimum: 2 }),
    size: args.whole("size", { minimum: 8, maximum: 4096 }),
    seed: args.whole("seed", { maximum: 4294967295 }) ?? 1,
  };
}

async function readFolders(
  { real, fake, size }: Asked,
  { args, terminal }: { args: Arguments; terminal: Terminal },
): Promise<[real: FolderImages, fake: FolderImages, size: number]> {
  try {
    const [realFiles, fakeFiles] = [await pictureFiles(real), await pictureFiles(fake)];
    const side = size ?? await commonSide([...realFiles, ...fakeFiles]);
    const options = {
      jobs: navigator.hardwareConcurrency,
      progress: (done: number, total: number, note: string) => {
        if (terminal.live) terminal.draw(`\r${note} ${done}/${total}\x1b[K`);
      },
    };
    const decoded = [
      await decodeFolder({ folder: real, paths: realFiles, size: side }, options),
      await decodeFolder({ folder: fake, paths: fakeFiles, size: side }, options),
    ];
    if (terminal.live) terminal.draw("\r\x1b[K");
    if (!args.has("json")) {
      for (const note of decoded.flatMap((d) => d.notes)) terminal.warn(note);
    }
    return [decoded[0], decoded[1], side];
  } catch (error) {
    // A folder that was named and can't be used is a mistake in the command line.
    if (error instanceof DataError) throw new UsageError(error.message);
    throw error;
  }
}

function subjectOf(fake: FolderImages): Subject {
  return {
    label: fake.path,
    capabilities: { likelihood: "none", latent: "none", reconstructs: false, samples: true },
    sample: (count) => firstImages(fake, count),
  };
}

function heading(
  real: FolderImages,
  fake: FolderImages,
  { size, asked, samples, choice }: {
    size: number;
    asked: Asked;
    samples: number;
    choice: { name: string; why: string };
  },
): string[] {
  const count = ({ path, images }: FolderImages) => `${path} (${images.count} pictures)`;
  return [
    `real ${count(real)} · generated ${count(fake)} · ${size}², RGB` +
    (asked.size === undefined ? "" : " (resized)"),
    `first ${samples} of each, by name · ${asked.features} · ${choice.name} (${choice.why})`,
    "",
  ];
}

function show(
  values: readonly MetricValue[],
  { args, terminal, head }: { args: Arguments; terminal: Terminal; head: readonly string[] },
): void {
  if (args.has("json")) {
    for (const value of values) terminal.print(JSON.stringify(value));
    return;
  }
  for (const line of head) terminal.print(line);
  const rows = values.map((v): [string, string] => {
    const better = v.direction === "none" ? "" : ` (${v.direction} is better)`;
    const text = v.value === null ? `n/m: ${v.reason}` : `${v.value.toPrecision(5)} ${v.unit}`;
    return [v.name, text.trimEnd() + (v.value === null ? "" : better)];
  });
  for (const line of columns(rows)) terminal.print(line);
}
