/**
 * A speed failure counts only after one confirming rerun: machines hiccup.
 * @module
 */
import type { Record as RunRecord } from "../record/record.ts";
import { evaluateGate, type GateInput, type Verdict } from "./verdict.ts";
import { rowKey } from "./rows.ts";

/** Measures the speed of these labels again; null where that can't be done here. */
export type Rerun = (labels: readonly string[]) => Promise<readonly RunRecord[] | null>;

const keyOf = (verdict: Verdict) => rowKey({ label: verdict.label, name: verdict.metric });

/**
 * Reruns what regressed in speed, once. Regressed again: it counts. Not again: the rerun's verdict
 * stands. No rerun possible: inconclusive, and it says so.
 */
export async function confirmSpeed(
  verdicts: readonly Verdict[],
  { input, rerun }: { readonly input: GateInput; readonly rerun?: Rerun },
): Promise<Verdict[]> {
  const failed = verdicts.filter((v) => v.kind === "speed" && v.verdict === "regressed");
  if (failed.length === 0) return [...verdicts];
  const labels = [...new Set(failed.map((v) => v.label))];
  const records = await rerun?.(labels) ?? null;
  const again = new Map(
    records === null
      ? []
      : evaluateGate({ ...input, records, labels: new Set(labels) }).map((v) => [keyOf(v), v]),
  );
  return verdicts.map((verdict) => {
    if (!failed.includes(verdict)) return verdict;
    const second = again.get(keyOf(verdict));
    if (second === undefined || second.value === null) {
      return {
        ...verdict,
        verdict: "inconclusive",
        why: join(verdict.why, "slower, not confirmed: no rerun was made"),
      };
    }
    const why = second.verdict === "regressed"
      ? "confirmed by a rerun"
      : "slower at first, not in the rerun";
    return { ...second, why: join(second.why, why) };
  });
}

const join = (...texts: string[]) => texts.filter((text) => text !== "").join("; ");
