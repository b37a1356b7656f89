/** Penalties on the discriminator's slope: closed presets, and their gradients against differences. */
import { assert } from "@std/assert";
import fc from "fast-check";
import * as tf from "@tensorflow/tfjs";
import { mapTree, type TensorTree } from "../../../src/engine/tree.ts";
import { settingsOf } from "../../../src/families/gan/config.ts";
import { config } from "../../../src/families/gan/config.ts";
import {
  discriminate,
  type Discriminator,
  initDiscriminator,
} from "../../../src/families/gan/networks/discriminator.ts";
import { gan } from "../../../src/families/gan/mod.ts";
import {
  type Critic,
  gradientPenalties,
  type Penalty,
} from "../../../src/families/gan/gradient_penalty.ts";
import { initDirections, iterate } from "../../../src/families/gan/networks/spectral_norm.ts";
import { layersOf, type State } from "../../../src/families/gan/model.ts";
import { atUnitScale } from "../../../src/families/gan/networks/equalised_rate.ts";
import { valueAndGrad } from "../../../src/nn/mod.ts";
import { normal, uniform } from "../../../src/random/key.ts";
import { built, key, rows, sample16, squares } from "../../families/small.ts";
import { normals, values } from "../../families/on_engine.ts";
import { close, float32, law } from "../../law.ts";

type Name = keyof typeof gradientPenalties;
const names: Name[] = ["gradient", "r1", "r1-r2"];

const B = 3;
const side = 2;
const D = side * side;

/** D(x) = ½s‖x‖² + a·x, whose slope is sx + a. */
function quadratic(s: number, a: readonly number[]): Critic {
  return (x_BHWC) => {
    const x_BD = tf.reshape(x_BHWC, [B, D]);
    const square = tf.mul(tf.sum(tf.square(x_BD), 1), s / 2);
    return tf.add(square, tf.sum(tf.mul(x_BD, tf.tensor1d([...a])), 1)) as tf.Tensor1D;
  };
}

/** Penalty, mean slope, and the share of the real picture in each place between, [B]. */
async function found(
  name: Name,
  { s, a, real, fake }: { s: number; a: number[]; real: number[]; fake: number[] },
): Promise<{ penalty: number; norm: number; share: number[] }> {
  const [penalty, norm, ...share] = await values(() => {
    const at = (x: number[]) => tf.tensor4d(x, [B, side, side, 1]);
    const rows_B = rows(B);
    const { penalty, gradient_norm } = gradientPenalties[name](quadratic(s, a), {
      real_BHWC: at(real),
      fake_BHWC: at(fake),
      key: key("between"),
      rows_B,
    });
    const share_B = tf.reshape(uniform(key("between"), [B, 1, 1, 1], { rows_B }), [B]);
    return tf.concat([tf.stack([penalty, gradient_norm]), share_B]);
  });
  return { penalty, norm, share };
}

/** ‖s x_b + a‖² of each picture. */
function squaresOf(x: readonly number[], { s, a }: { s: number; a: readonly number[] }): number[] {
  return Array.from(
    { length: B },
    (_, b) => a.reduce((sum, v, d) => sum + (s * x[b * D + d] + v) ** 2, 0),
  );
}

const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const seed = fc.integer({ min: 1, max: 1e6 });
const bend = fc.constantFrom(0, -1, 0.5, 2);

function drawn({ seed, bend }: { seed: number; bend: number }) {
  const [a, real, fake] = [
    normals(seed, D),
    normals(seed + 1, B * D),
    normals(seed + 2, B * D),
  ];
  return { s: bend, a, real, fake };
}

law("R1 is ½ E‖∇D(x)‖² on the data, whatever the generator makes", {
  source: "Mescheder et al. 2018, eq. 9",
  given: { seed, bend },
  kills: ["gan-r1-without-half", "gan-r1-on-fakes"],
  cases: 25,
  holds: async (given) => {
    const at = drawn(given);
    const { penalty, norm } = await found("r1", at);
    const squares = squaresOf(at.real, at);
    close(penalty, mean(squares) / 2, float32(D, 1 + mean(squares)), "penalty");
    close(norm, mean(squares.map(Math.sqrt)), float32(D, 1 + mean(squares)), "mean slope");
    const other = await found("r1", { ...at, fake: at.fake.map((v) => v + 5) });
    close(other.penalty, penalty, 0, "with other fakes");
  },
});

