/**
 * Losses, gradients and advantages of one step are TRL's on the same tensors. The numbers were made by
 * tests/peers/trl_policy_golden.py from TRL's own code.
 *
 * Where TRL's PPO is another on purpose: it puts what an answer is worth one token after its last one,
 * where there is room, so that an episode has a step more. The pieces are compared on its own steps, and
 * the whole on answers that fill the row, where both are one.
 */
import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { disposeTree } from "../../../../src/engine/tree.ts";
import type { TensorRecord } from "../../../../src/families/family.ts";
import {
  groupAdvantages,
  whitened,
} from "../../../../src/families/language/objectives/policy/equations/advantages.ts";
import {
  generalisedAdvantages,
  valueTargets,
} from "../../../../src/families/language/objectives/policy/equations/gae.ts";
import { policySums } from "../../../../src/families/language/objectives/policy/loss.ts";
import {
  advantagesOf,
  type RollOut,
  rollOut,
} from "../../../../src/families/language/objectives/policy/roll_out.ts";
import {
  type Policy,
  type PolicyConfig,
  type PolicyMethod,
  policyOf,
} from "../../../../src/families/language/objectives/policy/settings.ts";
import {
  surrogate,
  valueLoss,
} from "../../../../src/families/language/objectives/policy/equations/surrogate.ts";
import {
  answerMask,
  tokenWeights,
} from "../../../../src/families/language/objectives/policy/equations/weights.ts";
import { valueAndGrad } from "../../../../src/nn/mod.ts";
import { close } from "../../../law.ts";
import { engine, values } from "../../on_engine.ts";
import grpo from "../../../golden/lifecycle/trl_grpo.json" with { type: "json" };
import ppo from "../../../golden/lifecycle/trl_ppo.json" with { type: "json" };

const TOLERANCE = 1e-5;
const rowsOf = (count: number, most: number) => [count, most] as [number, number];

/** A roll-out of TRL's tensors. */
function rollOutOf(
  own: {
    readonly lengths: readonly number[];
    readonly most: number;
    readonly old: readonly number[];
    readonly reference: readonly number[];
    readonly values?: readonly number[];
  },
  { rewards, coefficient, policy }: {
    readonly rewards: readonly number[];
    readonly coefficient: number;
    readonly policy: Policy;
  },
) {
  const { lengths, most } = own, mask = answerMask(lengths, most);
  const masked = (of: readonly number[]) => Float32Array.from(of, (x, i) => mask[i] * x);
  const zeros = new Float32Array(mask.length);
  const written = {
    answers: lengths.map((length, i) => ({
      prompt: i,
      before: Int32Array.of(1),
      tokens: new Int32Array(length),
      ended: true,
      text: "",
    })),
    scores: {
      log: masked(own.old),
      reference: masked(own.reference),
      entropy: zeros,
      divergence: zeros,
      ...(own.values && { value: masked(own.values) }),
    },
    worth: { reward: Float64Array.from(rewards) },
    sizes: { columns: most + 1, width: most },
    coefficient,
  };
  return { written, rows: rollOut(written, { engine, policy }), mask };
}

/** Loss by its number of rows, and its gradient by what a policy says. */
async function stepOf(
  said: { readonly log: readonly number[]; readonly value?: readonly number[] },
  rows: RollOut,
  { policy, mask }: { readonly policy: Policy; readonly mask: Float32Array },
) {
  const shape = rows.old_BA.shape as [number, number], [count] = shape;
  const of = (x: readonly number[]) => tf.tensor2d(x.map((v, i) => v * mask[i]), shape);
  const found = await values(() => {
    const { loss, grads } = valueAndGrad((own: { log: tf.Tensor2D; value?: tf.Tensor2D }) => ({
      loss: policySums({ log_BA: own.log, ...(own.value && { value_BA: own.value }) }, rows, policy)
        .loss,
    }), { log: of(said.log), ...(said.value && { value: of(said.value) }) });
    return tf.concat([
      tf.reshape(loss, [1]),
      tf.reshape(grads.log, [-1]),
      ...(grads.value ? [tf.reshape(grads.value, [-1])] : []),
    ]);
  });
  const [loss, ...slopes] = found.map((x) => x / count), size = shape[0] * shape[1];
  return { loss, log: slopes.slice(0, size), value: slopes.slice(size) };
}

const settings = (method: PolicyMethod, given: PolicyConfig, answer: number) =>
  policyOf(method, { answer, ...given }, { context: 64 });

function all(found: ArrayLike<number>, wanted: readonly number[], what: string) {
  assertEquals(found.length, wanted.length, what);
  wanted.forEach((value, i) =>
    close(found[i], value, TOLERANCE * Math.max(1, Math.abs(value)), `${what} ${i}`)
  );
}

const ways = { grpo: "answers", bnpo: "tokens", dapo: "tokens", dr_grpo: "constant" } as const;

