/** A bandit of two arms: the policy that an objective ends at is known. */
import { assert } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { disposeTree } from "../../../../src/engine/tree.ts";
import type { TensorRecord } from "../../../../src/families/family.ts";
import { policySums } from "../../../../src/families/language/objectives/policy/loss.ts";
import { rollOut } from "../../../../src/families/language/objectives/policy/roll_out.ts";
import { policyOf } from "../../../../src/families/language/objectives/policy/settings.ts";
import { valueAndGrad } from "../../../../src/nn/mod.ts";
import { engine, values } from "../../on_engine.ts";

/** ln p of both arms by the difference of their logits. */
const logs = (logit: number) => [-Math.log1p(Math.exp(-logit)), -Math.log1p(Math.exp(logit))];

/**
 * The logit after steps of the exact expected gradient: each arm is drawn as often as its probability
 * says, to within a 64th.
 */
async function trained(
  method: "grpo" | "rloo" | "reinforce",
  { worth, coefficient, steps = 300 }: {
    readonly worth: readonly [number, number];
    readonly coefficient: number;
    readonly steps?: number;
  },
): Promise<number> {
  const count = 64;
  const policy = policyOf(method, {
    group: count,
    answer: 1,
    kl: { coefficient, in: "reward" },
    ...(method === "grpo" && { scale: "none" as const }),
  }, { context: 8 });
  let logit = 0;
  for (let step = 0; step < steps; step++) {
    const own = logs(logit), first = Math.round(count * Math.exp(own[0]));
    const arms = Array.from({ length: count }, (_, i) => i < first ? 0 : 1);
    const rows = rollOut({
      answers: arms.map((arm) => ({
        prompt: 0,
        before: Int32Array.of(2),
        tokens: Int32Array.of(arm),
        ended: true,
        text: String(arm),
      })),
      scores: {
        log: Float32Array.from(arms, (arm) => own[arm]),
        reference: Float32Array.from(arms, () => Math.log(0.5)),
        entropy: new Float32Array(count),
        divergence: new Float32Array(count),
      },
      worth: { reward: Float64Array.from(arms, (arm) => worth[arm]) },
      sizes: { columns: 2, width: 1 },
      coefficient,
    }, { engine, policy });
    const [slope] = await values(() => {
      const { grads } = valueAndGrad(({ logit }: { logit: tf.Scalar }) => {
        const both = tf.logSoftmax(tf.stack([logit, tf.scalar(0)]) as tf.Tensor1D);
        const log_BA = tf.reshape(tf.gather(both, tf.tensor1d(arms, "int32")), [count, 1]);
        return { loss: policySums({ log_BA: log_BA as tf.Tensor2D }, rows, policy).loss };
      }, { logit: tf.scalar(logit) });
      return grads.logit;
    });
    disposeTree(rows as TensorRecord);
    logit -= 2 * slope / count;
  }
  return logit;
}

for (const method of ["grpo", "rloo", "reinforce"] as const) {
  Deno.test(`policy: ${method} takes the better arm of a bandit`, async () => {
    const better = await trained(method, { worth: [1, 0], coefficient: 0 });
    const worse = await trained(method, { worth: [0, 1], coefficient: 0 });
    assert(better > 3 && worse < -3, `logits ${better} and ${worse}`);
  });

  Deno.test(`policy: ${method} ends at π ∝ π_ref e^(r/β) with a divergence of weight β`, async () => {
    // Korbak et al. 2022 (arXiv:2205.11275): a difference of rewards of 1 is one of logits of 1/β.
    const beta = 0.5, logit = await trained(method, { worth: [1, 0], coefficient: beta });
    assert(Math.abs(logit - 1 / beta) < 0.35, `logit ${logit} where ${1 / beta} was expected`);
  });
}
