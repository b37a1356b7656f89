/**
 * Files that know a metric by its name, or one of its values: none but the metric's own file and its
 * row in `metrics/table.ts` should.
 * @module
 */
import { join, relative } from "@std/path";
import type { Metric } from "../../../metrics/metric.ts";
import { builtInMetrics } from "../../../metrics/table.ts";
import { extractorName, extractorNames } from "../../../metrics/names.ts";
import { root } from "../process.ts";
import { literalsOf } from "./literals.ts";

/** A file and what it names. */
export interface NamingFile {
  /** Relative to the folder. */
  readonly file: string;
  readonly names: readonly string[];
}

/**
 * Names of metrics that are words of other things too: of protocols, programs, capabilities, charts,
 * extractors and statistics. They count only where the code before them speaks of a metric.
 */
const WORDS: ReadonlySet<string> = new Set([
  ...["control", "likelihood", "reconstruction", "codes", "posterior", "discriminator", "shares"],
  ...["face", "lpips", "kernel", "coverage", "sliced", "conditional", "histogram", "similarity"],
]);

/**
 * Code that speaks of a metric right before a literal: `metric === `, `metrics: [`, `metrics.has(`; not
 * the key of a random stream, `keys.metric(`.
 */
const OF_METRIC =
  /\bmetrics?\b(?<!\.metric)["\s\w.:=!,?(\[{]*$|\.metric\b(?!\()["\s\w.:=!,?(\[{]*$/i;

/** The file that holds the rows. */
const TABLE = "metrics/table.ts";

/** How the names of a metric's values begin, before what its config adds. */
async function valueStems(): Promise<string[]> {
  const stems = new Set<string>();
  for (const { load } of Object.values(builtInMetrics)) {
    const metric: Metric = await load();
    const config = metric.config.parse({}) as Record<string, unknown>;
    const settings = Object.values(config).filter((v) => typeof v === "string")
      .flatMap((text) => [`-${text}`, `-${extractorName(text)}`]);
    for (const { name } of metric.declares(config)) {
      const cuts = [...settings, "@"].map((end) => name.indexOf(end)).filter((at) => at > 0);
      const numbered = name.search(/-?[a-zA-Z]?\d/);
      stems.add(name.slice(0, Math.min(name.length, ...cuts, ...(numbered > 0 ? [numbered] : []))));
    }
  }
  // A value may be called as its extractor is, which is no metric's name.
  return [...stems].filter((stem) => !Object.values(extractorNames).includes(stem));
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/**
 * A test of whether a literal is, or begins as, the name of a value. A stem that is one plain word
 * must be followed by N, or be a pattern's.
 */
function valueTest(stems: readonly string[]): (kind: string, text: string) => boolean {
  const told = stems.filter((stem) => /[A-Z/-]/.test(stem)).map(escaped).join("|");
  const plain = stems.filter((stem) => !/[A-Z/-]/.test(stem)).map(escaped).join("|");
  const begins = new RegExp(`^\\^?(${told})([-@]|$)`);
  const counted = new RegExp(`^\\^?(${plain})(-[^\\s]*)?@`);
  const patterned = new RegExp(`^\\^(${plain})[-@]`);
  const whole = new Set(stems.filter((stem) => !/[-/]/.test(stem))); // "FD" alone is no name
  return (kind, text) =>
    (begins.test(text) && !whole.has(text)) || counted.test(text) ||
    (kind === "pattern" && patterned.test(text));
}

/** What a text names: metrics and values, each once. */
export function metricsNamed(
  source: string,
  { metrics, isValue, own = [] }: {
    readonly metrics: readonly string[];
    readonly isValue: (kind: string, text: string) => boolean;
    /** Metrics that are defined here. */
    readonly own?: readonly string[];
  },
): string[] {
  const { literals, code } = literalsOf(source), named = new Set<string>();
  const others = metrics.filter((name) => !own.includes(name));
  for (const { kind, text, before } of literals) {
    const list = text.split(",").map((word) => word.trim());
    for (const name of others) {
      const sure = !WORDS.has(name) || OF_METRIC.test(before);
      if (sure && list.includes(name)) named.add(name);
      const asked = new RegExp(
        `--metrics[ =]\\S*\\b${name}\\b|\\bmetrics(: *\\[|\\.)\\W*${name}\\b`,
      );
      if (asked.test(text)) named.add(name);
    }
    if (own.length === 0 && isValue(kind, text)) named.add(text);
  }
  for (const name of others) {
    if (!WORDS.has(name) && new RegExp(`[{,]\\s*${name}\\s*:`).test(code)) named.add(name);
  }
  return [...named];
}

/** The metrics that a file of `metrics/` defines, by the names that it gives them. */
function definedIn(file: string, source: string, metrics: readonly string[]): string[] {
  if (!file.startsWith("metrics/")) return [];
  const { literals } = literalsOf(source);
  const given = literals.filter(({ before }) => /\b(name|metric):\s*$/.test(before));
  return metrics.filter((name) =>
    given.some(({ text }) => text === name) ||
    literals.some(({ text, before }) => text === name && /\bdeclareBalls\($/.test(before.trim()))
  );
}

/**
 * Files under `folder` that name a metric outside its row and its own file.
 * @param folder default: `src`
 */
export async function filesNamingMetrics(
  folder: string = join(root, "src"),
): Promise<NamingFile[]> {
  const metrics = Object.keys(builtInMetrics), isValue = valueTest(await valueStems());
  const found: NamingFile[] = [];
  const walk = async (path: string): Promise<void> => {
    for await (const entry of Deno.readDir(path)) {
      const own = join(path, entry.name);
      if (entry.isDirectory) await walk(own);
      const file = relative(folder, own).replaceAll("\\", "/");
      if (!entry.isFile || !file.endsWith(".ts") || file === TABLE) continue;
      const source = await Deno.readTextFile(own);
      const names = metricsNamed(source, {
        metrics,
        isValue,
        own: definedIn(file, source, metrics),
      });
      if (names.length > 0) found.push({ file, names });
    }
  };
  await walk(folder);
  return found.sort((a, b) => a.file < b.file ? -1 : 1);
}
