/** The games of a GAN against tables of probabilities, where every optimum is known. */
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { adversarialLosses, boundary, diagnose } from "../../../src/families/gan/objective.ts";
import { losses, type LossName } from "../../../src/families/gan/presets.ts";
import { valueAndGrad } from "../../../src/nn/mod.ts";
import { value, values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

const DRIFT = 1e-3;

type Scores = readonly number[];

/** Scores on K atoms: Σ_ij p_i q_j L(l_i, l_j), a player's expected loss, and its slopes in l. */
async function expected(
  name: LossName,
  player: "discriminator" | "generator",
  { p, q, l }: { p: Scores; q: Scores; l: Scores },
): Promise<{ loss: number; slopes: number[] }> {
  const K = l.length;
  const [loss, ...slopes] = await values(() => {
    const weight = tf.tensor1d(p.flatMap((a) => q.map((b) => a * b)));
    const { loss, grads } = valueAndGrad((l: tf.Tensor1D) => {
      const real_B = tf.reshape(tf.mul(tf.expandDims(l, 1), tf.ones([1, K])), [-1]) as tf.Tensor1D;
      const fake_B = tf.reshape(tf.mul(tf.ones([K, 1]), l), [-1]) as tf.Tensor1D;
      const each = adversarialLosses[name][player]({ real_B, fake_B });
      return { loss: tf.sum(tf.mul(weight, each)) as tf.Scalar };
    }, tf.tensor1d([...l]));
    return tf.concat([tf.reshape(loss, [1]), grads]);
  });
  return { loss, slopes };
}

/** A player's loss of one pair, and its slopes in D(x) and D(x̃). */
async function pair(
  name: LossName,
  player: "discriminator" | "generator",
  { real, fake }: { real: number; fake: number },
): Promise<{ loss: number; real: number; fake: number }> {
  const [loss, r, f] = await values(() => {
    const { loss, grads } = valueAndGrad((l: tf.Tensor1D) => {
      const [real_B, fake_B] = tf.split(l, 2) as tf.Tensor1D[];
      return { loss: tf.sum(adversarialLosses[name][player]({ real_B, fake_B })) as tf.Scalar };
    }, tf.tensor1d([real, fake]));
    return tf.concat([tf.reshape(loss, [1]), grads]);
  });
  return { loss, real: r, fake: f };
}

const sigmoid = (x: number) => x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x));

/** Jensen–Shannon divergence of two tables, nats. */
function jensenShannon(p: Scores, q: Scores): number {
  const kl = (a: number, m: number) => a === 0 ? 0 : a * Math.log(a / m);
  return p.reduce((sum, a, i) => {
    const m = (a + q[i]) / 2;
    return sum + (kl(a, m) + kl(q[i], m)) / 2;
  }, 0);
}

/** Probabilities of K atoms, all above 0.004. */
const table = (K: number) =>
  fc.array(fc.integer({ min: 1, max: 50 }), { minLength: K, maxLength: K }).map((n) => {
    const total = n.reduce((a, b) => a + b, 0);
    return n.map((v) => v / total);
  });
const two = fc.integer({ min: 2, max: 5 }).chain((K) => fc.record({ p: table(K), q: table(K) }));
/** Sums and means of a few of these are exact. */
const logit = fc.integer({ min: -512, max: 512 }).map((n) => n / 64);
const offset = fc.integer({ min: -3200, max: 3200 }).map((n) => n / 64);

law("the best discriminator is p/(p + q): the slope vanishes there and any other loses more", {
  source: "Goodfellow et al. 2014, proposition 1",
  given: {
    two,
    away: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 5, maxLength: 5 }),
  },
  kills: ["gan-logistic-real-sign", "gan-logistic-fake-sign"],
  cases: 40,
  holds: async ({ two: { p, q }, away }) => {
    const best = p.map((a, i) => Math.log(a / q[i]));
    const at = await expected("non-saturating", "discriminator", { p, q, l: best });
    at.slopes.forEach((s, i) => close(s, 0, float32(8), `slope at atom ${i}`));
    const l = best.map((v, i) => v + away[i]);
    const other = await expected("non-saturating", "discriminator", { p, q, l });
    if (!(other.loss >= at.loss - float32(40, 2))) throw new Error(`${other.loss} < ${at.loss}`);
    const same = await expected("saturating", "discriminator", { p, q, l });
    close(same.loss, other.loss, 0, "the two games have one discriminator");
  },
});

