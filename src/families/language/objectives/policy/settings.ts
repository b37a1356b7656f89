/**
 * Settings of objectives that train on what the model itself writes: `policy: { … }` of `ppo`, `grpo`,
 * `rloo` and `reinforce`.
 * @module
 */
import { z } from "zod";

/** Objectives that train on what the model writes. */
export const policyMethods = ["ppo", "grpo", "rloo", "reinforce"] as const;
/** One of them. */
export type PolicyMethod = typeof policyMethods[number];

/** Over what a loss is a mean: see `equations/weights.ts`. */
export const NORMALISATIONS = ["tokens", "answers", "constant"] as const;
/** Estimators of a divergence: see `equations/kl.ts`. */
export const ESTIMATORS = ["k1", "k2", "k3"] as const;

const part = z.string().regex(/^((rule|model)(\.[a-z_]+)?|shortcut\.(length|flattery))$/);

const reward = z.union([
  z.enum(["rule", "model"]),
  z.record(part, z.number()).refine((parts) => Object.keys(parts).length > 0, {
    message: "names no part; write for example { rule: 1, model: 0.5 }",
  }),
]);

const kl = z.strictObject({
  coefficient: z.number().min(0).optional()
    .describe("Weight β of the divergence from the reference, at first; default: 0.05"),
  estimator: z.enum(ESTIMATORS).optional()
    .describe(
      "With d = ln π_ref − ln π of a token, k1: −d, k2: d²/2, k3: eᵈ − 1 − d; default: k1 in rewards, k3 in the loss",
    ),
  in: z.enum(["reward", "loss"]).optional()
    .describe(
      "Whether tokens' rewards are lowered by it or the loss raised; default: loss of grpo, else reward",
    ),
  target: z.number().positive().optional()
    .describe("Nats an answer that β is steered to; default: β stays as it is"),
  gain: z.number().positive().optional()
    .describe("How fast β follows where there is a target; default: 0.1"),
});

/** What a suite may say under `policy`. What is left out depends on the objective: see `policyOf`. */
export const policySettings = z.strictObject({
  group: z.int().min(1).max(1024).optional()
    .describe("Answers written to each prompt of a batch; default: 4; ppo and reinforce: 1"),
  answer: z.int().min(1).max(32768).optional()
    .describe(
      "Tokens of an answer at most; default: 64, or half of the context where that is less",
    ),
  temperature: z.number().positive().max(10).optional()
    .describe("Logits are divided by it, where answers are drawn and in the loss; default: 1"),
  topP: z.number().gt(0).max(1).optional()
    .describe(
      "Answers are drawn from the fewest likeliest tokens that together have this probability; " +
        "probabilities in the loss are those of all tokens; default: all",
    ),
  reward: reward.optional()
    .describe(
      "rule: the exact rule of the data; model: the run in the role `reward`; or several with their " +
        "weights, of attributes of either and of planted shortcuts too: { rule: 1, model: 0.5, " +
        "rule.polite: 0.1, shortcut.length: 0.2 }; default: rule",
    ),
  truncated: z.number().optional()
    .describe(
      "Taken off the reward of an answer that doesn't end within `answer`; default: 0.1. One that is " +
        "as large as what there is to win teaches to end before anything is said",
    ),
  passes: z.int().min(1).max(64).optional()
    .describe("Times that a step goes over its answers; default: 1; ppo: 4"),
  miniBatches: z.int().min(1).max(1024).optional()
    .describe("Parts of the answers, each with an update of its own in a pass; default: 1"),
  clip: z.number().positive().max(10).optional()
    .describe(
      "ε: ratios of probabilities count between 1 − ε and 1 + ε; default: 0.2; reinforce: any",
    ),
  clipHigh: z.number().positive().max(10).optional()
    .describe("Upper ε, where it is another; default: `clip`"),
  ratio: z.enum(["token", "answer"]).optional()
    .describe(
      "Whether ratios are of tokens or of whole answers; default: answer of rloo, else token",
    ),
  over: z.enum(NORMALISATIONS).optional()
    .describe(
      "The loss is a mean over all tokens; over answers of means over their tokens; or over answers " +
        "of sums by `answer`, whatever their length (Dr. GRPO); with ratios of answers each of these " +
        "counts once; default: answers; ppo: tokens; reinforce: constant",
    ),
  scale: z.enum(["group", "batch", "none"]).optional()
    .describe(
      "Of grpo, what advantages are divided by: their group's spread, the batch's, or nothing (Dr. GRPO); default: group",
    ),
  baseline: z.union([z.literal("batch"), z.number()]).optional()
    .describe(
      "Of reinforce, what is taken off rewards: the mean of the others in the batch, or a constant; default: batch",
    ),
  whiten: z.boolean().optional()
    .describe("Whether advantages get mean 0 and variance 1 over the batch; default: of ppo"),
  whitenRewards: z.boolean().optional()
    .describe("Of ppo, whether rewards get variance 1 over the batch's tokens; default: no"),
  kl: kl.optional().describe("The divergence from the reference, which is the model at the start"),
  entropy: z.number().min(0).optional()
    .describe("Weight of the entropy of each token's distribution, which is raised; default: 0"),
  gamma: z.number().min(0).max(1).optional().describe("Of ppo, discount a token; default: 1"),
  lambda: z.number().min(0).max(1).optional()
    .describe("Of ppo, λ of the generalised advantage; default: 0.95"),
  valueWeight: z.number().min(0).optional()
    .describe("Of ppo, weight of the values' loss; default: 0.1"),
  valueClip: z.number().positive().optional()
    .describe("Of ppo, how far values may move from those at the roll-out; default: 0.2"),
});

