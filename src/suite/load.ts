/**
 * From a suite file to its `Suite`s, one a YAML document: read, overridden, validated, expanded. All
 * mistakes are told at once, each with its place.
 * @module
 */
import { dirname, join, resolve } from "@std/path";
import { projectRoot, shown, UsageError } from "../base/mod.ts";
import { type Dataset, type DatasetOutline, outlineOf } from "../data/mod.ts";
import { protocols, registerModule } from "../registry.ts";
import { canonicalJson, nearest, readText } from "../base/text/mod.ts";
import { checkKeys, parse, type Place, unknownKey } from "./check.ts";
import { readControls, refuseUnmade } from "./entries/controls.ts";
import { readData } from "./entries/data.ts";
import { readEntries } from "./entries/entries.ts";
import { readExtractors } from "./entries/extractors.ts";
import { withoutDuplicates } from "./entries/expand.ts";
import { checkPrimary } from "./entries/metric_entries.ts";
import { type Problem, SuiteError } from "./problem.ts";
import { resolveNeeds } from "./entries/needs.ts";
import { besideKeys } from "./entries/roles.ts";
import { computed, expandRun, refuseRepeats, scoredOn } from "./entries/run_entries.ts";
import { readMetrics, type Scored, ScoredTable } from "./entries/scored.ts";
import { resolveBudget, type Suite, type SuiteData, suiteFile } from "./schema/schema.ts";
import { applySet } from "./set.ts";
import { withInputs } from "./entries/inputs.ts";
import { type Path, readSources, type Source } from "./source.ts";

/** Options of `loadSuite`. */
export interface LoadOptions {
  /** Overrides, "runs.vae.beta=4", in order. */
  readonly set?: readonly string[];
  /**
   * Folder of caches, `<out>/cache`: digests of files are kept there, and data whose sizes nothing else
   * tells are loaded, so that numbers that a suite leaves out can be fitted to them. Without it all
   * files that the suite points at are read, and such numbers stay as the metrics have them.
   */
  readonly cache?: string;
  /** false: don't read what the suite points at. It can be looked at then, and not planned. */
  readonly inputs?: false;
}

/**
 * Loads the suites of a file, in its order, and registers the modules that they name.
 * @param path a file, or the bare name of one in `suites/`; `#name` after it picks one of its suites
 * @throws SuiteError with every mistake in them; UsageError where there is no such file or suite
 */
export async function loadSuites(path: string, options: LoadOptions = {}): Promise<Suite[]> {
  const [place, only] = path.split("#", 2);
  const file = suiteFileOf(place);
  return await parseSuites(await readText(file, "suite"), { ...options, file, only });
}

/** `loadSuites` where there is one. @throws UsageError where there are several */
export async function loadSuite(path: string, options: LoadOptions = {}): Promise<Suite> {
  return theOne(await loadSuites(path, options), path);
}

function theOne(suites: readonly Suite[], path: string): Suite {
  if (suites.length === 1) return suites[0];
  const names = suites.map(({ name }) => `${path}#${name}`);
  throw new UsageError(`${path} holds ${suites.length} suites; name one:\n  ${names.join("\n  ")}`);
}

/** "smoke" is the project's suites/smoke.yaml; whatever has a slash or an ending is a file. */
export function suiteFileOf(path: string): string {
  const [place] = path.split("#", 1);
  if (/[/\\]|\.ya?ml$/.test(place)) return place;
  return shown(join(projectRoot ?? "", "suites", `${place}.yaml`));
}

/** Names of the suites of a file, by reading it only; without the file, its own name. */
export async function suiteNames(path: string): Promise<string[]> {
  const [place, only] = path.split("#", 2);
  if (only !== undefined) return [only];
  const file = suiteFileOf(place);
  try {
    return readSources(file, await readText(file, "suite"))
      .flatMap(({ data }) => typeof data.suite === "string" ? [data.suite] : []);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return [place.replace(/^.*[/\\]/, "").replace(/\.ya?ml$/, "")];
  }
}

/** Like `loadSuite`, from text; `file` is for messages and for the modules' place. */
export async function parseSuite(
  text: string,
  options: LoadOptions & { readonly file: string },
): Promise<Suite> {
  return theOne(await parseSuites(text, options), options.file);
}

/**
 * Like `loadSuites`, from text. An override holds for each suite that it fits, and must fit one.
 * @param options.only the name of the one suite that is wanted
 */
