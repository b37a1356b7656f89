/**
 * What a run does, as one object a protocol: which row it makes, what it needs of other runs and gives
 * them, its keys in a suite, how tables and cards describe it, and how it is executed. Code
 * that wants to know something of a run asks its protocol and compares no names.
 *
 * Everything here but `execute` and `trial` is light: reports and `list` read it without an engine.
 * @module
 */
import type { z } from "zod";
import type { Pointing } from "../content/mod.ts";
import type { Dataset, Split } from "../data/mod.ts";
import type { KindName } from "../kinds/mod.ts";
import type { Roles } from "../families/mod.ts";
import type { ArtefactKind, PlannedRun, RunRecord, RunSpec } from "../record/mod.ts";
import type { Outcome, Run, RunHost } from "../run/mod.ts";
import type { Flow, FlowValues } from "./flow.ts";

/**
 * What stands in tables for runs of a protocol: a model that is trained here; a control, whose quality
 * is known beforehand; what was made elsewhere; or nothing, since it is a step on the way to others.
 */
export const rows = ["model", "control", "elsewhere", "step"] as const;
/** One of `rows`. */
export type Row = typeof rows[number];

/** Why a value isn't there. */
export interface Absence {
  readonly status: "not-defined" | "not-measured";
  readonly reason: string;
}

/** Costs that aren't known of runs of a protocol. */
export interface UnknownCosts extends Absence {
  /** Names of those that are known all the same. */
  readonly but?: readonly string[];
}

/** What an entry may look up to settle its config. */
export interface EntryContext {
  /** Data by name, or with settings as `data` of a suite has them. @throws DataError on mistakes */
  data(given: string | { readonly dataset: string }): Promise<RunSpec["data"]>;
}

/** One of the things that a key of an entry names, each with settings of its own. */
export interface EntryPart {
  readonly name: string;
  readonly about: string;
  readonly config: z.ZodType;
}

/** What a suite may write under the protocol's own name in `runs`. */
export interface Entry<E = unknown> extends Pointing<E> {
  readonly name: string;
  /** Raised by hand whenever the same config would give other artefacts or numbers. */
  readonly version: number;
  /** One line for `list`. */
  readonly about: string;
  /** Sources, e.g. ["arXiv:1312.6114"]. */
  readonly papers: readonly string[];
  readonly config: z.ZodType<E>;
  /** Kinds of sample that the data may be of, where it reads the data. Default: any. */
  readonly takes?: readonly KindName[];
  /** Whether each seed gives something of its own; else it is run at the first seed alone. */
  seeded?(config: E): boolean;
  /**
   * Puts into the config what it names and runs rest on: other data with their digests. Done once, when
   * a suite is read. Default: as it is.
   * @throws DataError for what isn't there
   */
  settle?(config: E, context: EntryContext): Promise<E>;
  /** For `list`: what the values of a key can name. */
  readonly parts?: { readonly [key: string]: readonly EntryPart[] };
}

/** See the module. */
export interface Protocol<E = unknown> {
  /** As it stands in specs: a part of run ids. */
  readonly name: string;
  readonly about: string;
  readonly row: Row;
  /** Left out where its entries are of families, or of the key `controls`. */
  readonly entry?: Entry<E>;
  /** What its entry takes of other runs. Families say for themselves what they take. */
  readonly needs: Roles<E>;
  /** What other runs can take of its runs: by kind, the name of the artefact in the record. */
  readonly gives: { readonly [kind in ArtefactKind]?: string };
  /** Whether it trains here: such runs can be tried, calibrated and timed in turns. */
  readonly trains: boolean;
  /**
   * What a finished run that differs only in what is measured lends to another of its kind: its
   * training and values, its values alone, or nothing.
   */
  readonly lends: "training" | "values" | "nothing";
  /** What is said to metrics of speed where there is nothing to time. */
  readonly untimed?: Absence;
  /** What is said in place of costs; left out where records tell them. */
  readonly costs?: UnknownCosts;
  /** What tables call a row that is not called by its config. */
  label?(family: string): string;
  /** What a provenance card says beyond what all cards say. */
  card(record: RunRecord): readonly (readonly [string, string])[];
  /** What a finished run did with documents; null where its record doesn't tell. */
  flow?(record: RunRecord): Flow | null;
  /**
   * The values of the checks that dropped something, those that dropped most first.
   * @param read the bytes of an artefact of the record, by its name; null where its file is gone
   */
  flowValues?(read: (artefact: string) => Promise<Uint8Array | null>): Promise<FlowValues[]>;
  /** Splits of the data that its runs read beside train and test. */
  reads?(dataset: Dataset, spec: Pick<RunSpec, "family">): readonly Split[];
  /** Does a run to its record; it has been claimed, and has no final record yet. */
  execute(run: Run): Promise<Outcome>;
  /** What a run would cost, by a few of its steps. Left out where there is nothing to measure. */
  trial?(planned: PlannedRun, host: RunHost): Promise<Outcome>;
}

/** What must be said of a protocol; the rest has defaults. */
export type ProtocolDefinition<E> =
  & Pick<Protocol<E>, "name" | "about" | "row" | "execute">
  & Partial<Protocol<E>>;

/**
 * Declares a protocol. By default it needs nothing, gives nothing, trains nothing, lends nothing, has
 * nothing to time and says no more on cards than all do.
 */
export function defineProtocol<E>(definition: ProtocolDefinition<E>): Protocol<E> {
  const { name } = definition;
  const nothing = { status: "not-defined", reason: `${name}: there is no model to time` } as const;
  return {
    needs: {},
    gives: {},
    trains: false,
    lends: "nothing",
    ...(definition.trains ? {} : {
      untimed: nothing,
      costs: { status: "not-defined", reason: `${name}: it trains no model` } as const,
    }),
    card: () => [],
    ...definition,
  };
}

/** What of a protocol isn't as it has to be, a sentence each; none where all is well. */
export function protocolFaults(protocol: Protocol): string[] {
  const { name, row, entry, gives, needs } = protocol;
  const faults: string[] = [];
  if (!rows.includes(row)) {
    faults.push(`its row is ${JSON.stringify(row)}; there are ${rows.join(", ")}`);
  }
  if (entry === undefined) {
    faults.push("it has no `entry`: what a suite writes under its name");
  } else if (entry.name !== name) {
    faults.push(`its entry is called \`${entry.name}\` and it \`${name}\``);
  }
  for (const [kind, artefact] of Object.entries(gives)) {
    if (typeof artefact === "string" && artefact !== "") continue;
    faults.push(`it gives ${kind}, and not by the name of which artefact`);
  }
  for (const [role, { kind }] of Object.entries(needs)) {
    if (typeof kind !== "string" || kind === "") {
      faults.push(`its need \`${role}\` has no kind of artefact`);
    }
  }
  return faults;
}
