/**
 * Suites whose entries need one another at random, as text, and what they stand for.
 * @module
 */
import { fromFileUrl } from "@std/path";
import fc from "fast-check";
import { parseSuite } from "../../../src/suite/load.ts";
import type { Suite } from "../../../src/suite/schema/schema.ts";

/** Entries by number; each needs some of those before it. */
export interface Dag {
  /** Of each entry what it needs, by role. */
  readonly needs: readonly { readonly [role: string]: number }[];
  /** The order in which the entries stand in the file, and whether roles stand in reverse. */
  readonly order: readonly number[];
  readonly reversed: boolean;
}

/** DAGs of up to `most` entries. */
export function dags(most = 6): fc.Arbitrary<Dag> {
  return fc.integer({ min: 2, max: most }).chain((count) =>
    fc.record({
      needs: fc.tuple(
        ...Array.from({ length: count }, (_, i) => {
          const other = fc.option(fc.nat({ max: Math.max(0, i - 1) }), { nil: null, freq: 2 });
          return fc.record({ weights: other, also: other }).map((roles) =>
            Object.fromEntries(
              Object.entries(roles).filter(([, to]) => i > 0 && to !== null),
            ) as { [role: string]: number }
          );
        }),
      ),
      order: fc.shuffledSubarray(Array.from({ length: count }, (_, i) => i), {
        minLength: count,
        maxLength: count,
      }),
      reversed: fc.boolean(),
    })
  );
}

/** Name of an entry. */
export const nameOf = (entry: number) => `e${entry}`;

/** Entries that need this one, directly or not, and itself. */
export function dependents({ needs }: Dag, entry: number): Set<number> {
  const found = new Set([entry]);
  needs.forEach((roles, i) => {
    if (Object.values(roles).some((to) => found.has(to))) found.add(i);
  });
  return found;
}

/** Entries that this one needs, directly or not, and itself. */
export function ancestors({ needs }: Dag, entry: number): Set<number> {
  const found = new Set([entry]);
  for (let i = entry; i >= 0; i--) {
    if (found.has(i)) Object.values(needs[i]).forEach((to) => found.add(to));
  }
  return found;
}

const module = fromFileUrl(new URL("../../run/tiny.ts", import.meta.url));

/**
 * The suite of a DAG, of two seeds.
 * @param rates of some entries in place of their own, so that these train something else
 */
export async function suiteOf(
  { needs, order, reversed }: Dag,
  rates: ReadonlyMap<number, number> = new Map(),
): Promise<Suite> {
  const entries = order.map((i) => {
    const roles = Object.entries(needs[i]).map(([role, to]) => `${role}: ${nameOf(to)}`);
    if (reversed) roles.reverse();
    const beside = [
      `name: ${nameOf(i)}`,
      ...(roles.length ? [`needs: { ${roles.join(", ")} }`] : []),
    ];
    if (reversed) beside.reverse();
    const rate = rates.get(i) ?? 0.01 + i / 1000;
    return `  - tiny-linear: { rate: ${rate} }\n    ${beside.join("\n    ")}`;
  });
  const text = `suite: dag
modules: [${JSON.stringify(module)}]
data: { dataset: tiny-blobs }
budget: { steps: 2 }
seeds: [1, 2]
controls: []
runs:
${entries.join("\n")}
metrics: [tiny-brightness]
`;
  return await parseSuite(text, { file: "dag.yaml" });
}
