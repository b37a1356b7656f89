/**
 * Laws: property tests with a name that states them, a source, and the mutants they must kill.
 * The mutation runner (tests/mutations/run.ts) reads the table that this module keeps.
 * @module
 */
import fc from "fast-check";
import { type Need, skips } from "./needs.ts";

/** A law over generated values. */
export interface Law<T> {
  /** Paper or book, or "definition". */
  readonly source: string;
  /** One arbitrary a named value. */
  readonly given: { [K in keyof T]: fc.Arbitrary<T[K]> };
  /** Holds, or throws / returns false. May be async. */
  readonly holds: (values: T) => boolean | void | Promise<boolean | void>;
  /** Ids of mutants (tests/mutations/mutants.ts) under which the law must fail. */
  readonly kills?: readonly string[];
  /** Cases to try. Default 100. */
  readonly cases?: number;
  /** Fixed, so that a failure repeats. Default 1. */
  readonly seed?: number;
  /** What the law is about, where npm alone doesn't bring it. */
  readonly needs?: Need;
}

/** Registers `law` as a Deno test of the same name. */
export function law<T>(name: string, law: Law<T>): void {
  const title = `law: ${name}`;
  Deno.test({
    name: title,
    ignore: skips(title, law.needs),
    fn: async () => {
      await fc.assert(
        fc.asyncProperty(fc.record(law.given) as fc.Arbitrary<T>, async (values) => {
          const held = await law.holds(values);
          return held === undefined || held;
        }),
        {
          seed: law.seed ?? 1,
          numRuns: law.cases ?? 100,
          interruptAfterTimeLimit: undefined,
          // Of a mutant one failure is enough; the smallest case that fails is for people.
          endOnFailure: Deno.env.get("LIKENESS_MUTANT") !== undefined,
        },
      );
    },
  });
}

/** Whether |a − b| ≤ tolerance; throws with both values otherwise, so that a failure can be read. */
export function close(a: number, b: number, tolerance: number, what = "values"): true {
  if (!(Math.abs(a - b) <= tolerance)) {
    throw new Error(`${what}: ${a} and ${b} differ by ${Math.abs(a - b)}, more than ${tolerance}`);
  }
  return true;
}

/** float32 tolerance for a sum of `terms` products of size `scale`: 4 units of 2⁻²⁴ a term, in quadrature. */
export function float32(terms: number, scale = 1): number {
  return 4 * 2 ** -24 * Math.sqrt(terms) * scale;
}
