/**
 * What suites can name: one table a noun, each row a lazy loader, so that naming costs nothing.
 * A new family, dataset or metric is one row here, a new protocol one in `protocols/table.ts`;
 * `registerModule` adds a user's own.
 * @module
 */
import { isAbsolute, resolve, toFileUrl } from "@std/path";
import type { DatasetDefinition } from "./data/mod.ts";
import { described, expectUserModules, UsageError } from "./base/mod.ts";
import { type Entry, type Protocol, protocols } from "./protocols/mod.ts";
import type { Family } from "./families/mod.ts";
import { type Kind, kindFaults, kinds } from "./kinds/mod.ts";
import type { Metric } from "./metrics/mod.ts";
import { metricTable, ownRow } from "./metrics/table/mod.ts";
import { didYouMean } from "./base/text/mod.ts";

/** Loads what a row stands for. */
export type Loader<T> = () => Promise<T>;

/** A table of what can be named. */
export type Table<T> = Record<string, Loader<T>>;

/** A row of any table: how it is loaded, alone or beside what is known of it before. */
export type Row<T> = Loader<T> | { readonly load: Loader<T> };

/** Rows by name. */
export type Rows<T> = Readonly<Record<string, Row<T>>>;

/** Loads what a row stands for. */
export function loaded<T>(row: Row<T>): Promise<T> {
  return typeof row === "function" ? row() : row.load();
}

/** Generative families. */
export const families: Table<Family> = {
  autoencoder: () => import("./families/autoencoder/mod.ts").then((m) => m.autoencoder),
  autoregressive: () => import("./families/autoregressive/mod.ts").then((m) => m.autoregressive),
  vae: () => import("./families/vae/mod.ts").then((m) => m.vae),
  vqvae: () => import("./families/vqvae/mod.ts").then((m) => m.vqvae),
  diffusion: () => import("./families/diffusion/mod.ts").then((m) => m.diffusion),
  flow: () => import("./families/flow/mod.ts").then((m) => m.flow),
  gan: () => import("./families/gan/mod.ts").then((m) => m.gan),
  normalizing_flow: () =>
    import("./families/normalizing_flow/mod.ts").then((m) => m.normalizingFlow),
  splat: () => import("./families/splat/mod.ts").then((m) => m.splat),
  energy: () => import("./families/energy/mod.ts").then((m) => m.energyModel),
  nerf: () => import("./families/nerf/mod.ts").then((m) => m.nerf),
  language: () => import("./families/language/mod.ts").then((m) => m.language),
};

/** What entries of `runs` may be beside families: those of protocols that have entries of their own. */
export function entries(): Table<Entry> {
  return Object.fromEntries(
    Object.values(protocols).flatMap(({ name, entry }) =>
      entry === undefined ? [] : [[name, () => Promise.resolve(entry)]]
    ),
  );
}

/** All that an entry of `runs` can name. */
export function runnable(): Table<Family | Entry> {
  return { ...families, ...entries() };
}

export { protocols } from "./protocols/mod.ts";

/** Datasets. */
export const datasets: Table<DatasetDefinition> = {
  heads: () => import("./data/heads/mod.ts").then((m) => m.heads),
  emoji: () => import("./data/emoji.ts").then((m) => m.emoji),
  fashion: () => import("./data/fashion.ts").then((m) => m.fashion),
  folder: () => import("./data/folder/folder.ts").then((m) => m.folder),
  toys: () => import("./data/toys/mod.ts").then((m) => m.toys),
  scene: () => import("./data/scenes/mod.ts").then((m) => m.scene),
  digits: () => import("./data/digits.ts").then((m) => m.digits),
  speeches: () => import("./data/text/mod.ts").then((m) => m.speeches),
  novel: () => import("./data/text/mod.ts").then((m) => m.novel),
  captions: () => import("./data/text/mod.ts").then((m) => m.captions),
  texts: () => import("./data/text/mod.ts").then((m) => m.texts),
  instructions: () => import("./data/text/mod.ts").then((m) => m.instructions),
  preferences: () => import("./data/text/mod.ts").then((m) => m.preferences),
  attributes: () => import("./data/text/mod.ts").then((m) => m.attributes),
  views: () => import("./data/views/mod.ts").then((m) => m.views),
};