law("R1 + R2 looks at both halves alike; for a linear D it is ‖a‖²", {
  source: "Huang et al. 2024, eq. 3",
  given: { seed, bend },
  kills: ["gan-r2-on-the-data", "gan-r1-without-half"],
  cases: 25,
  holds: async (given) => {
    const at = drawn(given);
    const { penalty } = await found("r1-r2", at);
    const [r1, r2] = [at.real, at.fake].map((x) => mean(squaresOf(x, at)) / 2);
    close(penalty, r1 + r2, float32(D, 1 + r1 + r2), "penalty");
    const turned = await found("r1-r2", { ...at, real: at.fake, fake: at.real });
    close(turned.penalty, penalty, float32(D, 1 + r1 + r2), "halves exchanged");
    const flat = await found("r1-r2", { ...at, s: 0 });
    const length = at.a.reduce((sum, v) => sum + v * v, 0);
    close(flat.penalty, length, float32(D, 1 + length), "linear D");
  },
});

law("the gradient penalty is (‖∇D‖ − 1)² between a real picture and a generated one", {
  source: "Gulrajani et al. 2017, algorithm 1",
  given: { seed, bend },
  kills: ["gan-gradient-penalty-at-zero", "gan-gradient-penalty-on-the-data"],
  cases: 25,
  holds: async (given) => {
    const at = drawn(given);
    const { penalty, norm, share } = await found("gradient", at);
    const between = at.real.map((v, i) => {
      const e = share[Math.floor(i / D)];
      return e * v + (1 - e) * at.fake[i];
    });
    const lengths = squaresOf(between, at).map(Math.sqrt);
    const size = 1 + Math.max(...lengths) ** 2;
    close(penalty, mean(lengths.map((l) => (l - 1) ** 2)), float32(4 * D, size), "penalty");
    close(norm, mean(lengths), float32(4 * D, size), "mean slope");
    // A linear D has one slope everywhere.
    const flat = await found("gradient", { ...at, s: 0 });
    const length = Math.sqrt(at.a.reduce((sum, v) => sum + v * v, 0));
    close(flat.penalty, (length - 1) ** 2, float32(4 * D, 1 + length ** 2), "linear D");
  },
});

/** A fresh discriminator with every weight awake, as it is kept. */
function awake(seed: number, { spectralNorm = false } = {}): Discriminator {
  const fresh = atUnitScale(initDiscriminator(key("discriminator", seed), {
    sample: sample16,
    width: 8,
    latent: 4,
    conditions: [],
    architecture: "residual",
    spectralNorm,
  }));
  return mapTree(
    fresh,
    (leaf, path) => tf.add(leaf, tf.mul(normal(key("wake", seed, path), leaf.shape), 0.1)),
  ) as Discriminator;
}

/** The penalty of a network as a function of its kept weights. */
function penaltyOf(
  params: Discriminator,
  { name, seed, start }: { name: Name; seed: number; start: Discriminator & TensorTree },
): Penalty {
  const spectralNorm = seed % 2 === 0;
  const setting = {
    config: settingsOf(config.parse({ form: "wgan-gp", spectralNorm })),
    sample: sample16,
    conditions: [],
    steps: 10,
  };
  // Directions are constants of a step: those of the weights that it starts from.
  const pairs = spectralNorm ? iterate(start, initDirections(key("u", seed), start)) : [];
  const layers = layersOf(params, setting, pairs);
  // Noise: flat areas would cross their kinks all at once.
  const [real_BHWC, fake_BHWC] = ["real", "fake"].map((which) =>
    normal(key(which, seed), [2, 16, 16, 3]) as tf.Tensor4D
  );
  return gradientPenalties[name](
    (x_BHWC) => discriminate(layers, { x_BHWC, labels: {} }, []),
    { real_BHWC, fake_BHWC, key: key("between"), rows_B: rows(2) },
  );
}

