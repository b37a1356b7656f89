import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  baselineAdvantages,
  groupAdvantages,
  leaveOneOutAdvantages,
  spread,
  whitened,
} from "../../../../src/families/language/objectives/policy/equations/advantages.ts";
import {
  generalisedAdvantages,
  valueTargets,
} from "../../../../src/families/language/objectives/policy/equations/gae.ts";
import { close, law } from "../../../law.ts";
import { expectation, logProbabilities, numbers } from "./small_laws.ts";

const STEPS = 12;
const done = fc.array(fc.boolean(), { minLength: STEPS, maxLength: STEPS })
  .map((ends) => ends.map((end) => end ? 1 : 0));
const share = fc.constantFrom(0, 0.3, 0.9, 1);
const steps = {
  rewards: numbers(STEPS),
  values: numbers(STEPS),
  done,
  after: numbers(1).map(([value]) => value),
};
const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

/** Where the episode of a step ends: the step after its last one. */
const endOf = (done: readonly number[], t: number) => {
  const at = done.indexOf(1, t);
  return at < 0 ? done.length : at + 1;
};

/** What is left after a step of its episode: V of the next state, 0 after its end. */
const valueAfter = (
  t: number,
  { values, done, after }: { values: readonly number[]; done: readonly number[]; after: number },
) => done[t] ? 0 : t + 1 < values.length ? values[t + 1] : after;

law("the recursion of advantages is the direct sum over what is left of the episode", {
  source: "Schulman et al. 2016 (arXiv:1506.02438), eq. 16",
  given: { ...steps, gamma: share, lambda: share },
  kills: ["gae-ignoring-done", "gae-undiscounted"],
  holds: ({ gamma, lambda, ...own }) => {
    const found = generalisedAdvantages(own, { gamma, lambda });
    const { rewards, values, done } = own;
    const delta = rewards.map((reward, t) => reward + gamma * valueAfter(t, own) - values[t]);
    found.forEach((advantage, t) => {
      let sum = 0;
      for (let k = t; k < endOf(done, t); k++) sum += (gamma * lambda) ** (k - t) * delta[k];
      close(advantage, sum, 1e-12 * STEPS, `step ${t}`);
    });
  },
});

law("λ = 0 gives δ; λ = 1 the discounted rewards to the end less V, and V + Â is that return", {
  source: "Schulman et al. 2016 (arXiv:1506.02438), eq. 17 and 18",
  given: { ...steps, gamma: share },
  kills: ["gae-ignoring-done", "gae-undiscounted"],
  holds: ({ gamma, ...own }) => {
    const { rewards, values, done, after } = own;
    const short = generalisedAdvantages(own, { gamma, lambda: 0 });
    const long = generalisedAdvantages(own, { gamma, lambda: 1 });
    const targets = valueTargets(long, values);
    rewards.forEach((reward, t) => {
      close(short[t], reward + gamma * valueAfter(t, own) - values[t], 1e-12, `δ of ${t}`);
      const end = endOf(done, t);
      let sum = 0;
      for (let k = t; k < end; k++) sum += gamma ** (k - t) * rewards[k];
      if (done[end - 1] === 0) sum += gamma ** (end - t) * after;
      close(long[t], sum - values[t], 1e-11, `return of ${t}`);
      close(targets[t], sum, 1e-11, `target of ${t}`);
    });
  },
});

const GROUP = 4, GROUPS = 3;
const rewards = numbers(GROUP * GROUPS, 5);
const groupsOf = (values: ArrayLike<number>) =>
  Array.from({ length: GROUPS }, (_, g) => Array.from(values).slice(g * GROUP, (g + 1) * GROUP));

law(
  "advantages of a group have mean 0, and no spread gives 0; a constant on its rewards is nothing",
  {
    source:
      "Shao et al. 2024 (arXiv:2402.03300), section 4.1.2; Liu et al. 2025 (arXiv:2503.20783)",
    given: { rewards, scale: fc.constantFrom("group" as const, "batch" as const, "none" as const) },
    kills: ["advantage-not-centred", "group-spread-of-the-batch"],
    holds: ({ rewards, scale }) => {
      const found = groupAdvantages(rewards, { group: GROUP, scale });
      const moved = groupAdvantages(rewards.map((reward, i) => reward + Math.floor(i / GROUP)), {
        group: GROUP,
        scale: scale === "batch" ? "none" : scale,
      });
      const all = spread(rewards);
      groupsOf(found).forEach((own, g) => {
        close(mean(own), 0, 1e-9, `mean of group ${g}`);
        const before = groupsOf(rewards)[g], by = { group: spread(before), batch: all, none: 0 };
        const divisor = scale === "none" ? 1 : by[scale] + 1e-4;
        own.forEach((advantage, i) =>
          close(advantage, (before[i] - mean(before)) / divisor, 1e-9, `answer ${i}`)
        );
      });
      if (scale !== "batch") moved.forEach((one, i) => close(one, found[i], 1e-7, `moved ${i}`));
      const equal = groupAdvantages(rewards.map((_, i) => Math.floor(i / GROUP)), {
        group: GROUP,
        scale,
      });
      assertEquals(Array.from(equal), Array(GROUP * GROUPS).fill(0));
    },
  },
);

