/**
 * What of the data runs read.
 * @module
 */
import type { Dataset, Split } from "../data/mod.ts";
import type { RunSpec } from "../record/mod.ts";
import { protocolOf } from "./table.ts";

/**
 * Splits that runs of these specs read: every row is compared with test and shown beside what is
 * nearest in train, which models are trained on too; controls may be made from further ones.
 */
export function splitsRead(
  dataset: Dataset,
  specs: readonly Pick<RunSpec, "protocol" | "family">[],
): Split[] {
  const read = new Set<Split>(["train", "test"]);
  for (const spec of specs) {
    for (const split of protocolOf(spec).reads?.(dataset, spec) ?? []) read.add(split);
  }
  return [...read].filter((split) => dataset.size(split) > 0);
}
