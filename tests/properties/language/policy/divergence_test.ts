import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import {
  divergence,
  entropy,
  type Estimator,
  exactDivergence,
  nextCoefficient,
} from "../../../../src/families/language/objectives/policy/equations/kl.ts";
import { tokenDivergence } from "../../../../src/families/language/objectives/policy/roll_out.ts";
import { values } from "../../../families/on_engine.ts";
import { close, float32, law } from "../../../law.ts";
import { divergenceOf, expectation, logProbabilities, numbers } from "./small_laws.ts";

const SIZE = 6;
const laws = { own: numbers(SIZE), other: numbers(SIZE) };

law("k1 and k3 are unbiased by enumeration, k3 and k2 never negative, on host and engine alike", {
  source: "Schulman 2020, Approximating KL divergence",
  given: laws,
  kills: ["kl-the-wrong-way", "kl-of-the-host-the-wrong-way"],
  holds: async ({ own, other }) => {
    const p = logProbabilities(own), q = logProbabilities(other), exact = divergenceOf(p, q);
    for (const estimator of ["k1", "k2", "k3"] as const satisfies readonly Estimator[]) {
      const host = p.map((log, x) => tokenDivergence(log, q[x], estimator));
      const found = await values(() =>
        divergence({ log: tf.tensor1d(p), reference: tf.tensor1d(q) }, estimator)
      );
      found.forEach((nats, x) =>
        close(nats, host[x], float32(4, 8 + Math.abs(host[x])), `${estimator} of ${x}`)
      );
      if (estimator !== "k1") assertEquals(host.filter((nats) => nats < 0), [], estimator);
      if (estimator === "k2") continue;
      close(expectation(p, (x) => host[x]), exact, 1e-12, estimator);
      close(expectation(p, (x) => found[x]), exact, float32(SIZE, 16), `${estimator} in float32`);
    }
  },
});

law("k3 is never negative in float32, however near the policies are", {
  source: "expm1(d) ≥ d; eᵈ − 1 − d in float32 is not",
  given: { d: fc.integer({ min: -2000, max: 2000 }).map((k) => k * 1e-6), log: numbers(1, 5) },
  kills: ["k3-of-the-exponential"],
  holds: async ({ d, log: [log] }) => {
    const reference = Math.fround(log + d);
    const [nats] = await values(() =>
      divergence({ log: tf.tensor1d([log]), reference: tf.tensor1d([reference]) }, "k3")
    );
    const exact = reference - log, term = exact * exact / 2;
    assertEquals(nats >= 0, true, `${nats} at ${exact}`);
    // expm1 has an error of some 2⁻²³ of d, which may be all that k3 is.
    close(nats, term, 2 ** -22 * Math.abs(exact) + Math.abs(term * exact), `k3 at ${exact}`);
  },
});

law(
  "the divergence of a token's own distributions is the expectation of k1, its entropy that of −ln p",
  {
    source: "Amini et al. 2025 (arXiv:2504.10637)",
    given: laws,
    kills: ["exact-kl-of-the-reference"],
    cases: 40,
    holds: async ({ own, other }) => {
      const p = logProbabilities(own), q = logProbabilities(other);
      const [nats, bits] = await values(() => {
        const row = (logits: readonly number[]) => tf.tensor2d([...logits], [1, SIZE]);
        return tf.concat([exactDivergence(row(own), row(other)), entropy(row(own))]);
      });
      close(nats, divergenceOf(p, q), float32(SIZE, 8), "divergence");
      close(bits, -expectation(p, (x) => p[x]), float32(SIZE, 8), "entropy");
    },
  },
);

law(
  "β rises where the divergence is above its target, falls below it, and by a fifth of the gain at most",
  {
    source: "Ziegler et al. 2019 (arXiv:1909.08593), section 2.2",
    given: {
      found: fc.double({ min: 0, max: 20, noNaN: true }),
      target: fc.double({ min: 0.1, max: 10, noNaN: true }),
      gain: fc.constantFrom(0.1, 0.5),
    },
    kills: ["kl-control-reversed", "kl-control-unbounded"],
    holds: ({ found, target, gain }) => {
      const next = nextCoefficient(0.3, { found, target, gain });
      assertEquals(Math.sign(next - 0.3) === Math.sign(found - target) || next === 0.3, true);
      assertEquals(found > 1.01 * target ? next > 0.3 : true, true, `${next}`);
      assertEquals(found < 0.99 * target ? next < 0.3 : true, true, `${next}`);
      close(next / 0.3 - 1, 0, 0.2 * gain + 1e-12, "change");
      close(next, 0.3 * (1 + gain * Math.max(-0.2, Math.min(0.2, found / target - 1))), 1e-12);
      assertEquals(nextCoefficient(0.3, { found, gain }), 0.3);
    },
  },
);
