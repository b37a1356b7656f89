/**
 * Checks that the output can be written before hours are spent on it.
 * @module
 */
import { join } from "@std/path";
import { historyPath } from "../../gate/mod.ts";
import { requireWritable } from "../../base/mod.ts";
import { openStore, type PlannedRun } from "../../record/mod.ts";
import type { Suite } from "../../suite/schema/mod.ts";

/** Bytes that must fit: a few checkpoints of the smallest models. What more is needed is not known. */
const leastRoom = 1 << 20;

/**
 * Makes sure that suites can be run into folder `out`: that their files can be written, and that the
 * records there are of these runs can be read.
 * @param options `fresh`: the records will be replaced; `history`, `report`: whether one is written
 * @throws StoreError with the first obstacle and what to do
 */
export async function requireRoom(
  out: string,
  work: readonly { readonly suite: Pick<Suite, "name">; readonly plan: readonly PlannedRun[] }[],
  { fresh = false, history = true, report = true } = {},
): Promise<void> {
  const store = openStore(out);
  await requireWritable(join(out, "records", "trial"), { bytes: leastRoom });
  await requireWritable(join(store.cache, "trial"));
  for (const { suite: { name }, plan } of work) {
    await requireWritable(join(out, "plans", `${name}.jsonl`));
    if (history) await requireWritable(historyPath(out, name));
    if (report) await requireWritable(join(out, "reports", name, "index.html"));
    for (const { id } of fresh ? [] : plan) await store.readRecord(id);
  }
}