for (const { kind, beta, clip: [low, high], ...wanted } of grpo.losses) {
  Deno.test(`policy: loss and gradient are TRL ${grpo.versions.trl}'s ${kind}, β ${beta}`, async () => {
    const policy = settings("grpo", {
      over: ways[kind as keyof typeof ways],
      clip: low,
      clipHigh: high,
      kl: { coefficient: beta },
    }, grpo.most);
    // Advantages are given: as rewards of groups of one they would be 0, so they are put in their place.
    const { rows, mask } = rollOutOf(grpo, {
      rewards: grpo.advantages,
      coefficient: beta,
      policy: { ...policy, method: "reinforce", baseline: 0 },
    });
    const found = await stepOf(grpo, rows, { policy, mask });
    const told = await values(() => policySums({ log_BA: rows.old_BA }, rows, policy).aux!.reward);
    disposeTree(rows as TensorRecord);
    close(found.loss, wanted.loss, TOLERANCE, "loss");
    all(found.log, wanted.gradient, "gradient");
    close(told[0], grpo.advantages.reduce((a, b) => a + b, 0), TOLERANCE * 8, "what is told");
  });
}

Deno.test("policy: advantages of groups are TRL's, with and without spread", () => {
  for (const { rewards, by } of grpo.rewards) {
    for (const { scale, advantages } of by) {
      const own = { group: grpo.group, scale: scale as Policy["scale"] };
      all(groupAdvantages(rewards, own), advantages, scale);
    }
  }
});

for (const { beta, ...wanted } of grpo.rloo.found) {
  Deno.test(`policy: RLOO's advantages, loss and gradient are TRL's, β ${beta}`, async () => {
    const policy = settings("rloo", { group: grpo.group }, grpo.most);
    const { written, rows, mask } = rollOutOf(grpo, {
      rewards: grpo.rloo.rewards,
      coefficient: beta,
      policy,
    });
    const { advantage } = advantagesOf(written, policy);
    all(wanted.advantages.map((_, i) => advantage[i * grpo.most]), wanted.advantages, "advantage");
    const found = await stepOf(grpo, rows, { policy, mask });
    disposeTree(rows as TensorRecord);
    close(found.loss, wanted.loss, TOLERANCE, "loss");
    all(found.log, wanted.gradient, "gradient");
  });
}

for (const own of ppo.cases) {
  const { lengths, most, estimator, whitenRewards } = own, count = lengths.length;
  const full = lengths.every((length) => length === most);
  const name = `${estimator}${whitenRewards ? ", whitened rewards" : ""}, ${
    full ? "full" : "ragged"
  }`;

  Deno.test(`policy: PPO's pieces are TRL ${ppo.versions.trl}'s, ${name}`, async () => {
    const steps = lengths.map((length) => Math.min(most, length + 1));
    const mask = answerMask(lengths, most), stepped = answerMask(steps, most);
    const old = own.values.map((value, i) => value * stepped[i]);
    const done = new Uint8Array(count * most);
    steps.forEach((step, i) => done.fill(1, i * most + step - 1, (i + 1) * most));
    const found = generalisedAdvantages({ rewards: own.rewards, values: old, done }, own);
    const masked = Array.from(valueTargets(found, old), (target, i) => target * stepped[i]);
    all(masked, own.returns.map((target, i) => target * stepped[i]), "return");
    all(whitened(found, mask), own.advantages, "advantage");
    const weights = (of: readonly number[]) =>
      tf.tensor2d(tokenWeights(of, { width: most, over: "tokens", most }), rowsOf(count, most));
    const grid = (of: readonly number[]) => tf.tensor2d([...of], rowsOf(count, most));
    const [policyLoss, valued] = await values(() =>
      tf.stack([
        tf.sum(tf.mul(
          weights(lengths),
          surrogate({
            log: grid(own.log.map((log, i) => log * mask[i])),
            old: grid(own.old.map((log, i) => log * mask[i])),
            advantage: grid(own.advantages),
          }, { low: 0.2, high: 0.2 }),
        )),
        tf.sum(tf.mul(
          weights(steps),
          valueLoss(
            { value: grid(own.valued), old: grid(own.values), target: grid(own.returns) },
            0.2,
          ),
        )),
      ])
    );
    close(policyLoss / count, own.policyLoss, TOLERANCE, "loss of the policy");
    close(valued / count, own.valueLoss, TOLERANCE, "loss of values");
  });
}

for (const own of ppo.cases.filter(({ lengths, most }) => lengths.every((n) => n === most))) {
  const { estimator, whitenRewards } = own;
  Deno.test(`policy: a whole step of PPO is TRL's, ${estimator}`, async () => {
    const policy = settings("ppo", {
      whitenRewards,
      gamma: own.gamma,
      lambda: own.lambda,
      kl: { coefficient: own.coefficient, estimator: estimator as "k1" | "k3" },
    }, own.most);
    const { rows, mask } = rollOutOf(own, {
      rewards: own.scores,
      coefficient: own.coefficient,
      policy,
    });
    const found = await stepOf({ log: own.log, value: own.valued }, rows, { policy, mask });
    disposeTree(rows as TensorRecord);
    close(found.loss, own.loss, TOLERANCE, "loss");
    all(found.log, own.gradient, "gradient");
    all(found.value, own.valueGradient, "gradient by values");
  });
}