law("leave-one-out: less the mean of the others, K/(K − 1) times what the group's mean leaves", {
  source: "Ahmadian et al. 2024 (arXiv:2402.14740), eq. 8",
  given: { rewards },
  kills: ["baseline-with-itself"],
  holds: ({ rewards }) => {
    const found = groupsOf(leaveOneOutAdvantages(rewards, { group: GROUP }));
    groupsOf(rewards).forEach((own, g) =>
      own.forEach((reward, i) => {
        const others = mean(own.filter((_, k) => k !== i));
        close(found[g][i], reward - others, 1e-12, `answer ${i}`);
        close(found[g][i], GROUP / (GROUP - 1) * (reward - mean(own)), 1e-12, `answer ${i}`);
      })
    );
  },
});

const ARMS = 3;

law(
  "a baseline of the others, or a constant, leaves the policy gradient as it is, by enumeration",
  {
    source: "Williams 1992, theorem 1; Kool et al. 2019",
    given: { logits: numbers(ARMS), worth: numbers(ARMS), constant: numbers(1).map(([b]) => b) },
    kills: ["baseline-with-itself"],
    cases: 30,
    holds: ({ logits, worth, constant }) => {
      const logs = logProbabilities(logits);
      const score = (arm: number, k: number) => (arm === k ? 1 : 0) - Math.exp(logs[k]);
      const gradient = (k: number) => expectation(logs, (arm) => worth[arm] * score(arm, k));
      for (const baseline of ["batch", constant] as const) {
        for (let k = 0; k < ARMS; k++) {
          // All batches of three draws.
          let found = 0;
          for (let i = 0; i < ARMS ** 3; i++) {
            const arms = [i % ARMS, Math.floor(i / ARMS) % ARMS, Math.floor(i / ARMS ** 2)];
            const p = Math.exp(arms.reduce((sum, arm) => sum + logs[arm], 0));
            const advantages = baselineAdvantages(arms.map((arm) => worth[arm]), baseline);
            found += p * mean(arms.map((arm, n) => advantages[n] * score(arm, k)));
          }
          close(found, gradient(k), 1e-10, `by logit ${k}, baseline ${baseline}`);
        }
      }
    },
  },
);

law("whitened numbers have variance 1 and mean 0, or their own; what is masked has no part in it", {
  source: "Ziegler et al. 2019 (arXiv:1909.08593), section 2.2",
  given: { values: numbers(STEPS, 5), mask: done, other: numbers(1, 90).map(([x]) => x) },
  kills: ["whitened-over-padding", "whitened-always-centred"],
  holds: ({ values, mask, other }) => {
    const own = values.filter((_, i) => mask[i]), wide = own.length > 1 && spread(own) > 0.01;
    for (const centred of [true, false]) {
      const found = whitened(values, mask, { centred });
      const moved = whitened(values.map((v, i) => mask[i] ? v : other), mask, { centred });
      assertEquals(moved, found);
      assertEquals(Array.from(found).filter((v, i) => !mask[i] && v !== 0), []);
      if (!wide) continue;
      const left = Array.from(found).filter((_, i) => mask[i]);
      close(spread(left), 1, 1e-4, "spread");
      close(mean(left), centred ? 0 : mean(own), 1e-6, "mean");
    }
  },
});

Deno.test("advantages: groups that don't fill the rewards, or of one, are refused", () => {
  assertThrows(() => groupAdvantages([1, 2, 3], { group: 2 }), RangeError, "groups of 2");
  assertThrows(() => leaveOneOutAdvantages([1, 2], { group: 1 }), RangeError, "at least 2");
  assertEquals(Array.from(groupAdvantages([1, 2], { group: 1 })), [0, 0]);
});
