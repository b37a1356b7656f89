/** Adapters of every kind, as suites write them; no engine is opened. */

/** Adapters by kind. */
export const KINDS = {
  lora: { lora: { rank: 2, alpha: 6, targets: "all" } },
  dora: { dora: { rank: 2, alpha: 3, rsLora: true, targets: "all" } },
  prefix: { prefix: { length: 3 } },
  prompt: { prompt: { length: 3 } },
  bottleneck: { bottleneck: { width: 3 } },
} as const;

/** One of them. */
export type Kind = keyof typeof KINDS;
/** All of them. */
export const kinds = Object.keys(KINDS) as Kind[];