law("the value of the game is −log 4 + 2 JSD(p, q), with 0 ≤ JSD ≤ log 2 and 0 only at p = q", {
  source: "Goodfellow et al. 2014, theorem 1",
  given: { two },
  kills: ["gan-logistic-real-sign", "gan-logistic-fake-sign"],
  cases: 40,
  holds: async ({ two: { p, q } }) => {
    const l = p.map((a, i) => Math.log(a / q[i]));
    const { loss } = await expected("non-saturating", "discriminator", { p, q, l });
    const divergence = jensenShannon(p, q);
    close(-loss, -Math.log(4) + 2 * divergence, float32(50, 4), "V(D*)");
    const apart = Math.max(...p.map((a, i) => Math.abs(a - q[i])));
    if (!(divergence >= -1e-15 && divergence <= Math.log(2))) throw new Error(`JSD ${divergence}`);
    // Pinsker: JSD ≥ ‖p − q‖₁²/8 > 0 where p ≠ q.
    if (!(divergence >= apart ** 2 / 8 - 1e-15)) throw new Error(`JSD ${divergence}, ${apart}`);
    const even = await expected("non-saturating", "discriminator", { p, q: p, l: p.map(() => 0) });
    close(even.loss, Math.log(4), float32(50, 2), "value at p = q");
  },
});

law("the generator's slope in D is −σ(D) in the saturating game and −(1 − σ(D)) in the other", {
  source: "Goodfellow et al. 2014, section 3",
  given: { l: logit },
  kills: ["gan-saturating-swapped", "gan-generator-sign"],
  cases: 40,
  holds: async ({ l }) => {
    const slopes = await Promise.all(
      (["saturating", "non-saturating"] as const).map((name) =>
        pair(name, "generator", { real: 0, fake: l })
      ),
    );
    close(slopes[0].fake, -sigmoid(l), float32(4), "saturating");
    close(slopes[1].fake, -(1 - sigmoid(l)), float32(4), "non-saturating");
  },
});

law("every loss and slope is finite however sure the discriminator is", {
  source: "definition of softplus",
  given: {
    name: fc.constantFrom(...losses),
    player: fc.constantFrom("discriminator" as const, "generator" as const),
    real: fc.constantFrom(-1e3, -100, 0, 100, 1e3),
    fake: fc.constantFrom(-1e3, -100, 0, 100, 1e3),
  },
  cases: 60,
  holds: async ({ name, player, real, fake }) => {
    const found = await pair(name, player, { real, fake });
    for (const [what, v] of Object.entries(found)) {
      if (!Number.isFinite(v)) throw new Error(`${name}, ${player}: ${what} is ${v}`);
    }
    // Both logistic players lose |l| at most, to first order, and never win back more.
    if (name === "non-saturating" && player === "discriminator") {
      const most = Math.max(0, -real) + Math.max(0, fake);
      close(found.loss, most, 2 * Math.LN2 + 1e-3, "loss far out");
    }
  },
});

law("on a line the supremum over 1-Lipschitz critics is Σ|CDF_p − CDF_q|", {
  source: "Kantorovich & Rubinstein 1958; Vallender 1974",
  given: {
    two,
    slopes: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
  },
  kills: ["gan-wasserstein-sign"],
  cases: 40,
  holds: async ({ two: { p, q }, slopes }) => {
    // Atoms lie at 0, 1, 2, …; a critic is its steps between them.
    let [cp, cq] = [0, 0];
    const gaps = p.slice(1).map((_, i) => (cp += p[i], cq += q[i], cp - cq));
    const distance = gaps.reduce((sum, g) => sum + Math.abs(g), 0);
    const critic = (steps: readonly number[]) => {
      let at = 0;
      return p.map((_, i) => i === 0 ? 0 : (at += steps[i - 1]));
    };
    const advantage = async (l: number[]) => {
      const { loss } = await expected("wasserstein", "discriminator", { p, q, l });
      return -(loss - DRIFT * p.reduce((sum, a, i) => sum + a * l[i] ** 2, 0));
    };
    const tolerance = float32(25, 4);
    const best = await advantage(critic(gaps.map((g) => g > 0 ? -1 : 1)));
    close(best, distance, tolerance, "the best critic's advantage");
    const other = await advantage(critic(slopes));
    if (!(other <= distance + tolerance)) throw new Error(`${other} > ${distance}`);
  },
});

law("relativistic losses don't change when a constant is added to D", {
  source: "Jolicoeur-Martineau 2019, section 4",
  given: { real: logit, fake: logit, c: offset },
  kills: ["gan-relativistic-without-difference"],
  cases: 40,
  holds: async ({ real, fake, c }) => {
    for (const player of ["discriminator", "generator"] as const) {
      const [here, there] = await Promise.all(
        [0, c].map((by) =>
          pair("relativistic", player, {
            real: Math.fround(real + by),
            fake: Math.fround(fake + by),
          })
        ),
      );
      // The differences are exact in float32.
      close(there.loss, here.loss, 0, player);
      close(here.real + here.fake, 0, float32(2), `${player}: slopes cancel`);
    }
  },
});