export async function parseSuites(
  text: string,
  { set = [], file, only, cache, inputs }: LoadOptions & {
    readonly file: string;
    readonly only?: string;
  },
): Promise<Suite[]> {
  const all = readSources(file, text);
  const sources = only === undefined ? all : all.filter(({ data }) => data.suite === only);
  if (sources.length === 0) {
    const known = all.map(({ data }) => String(data.suite));
    const near = nearest(String(only), known);
    throw new UsageError(
      `${file} holds no suite \`${only}\`` +
        (near === undefined ? "" : `; did you mean \`${near}\`?`) +
        `\n  its suites: ${known.join(", ")}`,
    );
  }
  const problems = new Map(sources.map((source) => [source, [] as Problem[]]));
  const modules = new Map<Source, string[]>();
  for (const [source, own] of problems) modules.set(source, await registerModules(source, own));
  const overrides = new Map(sources.map((source) => [source, [] as string[]]));
  for (const assignment of set) {
    const misfits: Problem[] = [];
    let fits = 0;
    for (const source of sources) {
      try {
        await applySet(source, assignment);
        overrides.get(source)!.push(assignment);
        fits++;
      } catch (error) {
        if (!(error instanceof SuiteError)) throw error;
        misfits.push(...error.problems);
      }
    }
    if (fits === 0) problems.get(sources[0])!.push(...misfits);
  }
  const names = new Map<unknown, Source>();
  for (const [source, own] of problems) {
    const name = source.data.suite;
    if (typeof name === "string" && names.has(name)) {
      own.push({
        ...source.locate(["suite"]),
        message: `\`suite\` ${name} stands twice in this file; each of its suites has its own name`,
      });
    }
    names.set(name, source);
  }
  const suites: Suite[] = [];
  for (const [source, own] of problems) {
    const read = { modules: modules.get(source)!, overrides: overrides.get(source)! };
    const suite = await readSuite(source, {
      ...read,
      problems: own,
      cache: inputs === false ? undefined : cache,
    });
    if (suite !== undefined) suites.push(suite);
  }
  const told = [...problems.values()].flat();
  if (told.length > 0 || suites.length < sources.length) throw new SuiteError(told);
  if (inputs === false) return suites;
  const read: Suite[] = [];
  for (const [i, suite] of suites.entries()) {
    const known = loaded.get(suite);
    const whole = await withInputs(suite, {
      cache: cache ?? null,
      onProblem: (of, message) => {
        const path = of === "runs" ? [of] : known?.places.get(placeOf(of)) ?? ["data"];
        const key = of === "runs" ? of : "data";
        told.push({ ...sources[i].locate(path), message: `\`${key}\`: ${message}` });
      },
    });
    if (known !== undefined) loaded.set(whole, known);
    read.push(whole);
  }
  if (told.length > 0) throw new SuiteError(told);
  return read;
}

