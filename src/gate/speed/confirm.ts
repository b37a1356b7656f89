/**
 * Speed measured once more. A slowdown counts only if a second measurement confirms it, because
 * machines have slow moments. If the baseline's commit is available, the second measurement
 * alternates with it; otherwise it uses this code alone. The verdict says which.
 * @module
 */
import type { RunRecord } from "../../record/mod.ts";
import { evaluateGate } from "../verdict/evaluate.ts";
import type { GateInput } from "../verdict/input.ts";
import type { Verdict } from "../verdict/verdict.ts";
import type { Interleave } from "./interleave.ts";
import { rowKey } from "../verdict/rows.ts";
import { turnVerdicts } from "./turns.ts";

/** Measures the speed of these labels again; null where that can't be done here. */
export type Rerun = (labels: readonly string[]) => Promise<readonly RunRecord[] | null>;

const keyOf = (verdict: Verdict) => rowKey({ label: verdict.label, name: verdict.metric });

/** How speed can be measured once more. */
export interface Confirmation {
  readonly input: GateInput;
  readonly rerun?: Rerun;
  readonly interleave?: Interleave;
  /** Measure every timing in turns, not only what seems slower; also one that has no baseline here. */
  readonly everything?: boolean;
}

/**
 * Measures what regressed in speed once more. Regressed again: it counts. Not again: the second
 * measurement's verdict stands. None possible: inconclusive, and it says so.
 */
export async function confirmSpeed(
  verdicts: readonly Verdict[],
  { input, rerun, interleave, everything = false }: Confirmation,
): Promise<Verdict[]> {
  const chosen = verdicts.filter((v) =>
    v.kind === "speed" && v.value !== null && (everything || v.verdict === "regressed")
  );
  if (chosen.length === 0) return [...verdicts];
  const asked = { tests: chosen.length, alpha: Math.min(...chosen.map((v) => v.alpha)) };
  const labels = [...new Set(chosen.map((v) => v.label))];
  const turns = await interleave?.(labels, asked);
  if (turns !== undefined && !("reason" in turns)) {
    const second = turnVerdicts(chosen, { turns, policies: input.policies });
    const next = new Map(chosen.map((verdict, i) => [verdict, { ...second[i] }]));
    return verdicts.map((verdict) => {
      const made = next.get(verdict);
      if (made === undefined) return verdict;
      if (made.test !== "signed rank" && verdict.verdict === "regressed") {
        return unconfirmed(verdict, "not measured in turns");
      }
      if (verdict.verdict !== "regressed") return made;
      const word = made.verdict === "regressed" ? "confirmed" : "slower at first, not";
      return { ...made, why: join(`${word} ${made.why}`) };
    });
  }
  const reason = turns === undefined
    ? ""
    : `not in turns with the baseline's code: ${turns.reason}`;
  const failed = chosen.filter((v) => v.verdict === "regressed");
  const explained = new Map(
    everything ? chosen.map((v) => [v, { ...v, why: join(v.why, reason) }]) : [],
  );
  const records = failed.length === 0
    ? null
    : await rerun?.([...new Set(failed.map((v) => v.label))]) ?? null;
  const again = new Map(
    records === null ? [] : evaluateGate({ ...input, records, labels: new Set(labels) })
      .filter(({ verdict }) => !["new", "missing", "shown"].includes(verdict))
      .map((v) => [keyOf(v), v]),
  );
  return verdicts.map((verdict) => {
    if (!failed.includes(verdict)) return explained.get(verdict) ?? verdict;
    const second = again.get(keyOf(verdict));
    if (second === undefined) return unconfirmed(verdict, reason);
    const why = second.verdict === "regressed"
      ? "confirmed by a rerun"
      : "slower at first, not in the rerun";
    return { ...second, why: join(second.why, why, reason) };
  });
}

function unconfirmed(verdict: Verdict, reason: string): Verdict {
  return {
    ...verdict,
    verdict: "inconclusive",
    why: join(verdict.why, "slower, not confirmed: no rerun was made", reason),
  };
}

const join = (...texts: string[]) => texts.filter((text) => text !== "").join("; ");