law("relativistic players want opposite things of D(x) − D(x̃), the logistic game's of D", {
  source: "Huang et al. 2024, eq. 2",
  given: { real: logit, fake: logit },
  kills: ["gan-relativistic-players-swapped", "gan-relativistic-without-difference"],
  cases: 40,
  holds: async ({ real, fake }) => {
    const d = await pair("relativistic", "discriminator", { real, fake });
    const g = await pair("relativistic", "generator", { real, fake });
    const gap = real - fake;
    const tolerance = float32(4, 1 + Math.abs(gap));
    close(d.loss, Math.log1p(Math.exp(-gap)), tolerance, "discriminator");
    close(g.loss, Math.log1p(Math.exp(gap)), tolerance, "generator");
    close(d.real, -(1 - sigmoid(gap)), float32(4), "discriminator's slope in D(x)");
    close(g.fake, -sigmoid(gap), float32(4), "generator's slope in D(x̃)");
  },
});

law("the discriminator's hinge and its slope are zero past the margin, and ±1 within", {
  source: "Lim & Ye 2017, eq. 5",
  given: { real: logit, fake: logit },
  kills: ["gan-hinge-wrong-side", "gan-hinge-without-margin"],
  cases: 60,
  holds: async ({ real, fake }) => {
    const found = await pair("hinge", "discriminator", { real, fake });
    const expected = Math.max(0, 1 - real) + Math.max(0, 1 + fake);
    close(found.loss, expected, float32(4, 1 + Math.abs(expected)), "loss");
    if (Math.abs(real - 1) > 1e-3) close(found.real, real < 1 ? -1 : 0, 0, "slope in D(x)");
    if (Math.abs(fake + 1) > 1e-3) close(found.fake, fake > -1 ? 1 : 0, 0, "slope in D(x̃)");
    const generator = await pair("hinge", "generator", { real, fake });
    close(generator.loss, -fake, 0, "the generator's loss");
  },
});

law("every generator gains by a higher D of its pictures, every discriminator loses by it", {
  source: "definition of the game",
  given: { name: fc.constantFrom(...losses), real: logit, fake: logit },
  kills: ["gan-generator-sign", "gan-wasserstein-sign", "gan-relativistic-players-swapped"],
  cases: 60,
  holds: async ({ name, real, fake }) => {
    const g = await pair(name, "generator", { real, fake });
    const d = await pair(name, "discriminator", { real, fake });
    if (!(g.fake < 0)) throw new Error(`${name}: generator's slope ${g.fake}`);
    if (!(d.fake >= 0 && d.real <= 0 + 2 * DRIFT * 8)) {
      throw new Error(`${name}: discriminator's slopes ${d.real}, ${d.fake}`);
    }
  },
});

law("the exchange is the ratio of the generator's slope in D(x̃) to the discriminator's", {
  source: "definition; one pass of the discriminator then serves both",
  given: { name: fc.constantFrom(...losses), real: logit, fake: logit },
  kills: ["gan-exchange-of-the-saturating-game", "gan-exchange-without-the-real"],
  cases: 60,
  holds: async ({ name, real, fake }) => {
    const { exchange } = adversarialLosses[name];
    if (exchange === undefined) {
      // The hinge: past its margin the discriminator has no slope to exchange.
      return (await pair(name, "discriminator", { real: 0, fake: -2 })).fake === 0;
    }
    const ratio = await value(() =>
      exchange({ real_B: tf.tensor1d([real]), fake_B: tf.tensor1d([fake]) })
    );
    const d = await pair(name, "discriminator", { real, fake });
    const g = await pair(name, "generator", { real, fake });
    close(ratio * d.fake, g.fake, float32(8, 1), "exchanged slope");
  },
});

law("accuracy counts pictures on their side of the boundary, and r_t is 2·share(real) − 1", {
  source: "Karras et al. 2020 (arXiv:2006.06676), eq. 1",
  given: {
    real: fc.array(logit, { minLength: 4, maxLength: 4 }),
    fake: fc.array(logit, { minLength: 4, maxLength: 4 }),
    name: fc.constantFrom(...losses),
  },
  kills: ["gan-accuracy-of-real-alone", "gan-boundary-at-zero"],
  cases: 60,
  holds: async ({ real, fake, name }) => {
    const loss = adversarialLosses[name];
    const scores = () => ({ real_B: tf.tensor1d(real), fake_B: tf.tensor1d(fake) });
    const at = await value(() => boundary(scores(), loss));
    const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
    close(at, loss.anchored ? 0 : (mean(real) + mean(fake)) / 2, float32(8, 8), "boundary");
    const found = await values(() => {
      const { accuracy, real_sign, real_score, fake_score } = diagnose(scores(), loss);
      return tf.stack([accuracy, real_sign, real_score, fake_score]);
    });
    const right = real.filter((v) => v > at).length + fake.filter((v) => v < at).length;
    close(found[0], right / 8, 1e-6, "accuracy");
    close(found[1], mean(real.map((v) => Math.sign(v - at))), 1e-6, "r_t");
    close(found[2], mean(real), float32(4, 8), "mean of D(x)");
    close(found[3], mean(fake), float32(4, 8), "mean of D(x̃)");
  },
});