/** One suite of a file; undefined where it has mistakes, which are added to `problems`. */
async function readSuite(
  source: Source,
  { problems, modules, overrides, cache }: {
    problems: Problem[];
    readonly modules: readonly string[];
    readonly overrides: readonly string[];
    readonly cache: string | undefined;
  },
): Promise<Suite | undefined> {
  const top: Place = { source, problems, path: [], name: "" };
  for (const key of Object.keys(source.data)) {
    const known = Object.keys(suiteFile.shape);
    if (!known.includes(key)) problems.push(unknownKey(key, known, { ...top, path: [key] }));
  }
  for (const key of ["budget", "report"] as const) {
    checkKeys(suiteFile.shape[key], source.data[key], { ...top, path: [key], name: key });
  }
  const plain = parse(suiteFile, source.data, top);
  const given = source.data;
  const data = await readData(given.data, { ...top, path: ["data"] });
  const entries = readEntries({ key: "runs", items: given.runs }, {
    ...top,
    what: "family",
    beside: besideKeys(),
  });
  const read = await Promise.all(entries.map((e) => expandRun(e, top, plain)));
  const resolved = resolveNeeds(read, top);
  const rows = readControls(given.controls, top);
  if (new Set(plain?.seeds).size !== (plain?.seeds.length ?? 0)) {
    problems.push({ ...source.locate(["seeds"]), message: "`seeds` has the same seed twice" });
  }
  const extractors = await readExtractors(given.extractors, plain?.extractors ?? {}, top);
  const notes = new Set<string>();
  const table = new ScoredTable({
    data,
    metrics: await readMetrics({ given: given.metrics, path: ["metrics"] }, top),
  }, {
    top,
    controls: rows,
    weighted: Object.keys(extractors),
    cache,
    say: (note) => notes.add(note),
  });
  const own = await table.own();
  const runs: (typeof resolved[number] & { readonly scored: Scored | undefined })[] = [];
  for (const entry of resolved) { // in their order, which is that of what is told
    const step = Object.hasOwn(protocols, entry.of) && protocols[entry.of].row === "step";
    const scored = await table.of({ ...entry.own, step });
    runs.push({
      ...entry,
      scored,
      runs: scored === undefined || own === undefined
        ? entry.runs
        : entry.runs.map((run) => scoredOn(run, scored, own)),
    });
  }
  const expanded = runs.map((entry) => entry.runs);
  refuseRepeats(expanded, entries, top);
  checkPrimary(plain?.report.primary, table.names, top);
  const all = await table.all();
  if (own !== undefined && runs.every(({ scored }) => scored !== undefined)) {
    const data = all.map(({ data, outline }) => ({ name: data.dataset, outline }));
    refuseUnmade(given.controls, data, top);
  }
  const check = (scored: Scored, outline: DatasetOutline | null) => {
    scored.check(outline);
    if (outline === null) return;
    for (const entry of runs) {
      if (entry.scored !== scored) continue;
      entry.check({ name: scored.data.dataset, outline, needed: entry.needed });
    }
  };
  for (const scored of all) check(scored, scored.outline);
  if (problems.length > 0 || plain === undefined || own === undefined) return undefined;
  const suite: Suite = {
    name: plain.suite,
    version: plain.version,
    about: plain.about,
    path: source.file,
    base: dirname(source.file),
    data: own.data,
    budget: resolveBudget(plain.budget, plain.batch),
    batch: plain.batch,
    seeds: plain.seeds,
    modules,
    sources: null,
    runs: withoutDuplicates(expanded.flat(), computed),
    metrics: own.metrics,
    extractors,
    controls: own.controls,
    report: plain.report,
    overrides,
    notes: [...notes],
  };
  loaded.set(suite, {
    places: new Map(all.map(({ data, path }) => [placeOf(data), path])),
    left: all.filter(({ outline }) => outline === null).map((scored) => ({
      data: placeOf(scored.data),
      check(outline: DatasetOutline) {
        check(scored, outline);
        if (problems.length > 0) throw new SuiteError(problems);
      },
    })),
  });
  return suite;
}

/** What is known of a suite that was read, and isn't part of it. */
interface Loaded {
  /** Where data stand in the file, by `placeOf`. */
  readonly places: ReadonlyMap<string, Path>;
  /** What is left to be checked once data are loaded, since nothing else tells of them. */
  readonly left: readonly {
    readonly data: string;
    readonly check: (outline: DatasetOutline) => void;
  }[];
}

const loaded = new WeakMap<Suite, Loaded>();

/** A name for data: what the suite says of them. */
function placeOf({ dataset, config }: Pick<SuiteData, "dataset" | "config">): string {
  return canonicalJson({ dataset, config });
}

/**
 * Checks what could not be checked before data of a suite were loaded.
 * @param data which of the suite's; default: its own
 * @throws SuiteError with every mistake
 */
export function checkAgainst(
  suite: Suite,
  dataset: Dataset,
  data: Pick<SuiteData, "dataset" | "config"> = suite.data,
): void {
  const outline = outlineOf(dataset), place = placeOf(data);
  for (const left of loaded.get(suite)?.left ?? []) if (left.data === place) left.check(outline);
}

async function registerModules(source: Source, problems: Problem[]): Promise<string[]> {
  const { modules } = source.data;
  if (!Array.isArray(modules)) return [];
  const registered: string[] = [];
  for (const [i, module] of modules.entries()) {
    if (typeof module !== "string") continue; // told by the schema
    const path = resolve(dirname(source.file), module);
    const kept = shown(path);
    try {
      await registerModule(path);
      registered.push(kept);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const message = error.message.replaceAll(path, kept);
      problems.push({ ...source.locate(["modules", i]), message });
    }
  }
  return registered;
}
