/**
 * What verdicts are made from.
 * @module
 */
import type { RunRecord } from "../../record/mod.ts";
import type { Baseline } from "../baseline/baseline.ts";
import type { PolicyOf } from "../policy.ts";
import type { Floors } from "../speed/floors.ts";
import type { AskedRun } from "./absent.ts";

/** What `evaluateGate` compares. */
export interface GateInput {
  readonly records: readonly RunRecord[];
  /** Those of this suite: at most one for all machines and one a machine class. */
  readonly baselines: readonly Baseline[];
  readonly suiteVersion: number;
  readonly policies?: PolicyOf;
  /**
   * Runs that were asked for: of those without a record nothing passes. Default: those that have
   * records.
   */
  readonly asked?: readonly AskedRun[];
  /** Why the record of a run can't be read, by its id. */
  readonly unreadable?: ReadonlyMap<string, string>;
  /** Labels that were asked for; baseline rows of others aren't missing. Default: all. */
  readonly labels?: ReadonlySet<string>;
  /** Noise floors of this suite, from A/A sessions. */
  readonly floors?: readonly Floors[];
  /** Any change of bits that were promised to repeat is a regression. */
  readonly exact?: boolean;
}
