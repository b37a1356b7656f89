/**
 * Labels of runs in tables: the family's name and the keys that vary, no more. Names of data likewise.
 * @module
 */
import { canonicalJson } from "../base/text/mod.ts";

/** What a label is made from. */
export interface Labelled {
  readonly family: string;
  readonly name?: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Keys that papers write as one letter. */
const symbols: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  lambda: "λ",
  sigma: "σ",
  tau: "τ",
  eta: "η",
};

/**
 * One label a run, in order: "vae", or "vae β=4" where several runs of that base (the family, or the
 * `name` that the suite gives) differ in β. Two runs never share a label.
 */
export function labels(runs: readonly Labelled[]): string[] {
  const base = (run: Labelled) => run.name ?? run.family;
  const flat = runs.map((run) => flatten(run.config));
  const made = runs.map((run, i) => {
    const kin = runs.flatMap((other, j) => base(other) === base(run) ? [flat[j]] : []);
    const keys = [...new Set(kin.flatMap((f) => [...f.keys()]))].sort();
    const varying = keys.filter((k) => new Set(kin.map((f) => f.get(k))).size > 1);
    const shown = varying.flatMap((k) => {
      const value = flat[i].get(k);
      return value === undefined ? [] : [`${short(k)}=${plain(value)}`];
    });
    return [base(run), ...shown].join(" ");
  });
  return made.map((label, i) => {
    const same = made.slice(0, i).filter((other) => other === label).length;
    return same === 0 ? label : `${label} #${same + 1}`;
  });
}

/** What data are called: by the dataset's name, and the keys that vary. */
interface Data {
  readonly dataset: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** What tells data of one suite apart: all that its runs' specs say of them. */
export function dataKey(data: Data): string {
  return canonicalJson(data);
}

/** Names of data by `dataKey`: "heads", or "heads size=16" where those of a suite differ in size. */
export function dataNames(all: readonly Data[]): Map<string, string> {
  const distinct = new Map(all.map((data) => [dataKey(data), data]));
  const names = labels(
    [...distinct.values()].map(({ dataset, config }) => ({ family: dataset, config })),
  );
  return new Map([...distinct.keys()].map((key, i) => [key, names[i]]));
}

/** What stands after the label of a row on data other than the suite's own. */
export function onData(name: string): string {
  return ` on ${name}`;
}

/** "β" for beta; the last part of a nested key. */
function short(key: string): string {
  const last = key.split(".").at(-1) as string;
  return symbols[last] ?? last;
}

function plain(json: string): string {
  return json.replaceAll('"', "");
}

/** Leaves by dotted path, as canonical JSON. Lists are leaves. */
function flatten(config: unknown, path = ""): Map<string, string> {
  if (typeof config === "object" && config !== null && !Array.isArray(config)) {
    return new Map(
      Object.entries(config).flatMap(([key, value]) =>
        value === undefined ? [] : [...flatten(value, path === "" ? key : `${path}.${key}`)]
      ),
    );
  }
  return new Map([[path, canonicalJson(config)]]);
}
