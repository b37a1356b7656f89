import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { disposeTree } from "../../../../src/engine/tree.ts";
import type { TensorRecord } from "../../../../src/families/family.ts";
import { policySums, type Said } from "../../../../src/families/language/objectives/policy/loss.ts";
import {
  advantagesOf,
  miniBatch,
  type RollOut,
  tokenDivergence,
  type Written,
} from "../../../../src/families/language/objectives/policy/roll_out.ts";
import type { Policy } from "../../../../src/families/language/objectives/policy/settings.ts";
import { tokenWeights } from "../../../../src/families/language/objectives/policy/equations/weights.ts";
import { valueAndGrad } from "../../../../src/nn/mod.ts";
import { engine, normals, values } from "../../../families/on_engine.ts";
import { close, float32, law } from "../../../law.ts";
import { gridOf, lengths, MOST, settingsOf, tensorsOf, writtenOf } from "./roll_outs.ts";

const ROWS = 8, GROUP = 4;
const given = { own: lengths(ROWS), seed: fc.nat(500) };
const methods = fc.constantFrom(
  "ppo" as const,
  "grpo" as const,
  "rloo" as const,
  "reinforce" as const,
);

/** What a policy that has moved says of a roll-out's tokens, 0 in padding. */
function movedOf(written: Written, seed: number, by = 0.1): Said {
  const { log, value } = written.scores, drawn = normals(seed + 77, ROWS * MOST, by);
  const width = written.sizes.width;
  const moved = (of: Float32Array) =>
    Array.from(of, (x, i) => {
      const row = Math.floor(i / width), t = i % width;
      return t < written.answers[row].tokens.length ? Math.fround(x + drawn[row * MOST + t]) : 0;
    });
  return {
    log_BA: gridOf(moved(log), written.sizes),
    ...(value && { value_BA: gridOf(moved(value), written.sizes) }),
  };
}

/** The loss and all that is told. */
async function sumsOf(said: Said, rows: RollOut, policy: Policy): Promise<number[]> {
  const found = await values(() => {
    const { loss, aux = {} } = policySums(said, rows, policy);
    const names = Object.keys(aux).sort();
    return tf.stack([loss, ...names.map((name) => aux[name])]);
  });
  disposeTree(said as unknown as TensorRecord);
  return found;
}

law("weights: a mean over tokens, over answers, or of sums by a constant; none in padding", {
  source:
    "Shao et al. 2024, eq. 3; Yu et al. 2025 (arXiv:2503.14476); Liu et al. 2025 (arXiv:2503.20783)",
  given: {
    ...given,
    parts: fc.constantFrom(1, 2, 4),
    over: fc.constantFrom("tokens" as const, "answers" as const, "constant" as const),
  },
  kills: ["weights-on-padding", "weights-of-the-whole-batch"],
  holds: ({ own, seed, parts, over }) => {
    const width = MOST + 2, x = normals(seed, ROWS * width);
    const weights = tokenWeights(own, { width, over, most: MOST, parts });
    for (let part = 0; part < parts; part++) {
      const rows = own.map((_, i) => i).filter((i) => i % parts === part);
      const sums = rows.map((i) =>
        x.slice(i * width, i * width + own[i]).reduce((a, b) => a + b, 0)
      );
      const tokens = rows.reduce((sum, i) => sum + own[i], 0);
      const total = sums.reduce((a, b) => a + b, 0) / tokens;
      const each = sums.map((sum, k) => over === "answers" ? sum / own[rows[k]] : sum / MOST);
      const mean = over === "tokens" ? total : each.reduce((a, b) => a + b, 0) / rows.length;
      let found = 0;
      for (const i of rows) {
        for (let t = 0; t < width; t++) found += weights[i * width + t] * x[i * width + t];
      }
      close(found / rows.length, mean, float32(ROWS * width, 4), `part ${part}`);
    }
  },
});

law(
  "an answer is worth its reward at its last token, whatever is padded; others have no part in it",
  {
    source: "definition: each answer is an episode",
    given: { own: lengths(ROWS), seed: fc.nat(500) },
    kills: ["reward-on-padded-tokens", "gae-ignoring-done"],
    cases: 40,
    holds: ({ own, seed }) => {
      const policy = settingsOf("ppo", { whiten: false, lambda: 1, kl: { coefficient: 0 } });
      for (const width of [MOST, MOST + 3]) {
        const written = writtenOf(own, { seed, width });
        const { advantage, target } = advantagesOf({ ...written, coefficient: 0 }, policy);
        own.forEach((length, i) => {
          const { scores: { value }, worth: { reward } } = written;
          for (let t = 0; t < width; t++) {
            const at = i * width + t, there = t < length;
            close(advantage[at], there ? reward[i] - value![at] : 0, 1e-12, `row ${i}, token ${t}`);
            close(target![at], there ? reward[i] : 0, 1e-12, `target of row ${i}, token ${t}`);
          }
        });
      }
    },
  },
);

