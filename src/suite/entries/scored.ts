/**
 * What runs are scored on: data with metrics. Most runs have the suite's; an entry may have data of
 * its own, metrics of its own, or both. Whatever holds for the suite's holds for these: their metrics
 * are fitted to their data and checked against them.
 * @module
 */
import { dirname } from "@std/path";
import type { DatasetOutline } from "../../data/mod.ts";
import { canonicalJson } from "../../base/text/mod.ts";
import type { Place } from "../check.ts";
import { checkRequired, fitted } from "../requires.ts";
import type { SuiteData, SuiteMetric } from "../schema/schema.ts";
import type { Path } from "../source.ts";
import { type AskedControls, controlsFor } from "./controls.ts";
import { outlined, readData } from "./data.ts";
import { readEntries } from "./entries.ts";
import { withoutDuplicates } from "./expand.ts";
import { expandMetric, type MetricEntry, refuseSameNames, suiteMetric } from "./metric_entries.ts";

/** A value of the file, with its place. */
export interface At {
  readonly given: unknown;
  readonly path: Path;
}

/** A list of metrics as it is written. */
export interface MetricList {
  /** Names of its entries, known or not. */
  readonly names: readonly string[];
  readonly written: readonly MetricEntry[];
}

/** Data with the metrics of the runs that are on them. */
export interface Scored {
  readonly data: SuiteData;
  /** Where the data stand in the file. */
  readonly path: Path;
  /** null where only loading tells. */
  readonly outline: DatasetOutline | null;
  /** Fitted to the data. */
  readonly metrics: readonly SuiteMetric[];
  /** Control rows that can be made of the data. */
  readonly controls: readonly string[];
  /** Tells what of the metrics doesn't go with the data. */
  readonly check: (outline: DatasetOutline | null) => void;
}

/** What all of a suite's data and metrics are held against. */
export interface ScoredOptions {
  readonly controls: AskedControls;
  /** Extractors that the suite gives weights for. */
  readonly weighted: readonly string[];
  readonly cache: string | undefined;
  /** Told what was fitted. */
  readonly say: (note: string) => void;
}

/** The metrics of a list; mistakes are told. */
export async function readMetrics({ given, path }: At, top: Place): Promise<MetricList> {
  const entries = readEntries({ key: "metrics", items: given, at: path }, {
    ...top,
    what: "metric",
    beside: [],
  });
  const written = await Promise.all(entries.map((entry) => expandMetric(entry, top)));
  return { names: entries.map(({ of }) => of), written: written.flat() };
}

/** The metrics of a step. */
const unscored: MetricList = { names: [], written: [] };

/** Data and metrics of a suite and its entries, each combination once. */
export class ScoredTable {
  readonly #top: Place;
  readonly #options: ScoredOptions;
  readonly #data: SuiteData | undefined;
  readonly #metrics: MetricList;
  readonly #known = new Map<string, Promise<Scored>>();
  readonly #chosen = new Map<string, MetricEntry[]>();
  readonly #names: string[] = [];
  readonly #alone = new Set<MetricList>();

  /** @param own the suite's; data that have mistakes are undefined, and nothing is held against them */
  constructor(
    own: { readonly data: SuiteData | undefined; readonly metrics: MetricList },
    { top, ...options }: ScoredOptions & { readonly top: Place },
  ) {
    this.#data = own.data;
    this.#metrics = own.metrics;
    this.#top = top;
    this.#options = options;
    this.#names.push(...own.metrics.names);
  }

  /** Names of all metrics that were read. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** All that were asked for, the first asked first. */
  async all(): Promise<Scored[]> {
    return await Promise.all(this.#known.values());
  }

  /** The suite's; undefined where its data have mistakes. */
  own(): Promise<Scored | undefined> {
    return this.of({});
  }

  /**
   * What an entry is scored on, which may have its own; undefined where its data have mistakes.
   * @param options.step a step on the way to others, which nothing scores
   */
  async of(
    { data, metrics, step = false }: {
      readonly data?: At;
      readonly metrics?: At;
      readonly step?: boolean;
    },
  ): Promise<Scored | undefined> {
    const written = step ? unscored : this.#metrics;
    const list = metrics === undefined ? written : await readMetrics(metrics, this.#top);
    if (metrics !== undefined) this.#names.push(...list.names);
    const read = data === undefined
      ? this.#data
      : await readData(data.given, { ...this.#top, path: data.path });
    if (read === undefined) {
      if (data === undefined || metrics !== undefined) this.#checkAlone(list);
      return undefined;
    }
    // Two lists that say the same are one, wherever they stand.
    const said = list.written.map(({ place, config, given, gate }) => ({
      metric: place.name,
      config,
      given,
      gate,
    }));
    const key = canonicalJson({ data: read, said });
    const known = this.#known.get(key);
    if (known !== undefined) return await known;
    const made = this.#make({
      data: read,
      path: data?.path ?? ["data"],
      // The suite's metrics on an entry's data.
      mixed: data !== undefined && metrics === undefined,
    }, list.written);
    this.#known.set(key, made);
    return await made;
  }

  /** Tells what is wrong with metrics whatever data they are for; of a list once. */
  #checkAlone(list: MetricList): void {
    if (this.#alone.has(list)) return;
    this.#alone.add(list);
    refuseSameNames(list.written);
    const { weighted } = this.#options;
    for (const entry of list.written) {
      checkRequired(entry, { dataset: "", outline: null, weighted, heldOut: false });
    }
  }

  async #make(
    { data, path, mixed }: Pick<Scored, "data" | "path"> & { readonly mixed: boolean },
    written: readonly MetricEntry[],
  ): Promise<Scored> {
    const { cache, controls, weighted, say } = this.#options;
    const key = canonicalJson(data);
    const base = dirname(this.#top.source.file);
    const outline = await outlined(data, written, { cache, base });
    const ground = (outline: DatasetOutline | null) => ({
      dataset: data.dataset,
      outline,
      weighted,
      heldOut: controls.rows.includes("held-out"),
      mixed,
    });
    const chosen = written.map((entry) => ({
      ...entry,
      config: fitted(entry, ground(outline), say),
    }));
    // Rows on the same data stand in the same columns, whichever list asked for them.
    const before = this.#chosen.get(key) ?? [];
    refuseSameNames(chosen, before);
    this.#chosen.set(key, [...before, ...chosen]);
    return {
      data,
      path,
      outline,
      metrics: withoutDuplicates(
        chosen.map(suiteMetric),
        ({ metric, config }) => ({ metric, config }),
      ),
      controls: controlsFor(controls, outline),
      check: (outline) => {
        for (const entry of chosen) checkRequired(entry, ground(outline));
      },
    };
  }
}