/** A suite's own settings. */
export type PolicyConfig = z.output<typeof policySettings>;

/** All settings of an objective. */
export interface Policy {
  readonly method: PolicyMethod;
  readonly group: number;
  readonly answer: number;
  readonly temperature: number;
  readonly topP: number;
  /** Weights by part. */
  readonly reward: Readonly<Record<string, number>>;
  readonly truncated: number;
  readonly passes: number;
  readonly miniBatches: number;
  /** ε below and above 1; null: ratios aren't clipped. */
  readonly clip: { readonly low: number; readonly high: number } | null;
  readonly ratio: "token" | "answer";
  readonly over: typeof NORMALISATIONS[number];
  readonly scale: "group" | "batch" | "none";
  readonly baseline: "batch" | number;
  readonly whiten: boolean;
  readonly whitenRewards: boolean;
  readonly kl: {
    readonly coefficient: number;
    readonly estimator: typeof ESTIMATORS[number];
    readonly in: "reward" | "loss";
    readonly target?: number;
    readonly gain: number;
  };
  readonly entropy: number;
  readonly gamma: number;
  readonly lambda: number;
  readonly valueWeight: number;
  readonly valueClip: number;
}

/** What is left out, by objective. */
const defaults = {
  ppo: {
    group: 1,
    passes: 4,
    clip: 0.2,
    ratio: "token",
    over: "tokens",
    whiten: true,
    kl: "reward",
  },
  grpo: {
    group: 4,
    passes: 1,
    clip: 0.2,
    ratio: "token",
    over: "answers",
    whiten: false,
    kl: "loss",
  },
  rloo: {
    group: 4,
    passes: 1,
    clip: 0.2,
    ratio: "answer",
    over: "answers",
    whiten: false,
    kl: "reward",
  },
  reinforce: {
    group: 1,
    passes: 1,
    clip: null,
    ratio: "token",
    over: "constant",
    whiten: false,
    kl: "reward",
  },
} as const;

