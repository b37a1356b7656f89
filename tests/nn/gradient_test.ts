import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { openEngine } from "../../src/engine/mod.ts";
import {
  batchNorm,
  conv,
  detached,
  groupNorm,
  initConv,
  initLinear,
  initNorm,
  linear,
  type Norm,
  silu,
  upsample2,
  valueAndGrad,
} from "../../src/nn/mod.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { fold, keyTensor, normal } from "../../src/random/key.ts";
import { close, law } from "../law.ts";

const { engine } = await openEngine("wasm");

async function number(body: () => tf.Tensor): Promise<number> {
  const t = tf.tidy(body);
  const [value] = await engine.read(t);
  t.dispose();
  return value;
}

function network(seed: number) {
  const key = keyTensor(hostKey(seed, "network"));
  return {
    conv: initConv(fold(key, "conv"), { in: 2, out: 4 }),
    norm: initNorm(4),
    last: initLinear(fold(key, "last"), { in: 4, out: 1 }),
  };
}

type Network = ReturnType<typeof network>;

const norms = {
  group: (p: Norm, x: tf.Tensor4D) => groupNorm(p, x, { groups: 2 }),
  batch: (p: Norm, x: tf.Tensor4D) => batchNorm(p, x),
};
const norm = fc.constantFrom(...Object.keys(norms) as (keyof typeof norms)[]);

/** Σ D(x) of a small conv net with every kind of layer. */
function critic(p: Network, x: tf.Tensor4D, norm: keyof typeof norms): tf.Scalar {
  const h = silu(norms[norm](p.norm, upsample2(conv(p.conv, x, { stride: 2 }))));
  return tf.sum(linear(p.last, tf.mean(h, [1, 2]) as tf.Tensor2D)) as tf.Scalar;
}

/** Σ‖∇ₓ D‖², the R1 penalty and the core of WGAN-GP's. */
function r1(p: Network, x: tf.Tensor4D, norm: keyof typeof norms): tf.Scalar {
  const { grads } = valueAndGrad((x: tf.Tensor4D) => ({ loss: critic(p, x, norm) }), x);
  return tf.sum(tf.square(grads)) as tf.Scalar;
}

/**
 * Along a random direction u of a parameter: ⟨∇L, u⟩ against Richardson's difference quotient,
 * whose h² error cancels. `terms` squares of float32 are summed in L: their rounding over 2h.
 */
async function slopesAgree(
  p: Network,
  loss: (p: Network) => tf.Scalar,
  { seed, terms }: { seed: number; terms: number },
): Promise<void> {
  const before = tf.memory().numTensors;
  const { grads, loss: value, aux } = valueAndGrad((p: Network) => ({ loss: loss(p) }), p);
  assertEquals(tf.memory().numTensors, before + 1 + 6);
  // A quarter of a standard normal, so that the fifth derivative stays out of sight.
  const u = tf.tidy(() =>
    tf.mul(normal<tf.Rank.R4>(keyTensor(hostKey(seed, "u")), p.conv.weight.shape), 0.25)
  );
  const along = await number(() => tf.sum(tf.mul(grads.conv.weight, u)));
  const at = (h: number) =>
    number(() => loss({ ...p, conv: { ...p.conv, weight: tf.add(p.conv.weight, tf.mul(u, h)) } }));
  const [h, k] = [2 ** -6, 2 ** -5];
  const quotient = async (h: number) => (await at(h) - await at(-h)) / (2 * h);
  const found = (4 * await quotient(h) - await quotient(k)) / 3;
  const [l] = await engine.read(value);
  const size = Math.abs(l) + Math.abs(along);
  close(along, found, size * (terms * 2 ** -24 / h + 50 * h ** 4), "slope");
  tf.dispose([grads, value, aux, u] as unknown as tf.TensorContainer);
}

law("the gradient of a conv net is the slope that differences show", {
  source: "definition",
  given: { seed: fc.nat(1e6), norm },
  holds: async ({ seed, norm }) => {
    const x = tf.tidy(() => normal<tf.Rank.R4>(keyTensor(hostKey(seed, "x")), [2, 4, 4, 2]));
    const loss = (p: Network) => tf.add(tf.square(critic(p, x, norm)), 1) as tf.Scalar;
    await slopesAgree(network(seed), loss, { seed, terms: 64 });
    x.dispose();
  },
  kills: ["groupnorm-gradient-without-mean", "silu-derivative-wrong", "upsample-gradient-averaged"],
  cases: 40,
});

