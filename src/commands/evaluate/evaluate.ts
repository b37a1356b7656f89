/**
 * `evaluate`: feature distances between two sets of pictures from any source.
 * @module
 */
import {
  DataError,
  exitCodes,
  MetricUnavailable,
  requireWritable,
  UsageError,
} from "../../base/mod.ts";
import type { EngineIdentity } from "../../engine/mod.ts";
import {
  measure,
  type Measured,
  openSide,
  peakBytes,
  preparationOf,
  requireSameNetwork,
  saveFeatures,
  score,
  type Scores,
  type Side,
  warnings,
} from "../../compare/mod.ts";
import {
  type DecodeReply,
  type DecodeTask,
  type Network,
  openNetwork,
  Threads,
} from "../../compare/extract/mod.ts";
import { saveStatistics } from "../../compare/moments/mod.ts";
import { folderMetrics } from "../../compare/metrics/mod.ts";
import { type Arguments, Meter, type Terminal } from "../../cli/mod.ts";
import { chooseEngine } from "../../cli/engine/mod.ts";
import { type Asked, readArguments } from "./evaluate_arguments.ts";
import { type ExtractionEvent, show } from "./evaluate_output.ts";
import { cacheOf } from "../folders.ts";

/** See the table of commands. */
export async function main(args: Arguments, terminal: Terminal): Promise<number> {
  const asked = await readArguments(args);
  const cache = cacheOf(args);
  for (const path of [asked.saveStats, asked.saveFeatures]) {
    if (path !== undefined) await requireWritable(path);
  }
  const meter = new Meter(terminal);
  const open: { close(): void }[] = [];
  try {
    const sides = await openSides(asked, { cache, meter, open, terminal });
    if (onlyLists(asked)) return tellContents(sides, { meter, terminal });
    const chosen = metricsFor(asked, sides);
    const { network, engine, why } = await networkFor(asked, sides, args.one("engine"));
    const measured: Measured[] = [];
    const threads = new Threads<DecodeTask, DecodeReply>(
      new URL("../../compare/extract/decode_thread.ts", import.meta.url),
      { count: network === null ? 1 : asked.jobs, name: "decoding" },
    );
    open.push(threads);
    for (const side of sides) {
      const done = await measure(side, {
        network,
        engine,
        cache,
        threads,
        reading: { decoding: asked.decoding, crop: asked.crop },
        samples: asked.samples,
        skip: asked.skip,
        named: asked.showLeftOut ? Infinity : undefined,
        size: asked.size,
        progress: (progress) => meter.extraction(progress),
        say: (line) => terminal.warn(line),
      });
      open.push(done);
      measured.push(done);
    }
    const [real, fake] = measured;
    await save(real, asked, meter);
    const notes = notesOn(measured);
    const scores: Scores = fake === undefined
      ? { values: [], problems: [], notes: [] }
      : await score({ real, fake }, {
        ...asked,
        metrics: chosen,
        extractor: network?.name ?? nameOf(measured),
        opened: network?.extractor ?? null,
        progress: (note) => meter.note(note),
      });
    meter.clear();
    const told = [...network?.extractor.notes ?? [], ...notes, ...scores.notes];
    for (const note of told) terminal.warn(note);
    show(asked.output, {
      values: scores.values,
      extractions: extractionsOf(measured),
      engine: engine === null ? null : engineText(engine),
      peakBytes: peakBytes(),
      head: heading(measured, { asked, network, why }),
      real: real.label,
      fake: fake?.label ?? "",
    }, terminal);
    for (const problem of scores.problems) terminal.warn(problem);
    const any = fake === undefined || scores.values.some((v) => v.value !== null);
    return any && scores.problems.length === 0 ? exitCodes.pass : exitCodes.failed;
  } catch (error) {
    // What was named and can't be used is a mistake in the command line.
    if (error instanceof DataError) throw new UsageError(error.message);
    throw error;
  } finally {
    meter.clear();
    for (const one of open.reverse()) one.close();
  }
}

async function openSides(
  asked: Asked,
  { cache, meter, open, terminal }: {
    cache: string;
    meter: Meter;
    open: { close(): void }[];
    terminal: Terminal;
  },
): Promise<Side[]> {
  const sides: Side[] = [];
  for (const text of [asked.real, asked.fake]) {
    if (text === undefined) continue;
    const progress = (note: string) => meter.note(note);
    const leftOut = (path: string, why: string) => {
      meter.clear();
      terminal.warn(`left out: ${path}: ${why}`);
    };
    const side = await openSide(text, {
      ...asked,
      cache,
      progress,
      leftOut: asked.showLeftOut ? leftOut : undefined,
    });
    open.push(side);
    sides.push(side);
  }
  const rowless = sides.every(({ kind }) => kind === "statistics");
  for (const option of ["samples", "shuffle"] as const) {
    if (asked[option] === undefined || !rowless) continue;
    throw new UsageError(
      `--${option}: ${sides.map(({ label }) => label).join(" and ")} hold means and covariances, ` +
        "and no pictures or rows to choose from",
    );
  }
  return sides;
}

/** Whether nothing is to be measured or saved: only what is left out is asked for. */
function onlyLists({ fake, saveStats, saveFeatures }: Asked): boolean {
  return fake === undefined && saveStats === undefined && saveFeatures === undefined;
}

function tellContents(
  sides: readonly Side[],
  { meter, terminal }: { meter: Meter; terminal: Terminal },
): number {
  meter.clear();
  for (const side of sides) {
    if (side.kind !== "pictures") {
      throw new UsageError(`--show-left-out: ${side.label} is no folder`);
    }
    for (const note of side.source.notes) terminal.warn(note);
    terminal.print(`${side.label}: ${side.source.count.toLocaleString("en")} pictures are read`);
  }
  return exitCodes.pass;
}

