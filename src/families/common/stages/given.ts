/**
 * What families share that take a finished run's weights in place of training their own.
 * @module
 */
import { disposeTree, leaves } from "../../../engine/mod.ts";
import { canonicalJson } from "../../../base/text/mod.ts";
import type { HostContext, TensorRecord } from "../../family.ts";

/**
 * A fresh state with parts of another run's final state in the place of its own: `merge` says which.
 * Tensors of both that the result doesn't hold are freed.
 * @param role in which the other run is taken
 */
export async function withGiven<S extends TensorRecord>(
  state: S,
  { needed }: Pick<HostContext, "needed">,
  { role = "weights", merge }: {
    readonly role?: string;
    readonly merge: (state: S, given: TensorRecord) => S | Promise<S>;
  },
): Promise<S> {
  const other = needed?.[role];
  if (other === undefined) throw new Error(`nothing is given in the role ${role}`);
  const tree = await other.state();
  const next = await merge(state, tree);
  const keep = new Set(leaves(next).map(([, leaf]) => leaf));
  disposeTree(state, keep);
  disposeTree(tree, keep);
  return next;
}

/**
 * Settings by which two configs differ, as a sentence for the person who wrote the suite; null where
 * they agree on all of `keys`.
 */
export function differing<C extends object>(
  own: C,
  given: Readonly<Record<string, unknown>>,
  keys: readonly (keyof C & string)[],
): string | null {
  const found = keys.filter((key) =>
    canonicalJson(own[key] ?? null) !== canonicalJson(given[key] ?? null)
  );
  if (found.length === 0) return null;
  const told = found.map((key) =>
    `\`${key}\` is ${JSON.stringify(own[key] ?? null)} here and ${
      JSON.stringify(given[key] ?? null)
    } there`
  );
  const wanted = found.map((key) => `${key}: ${JSON.stringify(given[key] ?? null)}`);
  return `${told.join(", ")}\nwrite here too: ${wanted.join(", ")}`;
}
