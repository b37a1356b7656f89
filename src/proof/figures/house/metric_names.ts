/**
 * Files that know a metric by its name, or one of its values: none but the metric's own file and its
 * row in `metrics/table/table.ts` should.
 * @module
 */
import { join, relative } from "@std/path";
import type { Metric } from "../../../metrics/mod.ts";
import { builtInMetrics } from "../../../metrics/table/mod.ts";
import { extractorName, extractorTable } from "../../../extractors/mod.ts";
import { root } from "../process.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** A file and what it names. */
export interface NamingFile {
  /** Relative to the folder. */
  readonly file: string;
  readonly names: readonly string[];
}

/**
 * Names of metrics that are words of other things too: of protocols, programs, capabilities, charts,
 * extractors, statistics and units. They count only where the code before them speaks of a metric.
 */
const WORDS: ReadonlySet<string> = new Set([
  ...["control", "likelihood", "reconstruction", "codes", "posterior", "discriminator", "shares"],
  ...["face", "lpips", "kernel", "coverage", "sliced", "conditional", "histogram", "similarity"],
  ...["bits", "tasks", "distinct", "copied", "views", "instructions", "reward", "steerability"],
]);

/**
 * Code that speaks of a metric right before a literal: `metric === `, `metrics: [`, `metrics.has(`; not
 * the key of a random stream, `keys.metric(`.
 */
const OF_METRIC = /\bmetrics? (?!\( )(["=!:,?.([{]+ |\w+ (?=\())*$/i;

/** The file that holds the rows. */
const TABLE = "metrics/table/table.ts";

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
  const extractors = Object.values(extractorTable).map(({ versioned }) => versioned);
  return [...stems].filter((stem) => !extractors.includes(stem));
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
    (kind === "regex" && patterned.test(text));
}

/** A string, a piece of a template, or a regular expression without its slashes and flags. */
interface Literal {
  readonly kind: Token["kind"];
  readonly text: string;
  /** The tokens before it in its statement, a space after each; literals as `"`. */
  readonly before: string;
}

/** The literals of a text but for the paths of imports. */
function literalsOf(tokens: readonly Token[]): Literal[] {
  const isLiteral = ({ kind }: Token) => ["string", "template", "regex"].includes(kind);
  const told = tokens.map((token) => isLiteral(token) ? '"' : token.text);
  return tokens.flatMap((token, i): Literal[] => {
    if (!isLiteral(token) || told[i - 1] === "from" || told[i - 1] === "import") return [];
    const { kind } = token, start = told.lastIndexOf(";", i - 1);
    const before = told.slice(Math.max(start + 1, i - 60), i).map((text) => `${text} `).join("");
    const text = kind === "regex" ? token.text.slice(1, token.text.lastIndexOf("/")) : token.text;
    return [{ kind, text, before }];
  });
}

/** Whether a key of an object has this name. */
function hasKey(tokens: readonly Token[], name: string): boolean {
  return tokens.some(({ kind, text }, i) =>
    kind === "word" && text === name && tokens[i + 1]?.text === ":" &&
    ["{", ","].includes(tokens[i - 1]?.text)
  );
}

/** What a text names: metrics and values, each once. */
function metricsNamed(
  tokens: readonly Token[],
  { metrics, isValue, own }: {
    readonly metrics: readonly string[];
    readonly isValue: (kind: string, text: string) => boolean;
    /** Metrics that are defined here. */
    readonly own: readonly string[];
  },
): string[] {
  const named = new Set<string>(), others = metrics.filter((name) => !own.includes(name));
  for (const { kind, text, before } of literalsOf(tokens)) {
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
  for (const name of others) if (!WORDS.has(name) && hasKey(tokens, name)) named.add(name);
  return [...named];
}

/** The metrics that a file of `metrics/` defines, by the names that it gives them. */
function definedIn(
  file: string,
  tokens: readonly Token[],
  metrics: readonly string[],
): readonly string[] {
  if (!file.startsWith("metrics/")) return [];
  const given = literalsOf(tokens).filter(({ before }) =>
    /\b((name|metric) :|declareBalls \() $/.test(before)
  );
  return metrics.filter((name) => given.some(({ text }) => text === name));
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
      const tokens = tokensOf(await Deno.readTextFile(own));
      const names = metricsNamed(tokens, {
        metrics,
        isValue,
        own: definedIn(file, tokens, metrics),
      });
      if (names.length > 0) found.push({ file, names });
    }
  };
  await walk(folder);
  return found.sort((a, b) => a.file < b.file ? -1 : 1);
}