/** Metrics asked for, or all that these sides can give. */
function metricsFor({ metrics, saveFeatures }: Asked, sides: readonly Side[]): readonly string[] {
  const statistics = sides.find(({ kind }) => kind === "statistics");
  const numbers = sides.find(({ kind }) => kind === "features");
  if (saveFeatures !== undefined && sides[0].kind === "statistics") {
    throw new UsageError(
      `--save-features: ${sides[0].label} holds no features, only their moments`,
    );
  }
  const obstacle = (name: string): string | null => {
    const { needs } = folderMetrics[name];
    if (needs === "moments") return null;
    if (statistics) return `${statistics.label} holds means and covariances only`;
    return needs === "pixels" && numbers ? `${numbers.label} holds features, no pictures` : null;
  };
  if (metrics === undefined) {
    return Object.keys(folderMetrics).filter((name) =>
      folderMetrics[name].usual && obstacle(name) === null
    );
  }
  for (const name of metrics) {
    const why = obstacle(name);
    if (why === null) continue;
    throw new UsageError(
      `--metrics ${name}: it needs ${folderMetrics[name].needs}, and ${why}; give the folder of ` +
        "pictures in its place",
    );
  }
  return metrics;
}

/** The network that pictures go through; kept sides must have come from it. */
async function networkFor(
  asked: Asked,
  sides: readonly Side[],
  engineName: string | undefined,
): Promise<{ network: Network | null; engine: EngineIdentity | null; why: string }> {
  const kept = sides.filter((side) => side.kind !== "pictures").map((side) => ({
    label: side.label,
    dimension: side.kind === "features" ? side.rows.dimension : side.moments.dimension,
    origin: side.kind === "statistics" ? side.origin : null,
  }));
  if (kept.length === sides.length) {
    const [first, second] = kept;
    if (second !== undefined) {
      requireSameNetwork(second, {
        name: first.origin?.extractor ?? second.origin?.extractor ?? first.label,
        dimension: first.dimension,
        digest: (first.origin ?? second.origin)?.extractorDigest ?? null,
        preparation: first.origin?.preparation ?? null,
      });
    }
    return { network: null, engine: null, why: "" };
  }
  const choice = await chooseEngine(engineName);
  const { openEngine } = await import("../../engine/mod.ts");
  // The engine is the process's own and ends with it.
  const { engine } = await openEngine(choice.name);
  let network: Network;
  try {
    const { weights, resize, input } = asked;
    network = await openNetwork(asked.extractor, engine, { weights, resize, input });
  } catch (error) {
    if (error instanceof MetricUnavailable) {
      throw new UsageError(`--extractor ${asked.extractor}: ${error.message}`);
    }
    throw error;
  }
  for (const side of kept) {
    requireSameNetwork(side, {
      name: network.name,
      dimension: network.dimension,
      digest: network.extractor.digest ?? null,
      preparation: preparationOf(network, asked),
    });
  }
  return { network, engine: engine.identity, why: `${choice.name} (${choice.why})` };
}

/** Files that were asked for, of the real side. */
async function save(real: Measured, asked: Asked, meter: Meter): Promise<void> {
  if (asked.saveStats !== undefined) {
    const moments = await real.moments((note) => meter.note(note));
    await saveStatistics(asked.saveStats, { moments, origin: real.origin });
  }
  if (asked.saveFeatures !== undefined && real.rows !== null) {
    const { bits } = real;
    await saveFeatures(asked.saveFeatures, real.rows, { count: real.count ?? 0, bits });
  }
}

function notesOn(measured: readonly Measured[]): string[] {
  const notes = measured.flatMap((side) => side.notes);
  const [real, fake] = measured;
  return fake === undefined ? notes : [...notes, ...warnings({ real, fake })];
}

const engineText = ({ name, versions, device }: EngineIdentity) =>
  [name, ...Object.entries(versions).map(([what, version]) => `${what} ${version}`), device]
    .join(", ");

/** What made numbers that were given without a network: what their files say, or nothing. */
function nameOf(measured: readonly Measured[]): string {
  return measured.find(({ origin }) => origin !== null)?.origin?.extractor ?? "given";
}

function extractionsOf(measured: readonly Measured[]): ExtractionEvent[] {
  return measured.flatMap(({ timing, label }, i) =>
    timing === null
      ? []
      : [{ event: "extraction", side: i === 0 ? "real" : "fake", label, ...timing }]
  );
}

function heading(
  measured: readonly Measured[],
  { asked, network, why }: { asked: Asked; network: Network | null; why: string },
): string[] {
  const count = ({ label, count }: Measured) =>
    `${label} (${count === null ? "number unknown" : `${count.toLocaleString("en")} pictures`})`;
  const [real, fake] = measured;
  const lines = [
    `real ${count(real)}` + (fake === undefined ? "" : ` · generated ${count(fake)}`),
  ];
  const how = [...orderOf(asked), ...(network === null ? [] : [network.name, why])];
  if (how.length > 0) lines.push(how.join(" · "));
  if (asked.saveStats !== undefined) lines.push(`statistics of ${real.label}: ${asked.saveStats}`);
  if (asked.saveFeatures !== undefined) {
    lines.push(`features of ${real.label}: ${asked.saveFeatures}`);
  }
  return [...lines, ""];
}

/** What is said of the order of pictures and rows, where it isn't that of their paths. */
function orderOf({ samples, shuffle, seed }: Asked): string[] {
  if (samples === undefined) return shuffle === undefined ? [] : [`shuffled by seed ${shuffle}`];
  return [
    `${samples} of each, ` +
    (shuffle === undefined
      ? `drawn by seed ${seed} (a dataset's first)`
      : `shuffled by seed ${shuffle}`),
  ];
}