law("the divergence is taken off rewards, token by token with values, else of the answer's", {
  source: "Ziegler et al. 2019 (arXiv:1909.08593), eq. 2; Ahmadian et al. 2024, eq. 3",
  given: { own: lengths(ROWS), seed: fc.nat(500), beta: fc.constantFrom(0, 0.3, 2) },
  kills: ["kl-penalty-as-a-bonus", "kl-of-the-host-the-wrong-way", "advantage-of-the-next-row"],
  cases: 40,
  holds: ({ own, seed, beta }) => {
    const written = { ...writtenOf(own, { seed }), coefficient: beta };
    const { scores: { log, reference, value }, worth: { reward } } = written;
    const nats = (i: number, from: number) =>
      Array.from({ length: own[i] - from }, (_, k) => i * MOST + from + k)
        .reduce((sum, at) => sum + log[at] - reference[at], 0);
    const stepped = advantagesOf(written, settingsOf("ppo", { whiten: false, lambda: 1 }));
    const whole = advantagesOf(written, settingsOf("reinforce", { baseline: 0 }));
    own.forEach((length, i) => {
      for (let t = 0; t < length; t++) {
        const at = i * MOST + t;
        const left = reward[i] - beta * nats(i, t) - value![at];
        close(stepped.advantage[at], left, 1e-11, `row ${i}, token ${t}`);
        close(whole.advantage[at], reward[i] - beta * nats(i, 0), 1e-11, `row ${i}`);
      }
    });
    close(tokenDivergence(-1, -3, "k1"), 2, 0);
  },
});

law("at the policy that wrote, the loss has the policy gradient, and the ratio is to that policy", {
  source: "Schulman et al. 2017, eq. 6; Shao et al. 2024, eq. 21",
  given: { own: lengths(ROWS), seed: fc.nat(500), method: methods },
  kills: ["ratio-from-the-wrong-log-probabilities"],
  cases: 40,
  holds: async ({ own, seed, method }) => {
    const group = method === "grpo" || method === "rloo" ? GROUP : 1;
    const policy = settingsOf(method, { group, kl: { in: "reward" } });
    const written = writtenOf(own, { seed, group, values: method === "ppo" });
    const rows = tensorsOf(written, policy);
    const found = await values(() => {
      const { grads } = valueAndGrad(({ log }: { log: tf.Tensor2D }) => ({
        loss: policySums({ log_BA: log }, rows, policy).loss,
      }), { log: gridOf(written.scores.log, written.sizes) });
      return grads.log;
    });
    disposeTree(rows as TensorRecord);
    const { advantage } = advantagesOf(written, policy);
    const { over, answer: most } = policy;
    const weights = tokenWeights(own, { width: MOST, over, most });
    found.forEach((slope, at) => {
      const there = at % MOST < own[Math.floor(at / MOST)];
      const weight = policy.ratio === "answer" ? 1 : weights[at];
      if (there) close(slope, -weight * advantage[at], float32(8, 8), `token ${at}`);
    });
  },
});

law("a wider bucket of answers changes no number", {
  source: "definition",
  given: { own: lengths(ROWS), seed: fc.nat(500), method: methods },
  kills: ["weights-on-padding", "reward-on-padded-tokens", "whitened-over-padding"],
  cases: 24,
  holds: async ({ own, seed, method }) => {
    const group = method === "grpo" || method === "rloo" ? GROUP : 1;
    const policy = settingsOf(method, { group });
    const found: number[][] = [];
    for (const width of [MOST, MOST + 3]) {
      const written = writtenOf(own, { seed, group, width, values: method === "ppo" });
      const rows = tensorsOf(written, policy);
      found.push(await sumsOf(movedOf(written, seed), rows, policy));
      disposeTree(rows as TensorRecord);
    }
    found[1].forEach((value, i) => close(value, found[0][i], float32(64, 8), `number ${i}`));
  },
});

law(
  "sums over the parts of a batch add up to those of the whole; updates of their own see each row once",
  {
    source: "definition",
    given: { own: lengths(ROWS), seed: fc.nat(500), method: methods, parts: fc.constantFrom(2, 4) },
    kills: ["mini-batches-of-one-part"],
    cases: 24,
    holds: async ({ own, seed, method, parts }) => {
      const group = method === "grpo" || method === "rloo" ? GROUP : 1;
      const policy = settingsOf(method, { group });
      const written = writtenOf(own, { seed, group, values: method === "ppo" });
      const rows = tensorsOf(written, policy);
      const whole = await sumsOf(movedOf(written, seed), rows, policy);
      const sums = whole.map(() => 0), seen: number[] = [];
      for (let part = 0; part < parts; part++) {
        const step = tf.scalar(3 * parts + part, "int32");
        const said = movedOf(written, seed);
        const own = tf.tidy(() =>
          miniBatch({ ...rows, said } as unknown as RollOut, {
            step,
            parts,
          }) as unknown as tf.TensorContainer
        ) as unknown as RollOut & { readonly said: Said };
        disposeTree(said as unknown as TensorRecord);
        const { said: moved, ...some } = own;
        const firsts = await engine.read(some.targets_BA);
        seen.push(...firsts);
        (await sumsOf(moved, some as RollOut, policy)).forEach((value, i) => sums[i] += value);
        disposeTree({ ...some, step } as TensorRecord);
      }
      const all = await engine.read(rows.targets_BA);
      disposeTree(rows as TensorRecord);
      assertEquals(seen.toSorted((a, b) => a - b), Array.from(all).toSorted((a, b) => a - b));
      sums.forEach((value, i) => close(value, whole[i], float32(64, 16), `number ${i}`));
    },
  },
);
