/**
 * `--set key=value`: changes a suite's data before it is validated, typed by the schema of the key.
 * @module
 */
import { dirname } from "@std/path";
import { parse as parseYaml } from "yaml";
import { datasets, loaded, metrics, type Rows, runnable } from "../registry.ts";
import { didYouMean } from "../base/text/mod.ts";
import { get, schemaAt } from "./check.ts";
import { alternatives, kind, type Schema } from "./schema/introspect.ts";
import { afterFile, SuiteError } from "./problem.ts";
import { besideKeys } from "./entries/roles.ts";
import { asWritten, isPathKey } from "./schema/path_key.ts";
import { runKeys, suiteFile } from "./schema/schema.ts";
import type { Path, Source } from "./source.ts";

/**
 * Applies one override. `runs.vae.beta=4` goes to every run of the family (or of the `name`) `vae`,
 * `runs.0.vae.beta=4` to the first; `metrics.frechet.samples=500` likewise. A comma makes a list
 * where the key takes one or can be an axis. A path is relative to where the user stands. `budget.steps=…` takes the place of every
 * other budget, those of entries too. `runs.vae.data.size=…` and `runs.vae.metrics.frechet.samples=…`
 * go to what entries have of their own; without `runs` both go to the suite's.
 * @throws SuiteError where it has no `=`, or names a run or metric that the suite doesn't have
 */
export async function applySet(source: Source, assignment: string): Promise<void> {
  const cut = assignment.indexOf("=");
  const text = `--set ${assignment}`;
  if (cut <= 0) {
    throw wrong(text, "wants KEY=VALUE, e.g. --set runs.vae.beta=4");
  }
  const keys = assignment.slice(0, cut).split(".");
  const raw = assignment.slice(cut + 1);
  if (keys.some((k) => k === "")) throw wrong(text, "the key has an empty part");
  for (const path of targets(source, keys, text)) {
    const schema = await schemaFor(source, path);
    if (keys[0] === "budget" && keys.length === 2) dropBudgets(source.data);
    if (path[2] === "budget" && path.length === 4) {
      delete (get(source.data, path.slice(0, 2)) as Record<string, unknown>).budget;
    }
    const value = typed(raw, schema);
    const isPath = schema !== undefined && isPathKey(schema, value);
    write(source.data, path, {
      value: isPath ? asWritten(value, dirname(source.file)) : value,
      text,
    });
    source.override({ path, text });
  }
}

/** The suite's budget and its entries' own. */
function dropBudgets(data: Record<string, unknown>): void {
  delete data.budget;
  if (!Array.isArray(data.runs)) return;
  for (const entry of data.runs) {
    if (typeof entry === "object" && entry !== null) delete entry.budget;
  }
}

/** The paths that a key stands for. */
function targets(source: Source, keys: readonly string[], text: string): Path[] {
  const [top] = keys;
  const tops = Object.keys(suiteFile.shape);
  if (!tops.includes(top)) {
    const whose = Object.hasOwn(runnable(), top)
      ? "runs"
      : Object.hasOwn(metrics, top)
      ? "metrics"
      : undefined;
    const near = whose === undefined
      ? didYouMean(top, tops)
      : `; did you mean \`${[whose, ...keys].join(".")}\`?`;
    throw wrong(
      text,
      `unknown key \`${top}\` in a suite${near}`,
      `keys of a suite: ${tops.join(", ")}`,
    );
  }
  return listed(source, { at: [top], keys: keys.slice(1), text });
}

/** The paths that keys stand for inside what stands at a path: the entries of a list by their names. */
function listed(
  source: Source,
  { at, keys, text }: { at: Path; keys: readonly string[]; text: string },
): Path[] {
  const top = at.at(-1), [which, ...rest] = keys;
  const list = get(source.data, at);
  if ((top !== "runs" && top !== "metrics") || which === undefined || !Array.isArray(list)) {
    return [[...at, ...keys]];
  }
  for (const [i, item] of list.entries()) {
    if (typeof item === "string") list[i] = { [item]: {} };
  }
  if (/^\d+$/.test(which)) {
    if (Number(which) < list.length) return [[...at, Number(which), ...rest]];
    throw wrong(text, `\`${at.join(".")}\` has ${list.length} entries, from 0`);
  }
  const besideRun = besideKeys();
  const names = list.map((item: Record<string, unknown>) => {
    const of = Object.keys(item ?? {}).find((k) => top === "metrics" || !besideRun.includes(k));
    return { of, name: top === "runs" ? item?.name ?? get(item, [of ?? "", "name"]) : undefined };
  });
  const hits = names.flatMap(({ of, name }, i) =>
    of === which || name === which ? [{ i, of }] : []
  );
  if (hits.length === 0) {
    const known = [...new Set(names.flatMap(({ of, name }) => [of, name]))]
      .filter((n): n is string => typeof n === "string");
    const what = top === "runs" ? "run" : "metric";
    const whose = at.length === 1 ? "this suite" : `\`${at.join(".")}\``;
    throw wrong(
      text,
      `${whose} has no ${what} \`${which}\`${didYouMean(which, known)}`,
      `its ${top}: ${known.join(", ")}`,
    );
  }
  if (top === "runs" && rest.length > 0 && besideRun.includes(rest[0])) {
    return hits.flatMap(({ i, of }) => {
      // What stands among the config's own keys is changed there.
      const inside = [...at, i, of as string], [key, ...deeper] = rest;
      const own = get(source.data, [...inside, key]) === undefined ? [...at, i] : inside;
      return key === "metrics"
        ? listed(source, { at: [...own, key], keys: deeper, text })
        : [[...own, ...rest]];
    });
  }
  return hits.map(({ i, of }) => [...at, i, of as string, ...rest]);
}

