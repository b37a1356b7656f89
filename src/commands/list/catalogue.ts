/**
 * Everything that can be named, and whether it can be used here: what `list` prints.
 * @module
 */
import { basename, join } from "@std/path";
import { engineStatuses } from "../../engine/mod.ts";
import { projectRoot, shown, UsageError } from "../../base/mod.ts";
import { describeKeys, gatePolicy, type KeyRow, wants } from "../../suite/schema/mod.ts";
import { extractorStatus } from "../../extractors/mod.ts";
import * as registry from "../../registry.ts";
import type { Roles } from "../../families/mod.ts";
import type { Entry } from "../../protocols/mod.ts";
import { keyText, loadSuites } from "../../suite/mod.ts";

/** One thing that a suite or the command line can name. */
export interface Item {
  readonly noun:
    | "suite"
    | "family"
    | "protocol"
    | "dataset"
    | "metric"
    | "control"
    | "extractor"
    | "engine";
  readonly name: string;
  readonly version?: number;
  /** "ready", or why not. */
  readonly status: string;
  readonly about: string;
  readonly papers?: readonly string[];
  readonly licence?: string;
  /** The user's module that registered it. */
  readonly module?: string;
  readonly keys?: readonly KeyRow[];
  /** Other facts, for the long form. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** All items, noun by noun. What fails to load is listed with the reason. */
export async function catalogue(): Promise<Item[]> {
  // Suites come first, since they may register modules of the user's.
  const own = await suites();
  const parts = [
    families(),
    protocols(),
    datasets(),
    metrics(),
    controls(),
    extractors(),
    engines(),
  ];
  return [...own, ...(await Promise.all(parts)).flat()];
}

async function rows<T>(
  table: registry.Rows<T>,
  noun: Item["noun"],
  describe: (
    definition: T,
    name: string,
  ) => Omit<Item, "noun" | "name"> | Promise<Omit<Item, "noun" | "name">>,
): Promise<Item[]> {
  return await Promise.all(
    Object.entries(table).map(async ([name, row]) => {
      try {
        return { noun, name, ...await describe(await registry.loaded(row), name) };
      } catch (error) {
        return { noun, name, status: `fails to load: ${(error as Error).message}`, about: "" };
      }
    }),
  );
}

function families(): Promise<Item[]> {
  return rows(registry.families, "family", (family, name) => ({
    version: family.version,
    status: "ready",
    about: family.about,
    papers: family.papers,
    module: registry.originOf("families", name),
    keys: describeKeys(family.config),
    facts: takesOf(family.needs),
  }));
}

/** Those that have an entry of their own; the others are named by families and by `controls`. */
function protocols(): Promise<Item[]> {
  return rows(registry.entries(), "protocol", ({ version, about, papers, config, parts }, name) => {
    const { needs, gives } = registry.protocols[name];
    const kinds = Object.keys(gives).join(", ");
    return {
      version,
      status: "ready",
      about,
      papers,
      module: registry.originOf("protocols", name),
      keys: [...describeKeys(config), ...partKeys(parts)],
      facts: { ...takesOf(needs), ...(kinds === "" ? {} : { gives: kinds }) },
    };
  });
}

/** What the values of keys can name, each before its own keys. */
function partKeys(parts: Entry["parts"] = {}): KeyRow[] {
  return Object.entries(parts).flatMap(([key, all]) =>
    all.flatMap(({ name, about, config }): KeyRow[] => [
      { key: name, wants: `one of ${key}`, optional: true, about },
      ...describeKeys(config, name),
    ])
  );
}

/** What can be taken of finished runs, and by which key of an entry. */
function takesOf(roles: Roles = {}): Record<string, string> {
  const told = Object.entries(roles).map(([role, { about, families }]) =>
    `${about} (${keyText(role, roles[role])}: NAME${
      families === undefined ? "" : ` of ${families.join(", ")}`
    })`
  );
  return told.length === 0 ? {} : { takes: told.join("; ") };
}

function datasets(): Promise<Item[]> {
  return rows(registry.datasets, "dataset", async (dataset, name) => ({
    version: dataset.version,
    status: await dataset.status(),
    about: dataset.about,
    licence: dataset.licence,
    module: registry.originOf("datasets", name),
    keys: describeKeys(dataset.config),
  }));
}

/** Every metric of a suite may have a gate policy beside its own keys. */
const gateKey: KeyRow = {
  key: "gate",
  wants: wants(gatePolicy),
  optional: true,
  about: "how the gate treats it",
};

function metrics(): Promise<Item[]> {
  return rows(registry.metrics, "metric", (metric, name) => ({
    version: metric.version,
    status: "ready",
    about: metric.about,
    papers: metric.papers,
    module: registry.originOf("metrics", name),
    keys: [...describeKeys(metric.config), gateKey],
  }));
}

function controls(): Promise<Item[]> {
  const items = Object.values(registry.controls).map((control): Item => ({
    noun: "control",
    name: control.name,
    version: control.version,
    status: "ready",
    about: control.about,
  }));
  return Promise.resolve(items);
}

async function extractors(): Promise<Item[]> {
  return await Promise.all(
    Object.entries(registry.extractors).map(async ([name, row]): Promise<Item> => ({
      noun: "extractor",
      name,
      status: await extractorStatus(row),
      about: row.about,
    })),
  );
}

const engineAbout: Readonly<Record<string, string>> = {
  wasm: "WebAssembly SIMD, one thread: the same bits on every x86-64 machine",
  tensorflow: "TensorFlow's C library: CPU and CUDA, compiled steps",
  webgpu: "any GPU through Deno's WebGPU: Vulkan, Metal, Direct3D",
};

async function engines(): Promise<Item[]> {
  return (await engineStatuses()).map(({ name, status }): Item => ({
    noun: "engine",
    name,
    status,
    about: engineAbout[name] ?? "",
  }));
}

/** Suites in `suites/` of the working folder, validated. */
async function suites(): Promise<Item[]> {
  const files: string[] = [];
  try {
    const folder = shown(join(projectRoot ?? "", "suites"));
    for await (const entry of Deno.readDir(folder)) {
      if (/\.ya?ml$/.test(entry.name)) files.push(join(folder, entry.name));
    }
  } catch {
    return [];
  }
  const items = await Promise.all(
    files.sort().map(async (file): Promise<Item[]> => {
      const noun = "suite";
      const own = basename(file).replace(/\.ya?ml$/, "");
      try {
        const found = await loadSuites(file, { inputs: false });
        return found.map(({ name, version, about }): Item => ({
          noun,
          name: found.length === 1 ? own : `${own}#${name}`,
          version,
          status: "ready",
          about,
          facts: { file },
        }));
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        const [first] = error.message.split("\n");
        return [{ noun, name: own, status: first, about: "", facts: { file } }];
      }
    }),
  );
  return items.flat();
}
