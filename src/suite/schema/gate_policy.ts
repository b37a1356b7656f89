/**
 * What a suite may write under a metric's `gate`.
 * @module
 */
import { z } from "zod";

/** Fewest seeds that a quality gate may ask for, and fewest repeats of a speed gate. */
export const FEWEST_SEEDS = 5;

/** A share: "5%". */
export const percent = /^\d+(\.\d+)?\s*%$/;

/** What a suite may write under a metric's `gate`. */
export const gatePolicy = z.strictObject({
  kind: z.enum(["deterministic", "quality", "speed"]).optional()
    .describe("how the metric is compared; default: the metric's own kind"),
  direction: z.enum(["lower", "higher", "both"]).optional()
    .describe("which way is better; both: any change beyond the effect is a regression"),
  effect: z.union([z.string().regex(percent, "a share such as 5%"), z.number().min(0)]).optional()
    .describe(
      "smallest change that counts: 5% (of the baseline), or a number in the metric's unit",
    ),
  test: z.enum(["t", "rank"]).optional()
    .describe("t: Student's, paired by seed where the seeds agree; rank: Mann–Whitney"),
  seeds: z.int().min(1).optional()
    .describe("fewest seeds (speed: repeats) before a test may decide; 5 or more for quality"),
  alpha: z.number().gt(0).max(0.5).optional()
    .describe("chance of a false alarm over all metrics of the suite; default 0.05"),
  off: z.boolean().optional().describe("true: record and report the number, but never gate on it"),
}).superRefine((policy, context) => {
  if (
    policy.seeds !== undefined && policy.seeds < FEWEST_SEEDS && policy.kind !== "deterministic"
  ) {
    context.addIssue({
      code: "custom",
      path: ["seeds"],
      message:
        `${policy.seeds} seeds can't decide: ${FEWEST_SEEDS} or more (with 3 against 3 the ` +
        "smallest two-sided rank p is 0.10), unless `kind: deterministic`",
    });
  }
});

/** A policy as a suite writes it. */
export type GatePolicy = z.infer<typeof gatePolicy>;