law("every penalty's gradient in D's weights is the slope that differences show", {
  source: "definition of the gradient",
  given: {
    seed: fc.integer({ min: 1, max: 1000 }),
    name: fc.constantFrom(...names),
  },
  kills: ["gan-spectral-constant-norm"],
  cases: 16,
  holds: async ({ seed, name }) => {
    const spectralNorm = seed % 2 === 0;
    const fresh = () => awake(seed, { spectralNorm });
    // Along the gradient itself, where the slope is steepest.
    const { grads, length, size } = await gradientOf(fresh, { name, seed });
    const along = async (h: number) => {
      const [penalty] = await values(() => {
        const start = fresh();
        const moved = mapTree(
          start,
          (leaf, path) => tf.add(leaf, tf.tensor(grads.get(path)!.map((g) => h * g), leaf.shape)),
        ) as Discriminator;
        return penaltyOf(moved, { name, seed, start }).penalty;
      });
      return penalty;
    };
    // With rectifiers the penalty jumps wherever an activation crosses its kink; between jumps it is
    // smooth. Of three step lengths one is short enough to cross none and long enough for float32.
    let nearest = Infinity;
    for (const change of [2 ** -9, 2 ** -11, 2 ** -13]) {
      const h = change / length;
      const quotient = (await along(h) - await along(-h)) / (2 * h);
      nearest = Math.min(nearest, Math.abs(quotient / length ** 2 - 1));
    }
    if (!(nearest < 0.02)) {
      throw new Error(
        `${name}: off by ${nearest} of ${length ** 2} (loss ${size})`,
      );
    }
  },
});

/** The penalty's gradient by path, its length, and the penalty. */
async function gradientOf(
  fresh: () => Discriminator,
  { name, seed }: { name: Name; seed: number },
): Promise<{ grads: Map<string, number[]>; length: number; size: number }> {
  const paths: [string, number][] = [];
  const [size, ...all] = await values(() => {
    const start = fresh();
    const { loss, grads } = valueAndGrad(
      (p: Discriminator) => ({ loss: penaltyOf(p, { name, seed, start }).penalty }),
      start,
    );
    mapTree(grads, (leaf, path) => paths.push([path, leaf.size]));
    return tf.concat([tf.reshape(loss, [1]), ...flat(grads)]);
  });
  let at = 0;
  const grads = new Map(paths.map(([path, n]) => [path, all.slice(at, at += n)]));
  return { grads, length: Math.sqrt(all.reduce((sum, g) => sum + g * g, 0)), size };
}

/** What the first moments hold after a step with β₁ = 0: the discriminator's gradient. */
function gradientAfter(program: string, config: Record<string, unknown>): Promise<number[]> {
  return values(() => {
    const model = built(gan, { width: 8, latent: 4, form: "wgan-gp", beta1: 0, ...config });
    const state = model.init(key("init"));
    const inputs = { x_BHWC: squares(4), rows_B: rows(4), labels: {} };
    const [next] = model.programs[program](state, inputs, key("step"));
    const { slots } = (next as unknown as State).discriminator;
    return tf.concat(flat(slots.first));
  });
}

function flat(tree: TensorTree): tf.Tensor1D[] {
  const all: tf.Tensor1D[] = [];
  mapTree(tree, (leaf) => all.push(tf.reshape(leaf, [-1]) as tf.Tensor1D));
  return all;
}

for (const penalty of ["r1", "r1-r2"] as const) {
  law(`${penalty}: a lazy step weighs as much as those of all the steps that it stands for`, {
    source: "Karras et al. 2020 (arXiv:1912.04958), section 3.1",
    given: {
      every: fc.integer({ min: 2, max: 16 }),
      penaltyWeight: fc.constantFrom(0.1, 1, 10),
    },
    kills: ["gan-lazy-penalty-not-multiplied", "gan-penalty-weight-ignored"],
    cases: 3,
    holds: async ({ every, penaltyWeight }) => {
      const always = { penalty, penaltyWeight, penaltyEvery: 1 };
      const fused = await gradientAfter("train", always);
      const without = await gradientAfter("train", { ...always, penaltyEvery: 2 });
      const lazy = await gradientAfter("penalise", { ...always, penaltyEvery: every });
      const unit = await gradientAfter("penalise", { penalty, penaltyWeight: 1, penaltyEvery: 2 });
      const size = Math.max(...fused.map(Math.abs), ...without.map(Math.abs));
      let seen = 0;
      lazy.forEach((g, i) => {
        close(g / every, fused[i] - without[i], float32(1e4, size), `gradient ${i}`);
        close(g / every / penaltyWeight, unit[i] / 2, float32(1e4, size), `a unit's gradient ${i}`);
        seen = Math.max(seen, Math.abs(g));
      });
      assert(seen > float32(1e4, size), "the penalty has a gradient");
    },
  });
}