/** The settings of an objective over a context of so many tokens. */
export function policyOf(
  method: PolicyMethod,
  given: PolicyConfig = {},
  { context }: { readonly context: number },
): Policy {
  const own = defaults[method], { kl = {} } = given;
  const low = given.clip ?? own.clip, high = given.clipHigh ?? low;
  const where = kl.in ?? own.kl;
  return {
    method,
    group: given.group ?? own.group,
    answer: given.answer ?? Math.max(1, Math.min(64, Math.floor(context / 2))),
    temperature: given.temperature ?? 1,
    topP: given.topP ?? 1,
    reward: typeof given.reward === "object" ? given.reward : { [given.reward ?? "rule"]: 1 },
    truncated: given.truncated ?? 0.1,
    passes: given.passes ?? own.passes,
    miniBatches: given.miniBatches ?? 1,
    clip: low === null || high === null ? null : { low, high },
    ratio: given.ratio ?? own.ratio,
    over: given.over ?? own.over,
    scale: given.scale ?? "group",
    baseline: given.baseline ?? "batch",
    whiten: given.whiten ?? own.whiten,
    whitenRewards: given.whitenRewards ?? false,
    kl: {
      coefficient: kl.coefficient ?? 0.05,
      estimator: kl.estimator ?? (where === "loss" ? "k3" : "k1"),
      in: where,
      ...(kl.target !== undefined && { target: kl.target }),
      gain: kl.gain ?? 0.1,
    },
    entropy: given.entropy ?? 0,
    gamma: given.gamma ?? 1,
    lambda: given.lambda ?? 0.95,
    valueWeight: given.valueWeight ?? 0.1,
    valueClip: given.valueClip ?? 0.2,
  };
}

/** Keys that one method alone has. */
const ofOne = {
  scale: "grpo",
  baseline: "reinforce",
  whitenRewards: "ppo",
  gamma: "ppo",
  lambda: "ppo",
  valueWeight: "ppo",
  valueClip: "ppo",
} as const;

/** Tokens that are left for an answer after a prompt, in a context of so many. */
export function answerRoom(
  { objective, policy }: { readonly objective?: string; readonly policy?: PolicyConfig },
  context: number,
): number {
  const method = policyMethods.find((one) => one === objective);
  return method === undefined ? 0 : policyOf(method, policy, { context }).answer;
}

/** What is wrong with the keys of an objective's settings: the key and why; null: nothing. */
export function policyKeyFault(
  objective: string | undefined,
  given: PolicyConfig,
): { readonly key?: string; readonly why: string } | null {
  if (!policyMethods.some((method) => method === objective)) {
    return { why: `is for the objectives ${policyMethods.join(", ")}; leave it out` };
  }
  const key = (Object.keys(ofOne) as (keyof typeof ofOne)[])
    .find((key) => given[key] !== undefined && ofOne[key] !== objective);
  return key === undefined ? null : { key, why: `is of the objective ${ofOne[key]} alone` };
}

/** What is wrong with settings, for the person who wrote them; null where nothing is. */
export function policyFault(
  policy: Policy,
  { batch, context, microBatches = 1 }: {
    readonly batch: number;
    readonly context: number;
    readonly microBatches?: number;
  },
): string | null {
  const { method, group, miniBatches, answer } = policy, rows = batch * group;
  if ((method === "grpo" || method === "rloo") && group < 2) {
    return `policy.group: ${method} compares answers to one prompt; 1 was asked for, at least 2 are needed`;
  }
  if (method === "reinforce" && policy.baseline === "batch" && rows < 2) {
    return "policy.baseline: the mean of the others in a batch of one answer; raise the batch or `group`";
  }
  if (rows % (miniBatches * microBatches) !== 0) {
    return `policy.miniBatches: ${rows} answers a step can't be trained on in ${miniBatches} equal parts` +
      (microBatches === 1 ? "" : `, each in ${microBatches} of \`microBatches\``);
  }
  if (answer > context - 1) {
    return `policy.answer: ${answer} tokens and a prompt don't fit in a context of ${context}`;
  }
  return null;
}