/** The schema of the value at a path; undefined where it can't be known. */
async function schemaFor(source: Source, path: Path): Promise<Schema | undefined> {
  const [top] = path;
  const load = async (table: Rows<{ config: Schema }>, name: unknown) =>
    typeof name === "string" && Object.hasOwn(table, name)
      ? (await loaded(table[name])).config
      : undefined;
  /** Of a key of a dataset's or a metric's own, `data` or `metrics` being the last of `at`. */
  const inside = async (at: Path): Promise<Schema | undefined | null> => {
    const deeper = path.slice(at.length);
    if (at.at(-1) === "data" && deeper.length > 0 && deeper[0] !== "dataset") {
      const data = get(source.data, at);
      const config = await load(datasets, get(data, ["dataset"]));
      return config && schemaAt(config, deeper, data);
    }
    if (at.at(-1) !== "metrics" || deeper.length < 3) return null;
    if (deeper[2] === "gate") return undefined;
    const config = await load(metrics, deeper[1]);
    return config &&
      schemaAt(config, deeper.slice(2), get(source.data, path.slice(0, at.length + 2)));
  };
  const own = path.findIndex((step, i) =>
    i > 1 && i < 4 && (step === "data" || step === "metrics")
  );
  const found = await inside(path.slice(0, top === "runs" && own > 0 ? own + 1 : 1));
  if (found !== null) return found;
  if (top === "runs" && path.length > 2 && besideKeys().includes(String(path[2]))) {
    return schemaAt(runKeys, path.slice(2), get(source.data, path.slice(0, 2)));
  }
  if (top === "runs" && path.length > 3) {
    const config = await load(runnable(), path[2]);
    return config && schemaAt(config, path.slice(3), get(source.data, path.slice(0, 3)));
  }
  return schemaAt(suiteFile, path, source.data);
}

/** Of the readings of a text (YAML, the text itself, a comma list) the first that the schema takes. */
export function typed(raw: string, schema: Schema | undefined): unknown {
  const yaml = readYaml(raw);
  if (schema === undefined) return yaml;
  const fits = (value: unknown) =>
    (schema as Schema & { safeParse(v: unknown): { success: boolean } }).safeParse(value).success;
  if (fits(yaml)) return yaml;
  if (fits(raw)) return raw;
  if (raw.includes(",") && typeof yaml === "string") {
    const items = raw.split(",").map((item) => readYaml(item.trim()));
    if (fits(items) || items.every(fits)) return items;
  }
  const list = alternatives(schema).some((s) => kind(s) === "array");
  return list && fits([yaml]) ? [yaml] : yaml;
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return text;
  }
}

function write(data: Record<string, unknown>, path: Path, { value, text }: {
  value: unknown;
  text: string;
}) {
  let here = data as Record<string | number, unknown>;
  for (const [i, step] of path.slice(0, -1).entries()) {
    const next = here[step];
    if (next === undefined || next === null) here[step] = {};
    else if (typeof next !== "object" || (Array.isArray(next) && !isIndex(path[i + 1]))) {
      throw wrong(text, `\`${path.slice(0, i + 1).join(".")}\` has no keys to set`);
    }
    here = here[step] as Record<string | number, unknown>;
  }
  here[path[path.length - 1]] = value;
}

function isIndex(step: string | number): boolean {
  return typeof step === "number" || /^\d+$/.test(step);
}

function wrong(text: string, message: string, ...hints: string[]): SuiteError {
  return new SuiteError([{ at: text, order: afterFile, message, hints }]);
}