law("the gradient penalty of a conv net has the gradient that differences show", {
  source: "Mescheder et al. 2018 (R1); Gulrajani et al. 2017",
  given: { seed: fc.nat(1e6), norm },
  holds: async ({ seed, norm }) => {
    const x = tf.tidy(() => normal<tf.Rank.R4>(keyTensor(hostKey(seed, "x")), [2, 4, 4, 2]));
    await slopesAgree(network(seed), (p) => r1(p, x, norm), { seed, terms: 64 });
    x.dispose();
  },
  cases: 24,
});

law("d²(eˣ)/dx² = eˣ, and so for every function whose gradient uses its own value", {
  source: "tfjs loses derivatives through saved outputs: see engine/gradients.ts",
  given: { x: fc.float({ min: -2, max: 2, noNaN: true }) },
  holds: async ({ x }) => {
    const sigmoid = 1 / (1 + Math.exp(-x));
    const s1 = sigmoid * (1 - sigmoid);
    const t = Math.tanh(x);
    const rows: [string, (x: tf.Tensor) => tf.Tensor, number][] = [
      ["exp", tf.exp, Math.exp(x)],
      ["sigmoid", tf.sigmoid, s1 * (1 - 2 * sigmoid)],
      ["tanh", tf.tanh, -2 * t * (1 - t * t)],
    ];
    for (const [name, f, expected] of rows) {
      const found = await number(() =>
        valueAndGrad((x: tf.Scalar) => ({
          loss: valueAndGrad((x: tf.Scalar) => ({ loss: f(x) as tf.Scalar }), x).grads,
        }), tf.scalar(x)).grads
      );
      close(found, expected, 32 * 2 ** -24 * Math.max(1, Math.abs(expected)), name);
    }
  },
  kills: ["second-derivative-through-saved-output"],
  cases: 40,
});

Deno.test("gradients have the tree's shape; untouched parameters get zeros; aux comes back", async () => {
  const params = { a: [tf.scalar(3), tf.tensor1d([1, 2])], unused: tf.ones([2, 2]) };
  const before = tf.memory().numTensors;
  const { loss, aux, grads } = valueAndGrad((p: typeof params) => {
    const square = tf.square(p.a[0]);
    return { loss: tf.mul(square, tf.sum(p.a[1])) as tf.Scalar, aux: { square } };
  }, params);
  assertEquals(tf.memory().numTensors, before + 5);
  assertEquals(await engine.read(loss), new Float32Array([27]));
  assertEquals(await engine.read(aux.square), new Float32Array([9]));
  assertEquals(await engine.read(grads.a[0]), new Float32Array([18]));
  assertEquals(await engine.read(grads.a[1]), new Float32Array([9, 9]));
  assertEquals(await engine.read(grads.unused), new Float32Array(4));
  assertEquals(grads.unused.shape, [2, 2]);
});

Deno.test("a nested gradient is the partial one: it doesn't follow what its function encloses", async () => {
  // d/dp [ ∂/∂q (p·q) at q = p ] = d/dp p = 1; following the tape would give 2.
  const outer = await number(() =>
    valueAndGrad((p: tf.Scalar) => ({
      loss: valueAndGrad((q: tf.Scalar) => ({ loss: tf.mul(p, q) as tf.Scalar }), p).grads,
    }), tf.scalar(5)).grads
  );
  assertAlmostEquals(outer, 1);
});

Deno.test("a loss that is no scalar, and an error inside, leave nothing behind", () => {
  const before = tf.memory().numTensors;
  const p = tf.tensor1d([1, 2]);
  assertThrows(
    () => valueAndGrad((p: tf.Tensor1D) => ({ loss: tf.square(p) as unknown as tf.Scalar }), p),
    Error,
    "must be a scalar",
  );
  assertThrows(
    () =>
      valueAndGrad((p: tf.Tensor1D) => {
        tf.square(p);
        throw new Error("inside");
      }, p),
    Error,
    "inside",
  );
  p.dispose();
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("what is detached has its values and no gradient, also where a gradient made it", async () => {
  const found = tf.tidy(() => {
    const { loss, grads } = valueAndGrad((x: tf.Tensor1D) => {
      const inner = valueAndGrad((y: tf.Tensor1D) => ({
        loss: tf.sum(tf.pow(y, 3)) as tf.Scalar,
      }), detached(x));
      return { loss: tf.sum(tf.mul(x, detached(inner.grads))) as tf.Scalar };
    }, tf.tensor1d([1, 2]));
    return tf.concat([tf.reshape(loss, [1]), grads]);
  });
  // Σ x·3x², with 3x² as a constant.
  assertEquals(Array.from(await engine.read(found)), [27, 3, 12]);
  found.dispose();
});
