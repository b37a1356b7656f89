/**
 * From a suite file to its `Suite`s, one a YAML document: read, overridden, validated, expanded. All
 * mistakes are told at once, each with its place.
 * @module
 */
import { dirname, join, resolve } from "@std/path";
import type { z } from "zod";
import { UsageError } from "../errors.ts";
import { type GatePolicy, gatePolicy } from "../gate/policy.ts";
import { type ExternalConfig, takesSeed } from "../external/mod.ts";
import { datasets, externals, metrics, registerModule, runnable, type Table } from "../registry.ts";
import { canonicalJson } from "../plan/identity.ts";
import { projectRoot, shown } from "../places.ts";
import { readText } from "../text/files.ts";
import { nearest } from "../text/nearest.ts";
import { checkKeys, parse, type Place, unknownKey } from "./check.ts";
import { readControls } from "./controls.ts";
import { type Entry, readEntries } from "./entries.ts";
import { readExtractors } from "./extractors.ts";
import { axesOf, combinations, withoutDuplicates } from "./expand.ts";
import { type Problem, SuiteError } from "./problem.ts";
import {
  resolveBudget,
  runKeys,
  type Suite,
  suiteFile,
  type SuiteMetric,
  type SuiteRun,
} from "./schema.ts";
import { applySet } from "./set.ts";
import { withInputs } from "./inputs.ts";
import { type Path, readSources, type Source } from "./source.ts";

