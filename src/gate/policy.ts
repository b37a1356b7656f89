/**
 * Gate policies: how much worse a metric may get before the gate calls it a regression, and by
 * which test. A suite writes them in its metrics, `gate: { effect: 5%, seeds: 5 }`. Every field has
 * a default for the metric's kind.
 * @module
 */
import { UsageError } from "../base/mod.ts";
import type { MetricValue } from "../record/mod.ts";
import { FEWEST_SEEDS, type GatePolicy, percent } from "../suite/schema/mod.ts";
import { bestPossibleP, valuesNeeded } from "../stats/mod.ts";

/** The smallest change that counts. */
export type Effect =
  | { readonly kind: "relative"; readonly size: number }
  | { readonly kind: "absolute"; readonly size: number };

/** A policy with nothing left open. */
export interface ResolvedPolicy {
  readonly kind: MetricValue["kind"];
  /** `none`: a change has no better or worse, and is left to a person. */
  readonly direction: "lower" | "higher" | "both" | "none";
  readonly effect: Effect;
  readonly test: "t" | "rank";
  readonly seeds: number;
  readonly alpha: number;
  readonly off: boolean;
}

/** What holds for a kind where a suite says nothing. */
export const defaultPolicies = {
  deterministic: { effect: "1%", test: "t", seeds: 1, alpha: 0.05 },
  quality: { effect: "5%", test: "t", seeds: FEWEST_SEEDS, alpha: 0.05 },
  speed: { effect: "10%", test: "rank", seeds: FEWEST_SEEDS, alpha: 0.05 },
} as const satisfies Record<MetricValue["kind"], GatePolicy>;

/**
 * Which policy holds for a metric's value in the row of a label; undefined: the default of its kind.
 * Rows whose entry has metrics of its own have these metrics' policies.
 */
export type PolicyOf = (
  value: { readonly label: string; readonly metric: string; readonly name: string },
) => GatePolicy | undefined;

/** Fills what `policy` leaves open from the metric and the defaults of its kind. */
export function resolvePolicy(
  value: Pick<MetricValue, "kind" | "direction">,
  policy: GatePolicy = {},
): ResolvedPolicy {
  const kind = policy.kind ?? value.kind;
  const base = defaultPolicies[kind];
  return {
    kind,
    direction: policy.direction ?? value.direction,
    effect: parseEffect(policy.effect ?? base.effect),
    test: policy.test ?? base.test,
    seeds: policy.seeds ?? base.seeds,
    alpha: policy.alpha ?? base.alpha,
    off: policy.off ?? false,
  };
}

/** "5%" → 0.05 of the baseline; a number → that many of the metric's units. */
export function parseEffect(effect: string | number): Effect {
  if (typeof effect === "number") return { kind: "absolute", size: effect };
  if (!percent.test(effect)) {
    throw new UsageError(`gate effect \`${effect}\`: a share such as 5%, or a plain number`);
  }
  return { kind: "relative", size: Number(effect.replace("%", "")) / 100 };
}

/** What `checkPolicies` needs to know of a gated row of the matrix. */
export interface PolicyUse {
  /** For the message: "frechet". */
  readonly metric: string;
  readonly policy: ResolvedPolicy;
  /** Seeds, or repeats for speed, that each side will have at most. */
  readonly values: number;
}

/**
 * Refuses policies that could never fail: by the rank test, n values against n give no p below
 * 2/C(2n, n), which must be at most α/m for m tests under Holm's correction.
 * @param uses one entry for every row (metric value of a label) that a test may have to decide
 * @throws UsageError with the number of seeds that would do
 */
export function checkPolicies(uses: readonly PolicyUse[]): void {
  for (const kind of ["quality", "speed"] as const) {
    const family = uses.filter(({ policy }) => policy.kind === kind && !policy.off);
    for (const { metric, policy, values } of family) {
      if (policy.test !== "rank") continue;
      const best = bestPossibleP(values);
      if (best <= policy.alpha / family.length) continue;
      const unit = kind === "speed" ? "repeats" : "seeds";
      throw new UsageError(
        `gate of \`${metric}\`: the rank test can't fail here. ${values} ${unit} against ${values} ` +
          `give no p below 2/C(${2 * values}, ${values}) = ${best.toPrecision(2)}, and ` +
          `${family.length} tests at α = ${policy.alpha} need ` +
          `${(policy.alpha / family.length).toPrecision(2)}. Use ` +
          `${
            valuesNeeded(policy.alpha, family.length)
          } ${unit} or more, fewer metrics, or \`test: t\``,
      );
    }
  }
}