/** Metrics. */
export { metricTable as metrics } from "./metrics/table/mod.ts";

/** Control rows; all of them are in a suite that names none. */
export { controls } from "./protocols/control/mod.ts";

/** Feature extractors. */
export { extractorTable as extractors } from "./extractors/mod.ts";

/** Which module registered a name, for those that are not built in: "families/ppca" → its file. */
const origins = new Map<string, string>();

/** What a module registered. */
export interface Registered {
  readonly families: readonly string[];
  readonly datasets: readonly string[];
  readonly metrics: readonly string[];
  /** Kinds of sample. */
  readonly kinds: readonly string[];
  readonly protocols: readonly string[];
}

/**
 * Imports a user's module and registers each of its exports that is a family, dataset, metric,
 * protocol or kind of sample (made by `defineFamily`, `defineDataset`, `defineMetric`,
 * `defineProtocol` or `defineKind`). Registering a module again changes
 * nothing, so plans may carry their modules into every worker.
 * @param path a file, relative to the working folder, or a `file:` URL
 * @throws UsageError where the file isn't there or doesn't load, holds nothing to register, or takes
 * a name that something else has
 */
export async function registerModule(path: string): Promise<Registered> {
  const url = path.startsWith("file:")
    ? path
    : toFileUrl(isAbsolute(path) ? path : resolve(path)).href;
  try {
    if (!(await Deno.stat(new URL(url))).isFile) throw new Deno.errors.NotFound();
  } catch {
    throw new UsageError(`module ${path} isn't there`);
  }
  expectUserModules();
  let exported: Record<string, unknown>;
  try {
    exported = await import(url);
  } catch (error) {
    throw new UsageError(`module ${path} doesn't load: ${described(error)}`);
  }
  const added: Record<keyof Registered, string[]> = {
    families: [],
    datasets: [],
    metrics: [],
    kinds: [],
    protocols: [],
  };
  const { definitionFaults, familyFaults } = await import("./families/contract.ts");
  const { metricFaults } = await import("./metrics/contract.ts");
  const { checkedDataset } = await import("./data/contract.ts");
  const { protocolFaults } = await import("./protocols/protocol.ts");
  const values = new Set(Object.values(exported));
  // First: families and metrics say which kinds they take.
  for (const value of values) if (isKind(value)) added.kinds.push(addKind(value, url));
  for (const value of values) {
    if (isFamily(value)) {
      added.families.push(add({ table: families, noun: "families", url }, value, familyFaults));
    } else if (isDataset(value)) {
      const checked = checkedDataset(value);
      added.datasets.push(
        add({ table: datasets, noun: "datasets", url }, checked, definitionFaults),
      );
    } else if (isMetric(value)) {
      added.metrics.push(
        add({ table: metricTable, noun: "metrics", url }, value, metricFaults, ownRow),
      );
    } else if (isProtocol(value)) {
      const faultsOf = (protocol: Protocol) => [
        ...protocolFaults(protocol),
        ...(protocol.entry === undefined ? [] : definitionFaults(protocol.entry)),
      ];
      added.protocols.push(addProtocol(value, { url, faultsOf }));
    }
  }
  if (Object.values(added).every((names) => names.length === 0)) {
    throw new UsageError(
      `module ${path} exports no family, dataset, metric or protocol, nor a kind of sample; ` +
        "export what defineFamily, defineDataset, defineMetric, defineProtocol or defineKind returns",
    );
  }
  return added;
}

/** The noun of what an entry of `runs` names: a family, or a protocol with an entry of its own. */
export function nounOf(name: string): "families" | "protocols" {
  return Object.hasOwn(protocols, name) ? "protocols" : "families";
}