/** Options of `loadSuite`. */
export interface LoadOptions {
  /** Overrides, "runs.vae.beta=4", in order. */
  readonly set?: readonly string[];
  /**
   * Folder in which digests of files are kept, `<out>/cache`; without it all files that the suite
   * points at are read.
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
    const suite = await readSuite(source, { ...read, problems: own });
    if (suite !== undefined) suites.push(suite);
  }
  const told = [...problems.values()].flat();
  if (told.length > 0 || suites.length < sources.length) throw new SuiteError(told);
  if (inputs === false) return suites;
  const read: Suite[] = [];
  for (const [i, suite] of suites.entries()) {
    read.push(
      await withInputs(suite, {
        cache: cache ?? null,
        onProblem: (key, message) =>
          told.push({ ...sources[i].locate([key]), message: `\`${key}\`: ${message}` }),
      }),
    );
  }
  if (told.length > 0) throw new SuiteError(told);
  return read;
}

/** One suite of a file; undefined where it has mistakes, which are added to `problems`. */
async function readSuite(
  source: Source,
  { problems, modules, overrides }: {
    problems: Problem[];
    readonly modules: readonly string[];
    readonly overrides: readonly string[];
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
  const data = await readData(given.data, top);
  const entries = {
    runs: readEntries({ key: "runs", items: given.runs }, {
      ...top,
      what: "family",
      beside: Object.keys(runKeys.shape),
    }),
    metrics: readEntries({ key: "metrics", items: given.metrics }, {
      ...top,
      what: "metric",
      beside: [],
    }),
  };
  const expanded = await Promise.all(entries.runs.map((e) => expandRun(e, top, plain)));
  refuseRepeats(expanded, entries.runs, top);
  const chosen = (await Promise.all(entries.metrics.map((e) => expandMetric(e, top)))).flat();
  const rows = readControls(given.controls, top);
  if (new Set(plain?.seeds).size !== (plain?.seeds.length ?? 0)) {
    problems.push({ ...source.locate(["seeds"]), message: "`seeds` has the same seed twice" });
  }
  checkPrimary(plain?.report.primary, entries.metrics.map((e) => e.of), top);
  const extractors = readExtractors(given.extractors, plain?.extractors ?? {}, top);
  if (problems.length > 0 || plain === undefined || data === undefined) return undefined;
  return {
    name: plain.suite,
    version: plain.version,
    about: plain.about,
    path: source.file,
    base: dirname(source.file),
    data,
    budget: resolveBudget(plain.budget, plain.batch),
    batch: plain.batch,
    seeds: plain.seeds,
    modules,
    sources: null,
    runs: withoutDuplicates(expanded.flat(), computed),
    metrics: withoutDuplicates(chosen, ({ metric, config }) => ({ metric, config })),
    extractors,
    controls: rows,
    report: plain.report,
    overrides,
  };
}

/** What a run of a suite computes, whatever it is called. */
function computed({ family, config, budget, batch, mirror }: SuiteRun): unknown {
  return { family, config, budget, batch, mirror };
}

/** An entry with a name of its own whose runs are all in earlier entries would vanish unseen. */
function refuseRepeats(
  expanded: readonly (readonly SuiteRun[])[],
  entries: readonly Entry[],
  { source, problems }: Place,
): void {
  const earlier = new Set<string>();
  expanded.forEach((runs, i) => {
    const texts = runs.map((run) => canonicalJson(computed(run)));
    const name = runs[0]?.name;
    if (name !== undefined && texts.every((text) => earlier.has(text))) {
      problems.push({
        ...source.locate(entries[i].path),
        message: `\`${name}\` would do what an earlier entry does: change its keys, or drop it`,
      });
    }
    texts.forEach((text) => earlier.add(text));
  });
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

/** Loads what a name stands for; an unknown name is told with the nearest one. */
async function lookUp<T>(
  table: Table<T>,
  name: string,
  at: Place & { what: string; part?: "key" | "value" },
): Promise<T | undefined> {
  if (Object.hasOwn(table, name)) return await table[name]();
  const known = Object.keys(table);
  const near = nearest(name, known);
  at.problems.push({
    ...at.source.locate(at.path, at.part ?? "key"),
    message: `unknown ${at.what} \`${name}\`` +
      (near === undefined ? "" : `; did you mean \`${near}\`?`),
    hints: [`${plural(at.what)}: ${known.join(", ")}   (deno task list)`],
  });
  return undefined;
}

function plural(what: string): string {
  return what === "family" ? "families" : `${what}s`;
}

async function readData(given: unknown, top: Place): Promise<Suite["data"] | undefined> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  const { dataset, ...config } = given as Record<string, unknown>;
  if (typeof dataset !== "string") return undefined;
  const at = ["data", "dataset"];
  const found = await lookUp(datasets, dataset, {
    ...top,
    path: at,
    what: "dataset",
    part: "value",
  });
  if (found === undefined) return undefined;
  const place = { ...top, path: ["data"], name: dataset, more: `deno task list ${dataset}` };
  checkKeys(found.config, config, place);
  const resolved = parse(found.config, config, place);
  return resolved === undefined
    ? undefined
    : { dataset, version: found.version, config: resolved as Record<string, unknown> };
}

/** Every combination of an entry's axes, parsed by the family's or metric's own schema. */
function expandConfig(
  schema: z.ZodType,
  config: Record<string, unknown>,
  place: Place,
): Record<string, unknown>[] {
  checkKeys(schema, config, place);
  const axes = axesOf(schema, config);
  for (const axis of axes.filter((a) => a.values.length === 0)) {
    place.problems.push({
      ...place.source.locate([...place.path, ...axis.path]),
      message: `\`${place.name}.${axis.path.join(".")}\` is an empty list: no value, so no run`,
    });
  }
  return combinations(config, axes).flatMap((combination) => {
    const locate = (path: Path) => {
      const axis = axes.find((a) => a.path.every((p, i) => p === path[i]));
      if (axis === undefined) return path;
      const index = combination.chosen[axis.path.join("/")];
      return [...axis.path, index, ...path.slice(axis.path.length)];
    };
    const parsed = parse(schema, combination.config, { ...place, locate });
    return parsed === undefined ? [] : [parsed as Record<string, unknown>];
  });
}

/** @param suite the top of the file; undefined where it has mistakes, which are told already */
async function expandRun(
  entry: Entry,
  top: Place,
  suite: z.output<typeof suiteFile> | undefined,
): Promise<SuiteRun[]> {
  const beside = parse(runKeys, entry.beside, { ...top, path: entry.path, name: "runs" });
  const batch = beside?.batch ?? suite?.batch ?? 1;
  const place = { ...top, path: entry.configPath, name: entry.of };
  const family = await lookUp(runnable(), entry.of, { ...place, what: "family" });
  if (family === undefined) return [];
  const outside = Object.hasOwn(externals, entry.of);
  const more = `deno task list ${entry.of}`;
  return expandConfig(family.config, entry.config, { ...place, more }).map((config) => ({
    family: entry.of,
    familyVersion: family.version,
    ...(beside?.name === undefined ? {} : { name: beside.name }),
    budget: resolveBudget(beside?.budget ?? suite?.budget ?? { steps: 1 }, batch),
    batch,
    ...(beside?.mirror && { mirror: beside.mirror }),
    config,
    ...(outside ? { external: { seeded: takesSeed(config as ExternalConfig) } } : {}),
  }));
}

async function expandMetric(entry: Entry, top: Place): Promise<SuiteMetric[]> {
  const place = { ...top, path: entry.configPath, name: entry.of };
  const metric = await lookUp(metrics, entry.of, { ...place, what: "metric" });
  if (metric === undefined) return [];
  const { gate, ...config } = entry.config;
  const policy = readGate(gate, { ...place, path: [...entry.configPath, "gate"] });
  const more = `deno task list ${entry.of}`;
  return expandConfig(metric.config, config, { ...place, more }).map((config) => ({
    metric: entry.of,
    version: metric.version,
    config,
    ...(policy === undefined ? {} : { gate: policy }),
  }));
}

function readGate(gate: unknown, place: Place): GatePolicy | undefined {
  if (gate === undefined) return undefined;
  const named = { ...place, name: `${place.name}.gate` };
  checkKeys(gatePolicy, gate, named);
  return parse(gatePolicy, gate, named);
}

/** The leaderboard can only be ranked by a metric that the suite has. */
function checkPrimary(
  primary: string | undefined,
  own: readonly string[],
  { source, problems }: Place,
): void {
  if (primary === undefined || own.includes(primary)) return;
  const near = nearest(primary, own);
  problems.push({
    ...source.locate(["report", "primary"]),
    message: `\`report.primary\` is no metric of this suite: \`${primary}\`` +
      (near === undefined ? "" : `; did you mean \`${near}\`?`),
    hints: [`its metrics: ${[...new Set(own)].join(", ")}`],
  });
}
