/**
 * A mutant before one of the test files that must notice it, and what a run of that file says.
 * @module
 */
import { filterOf } from "../../junit.ts";
import type { Claim } from "./claims.ts";
import type { Mutant } from "./mutant.ts";

/** A mutant with a test file that must notice it. */
export interface Trial {
  readonly mutant: Mutant;
  /** The test file. */
  readonly law: string;
  /** The tests that each must fail, where the laws that claim the mutant spell out their names. */
  readonly names: readonly string[];
  /** As of `deno test --filter`. */
  readonly filter: string | undefined;
  /** Where laws claim the mutant each of them must fail; otherwise one failure is enough. */
  readonly failFast: boolean;
}

/** A mutant's trials: that of its own law first, then those of the laws elsewhere that claim it. */
export function trialsOf(mutant: Mutant, claims: readonly Claim[]): Trial[] {
  const own = claims.filter((claim) => claim.id === mutant.id);
  return [...new Set([mutant.law, ...own.map((claim) => claim.file)])].map((law) => {
    const found = own.filter((claim) => claim.file === law).map((claim) => claim.test);
    const names = found.filter((name) => name !== null);
    const exact = names.length > 0 && names.length === found.length;
    const filter = exact ? filterOf(names) : law === mutant.law ? mutant.filter : undefined;
    return { mutant, law, names, filter, failFast: found.length === 0 };
  });
}

/** What a test file's run said: which tests passed and which failed. */
export interface Ran {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
}

/** Why a run that ended hasn't noticed a trial's mutant; undefined where it has. */
export function missed({ law, names }: Trial, { passed, failed }: Ran): string | undefined {
  if (failed.length === 0) return `${law}: ${passed.length} tests pass`;
  const blind = names.filter((name) => !failed.includes(name));
  return blind.length > 0 ? `claimed, not noticed by: ${blind.join(", ")}` : undefined;
}