/** The file of the user's module that registered a name, or undefined for what is built in. */
export function originOf(table: keyof Registered, name: string): string | undefined {
  return origins.get(`${table}/${name}`);
}

/**
 * Loads a row of a table.
 * @throws UsageError for a name that it doesn't have, with the nearest one
 */
export async function fromTable<T>(table: Rows<T>, name: string, what: string): Promise<T> {
  if (!Object.hasOwn(table, name)) {
    throw new UsageError(
      `unknown ${what} \`${name}\`${didYouMean(name, Object.keys(table))}\n` +
        `  known: ${Object.keys(table).join(", ")}`,
    );
  }
  return await loaded(table[name]);
}

/** Where a definition comes from, and what is wrong with it. */
interface Adding<T> {
  readonly noun: keyof Registered;
  readonly url: string;
  readonly faultsOf: (value: T) => readonly string[];
}

/** @throws UsageError where the name is taken, or the definition isn't as it has to be */
function claimName<T extends { readonly name: string }>(
  value: T,
  taken: boolean,
  { noun, url, faultsOf }: Adding<T>,
): string {
  const { name } = value, key = `${noun}/${name}`;
  if (taken && origins.get(key) !== url) {
    const owner = origins.get(key) ?? "Likeness itself";
    throw new UsageError(
      `${url}: the name \`${name}\` is taken among ${noun} by ${owner}; choose another`,
    );
  }
  const faults = faultsOf(value);
  if (faults.length > 0) throw new UsageError(`${url}: \`${name}\`: ${faults.join("; ")}`);
  origins.set(key, url);
  return name;
}

/** @throws UsageError as `claimName` does */
function addKind(kind: Kind, url: string): string {
  const name = claimName(kind, Object.hasOwn(kinds, kind.name), {
    noun: "kinds",
    url,
    faultsOf: kindFaults,
  });
  kinds[name] = kind;
  return name;
}

function add<T extends { readonly name: string }>(
  { table, noun, url }: { table: Record<string, Row<T>>; noun: keyof Registered; url: string },
  value: T,
  faultsOf: (value: T) => readonly string[],
  row: (value: T) => Row<T> = (value) => () => Promise.resolve(value),
): string {
  const taken = Object.hasOwn(table, value.name) ||
    (noun === "families" && Object.hasOwn(protocols, value.name));
  const name = claimName(value, taken, { noun, url, faultsOf });
  table[name] = row(value);
  return name;
}

/** Families and protocols share the names that entries of `runs` have. */
function addProtocol(value: Protocol, how: Omit<Adding<Protocol>, "noun">): string {
  const taken = Object.hasOwn(protocols, value.name) || Object.hasOwn(families, value.name);
  const name = claimName(value, taken, { noun: "protocols", ...how });
  protocols[name] = value;
  return name;
}

type Shape = { readonly [key: string]: unknown };

function isNamed(value: unknown): value is Shape {
  return typeof value === "object" && value !== null &&
    typeof (value as Shape).name === "string" && typeof (value as Shape).config === "object";
}

function isKind(value: unknown): value is Kind {
  const { name, unit, upload, download } = (value ?? {}) as Shape;
  return typeof name === "string" && typeof unit === "object" &&
    (typeof upload === "function" || typeof download === "function");
}

function isFamily(value: unknown): value is Family {
  return isNamed(value) && typeof value.build === "function";
}

function isDataset(value: unknown): value is DatasetDefinition {
  return isNamed(value) && typeof value.load === "function" && typeof value.status === "function";
}

function isMetric(value: unknown): value is Metric {
  return isNamed(value) && typeof value.compute === "function" &&
    typeof value.declares === "function";
}

function isProtocol(value: unknown): value is Protocol {
  return typeof value === "object" && value !== null &&
    typeof (value as Shape).name === "string" && typeof (value as Shape).row === "string" &&
    typeof (value as Shape).execute === "function";
}
