import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import { openEngine } from "../../src/engine/mod.ts";
import { leaves } from "../../src/engine/tree.ts";
import * as nn from "../../src/nn/mod.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { fold, type Key, keyTensor, normal, uniform } from "../../src/random/key.ts";

const { engine } = await openEngine("wasm");

/** A small autoencoder with every kind of layer that families train. */
function init(key: Key) {
  return {
    stem: nn.initConv(fold(key, "stem"), { in: 3, out: 8 }),
    norm: nn.initNorm(8),
    down: nn.initConv(fold(key, "down"), { in: 8, out: 16 }),
    code: nn.initLinear(fold(key, "code"), { in: 256, out: 6 }),
    open: nn.initLinear(fold(key, "open"), { in: 6, out: 256 }),
    up: nn.initConv(fold(key, "up"), { in: 16, out: 3 }),
  };
}

type Params = ReturnType<typeof init>;

function loss(p: Params, x: tf.Tensor4D, key: Key): tf.Scalar {
  const h = nn.silu(nn.groupNorm(p.norm, nn.conv(p.stem, x)));
  const z = nn.linear(
    p.code,
    tf.reshape(nn.gelu(nn.conv(p.down, h, { stride: 2 })), [-1, 256]) as tf.Tensor2D,
  );
  const noisy = tf.add(z, normal(key, z.shape)) as tf.Tensor2D;
  const open = tf.reshape(nn.linear(p.open, noisy), [-1, 4, 4, 16]) as tf.Tensor4D;
  const y = tf.sigmoid(nn.conv(p.up, nn.upsample2(open)));
  const likelihood = tf.mean(tf.squaredDifference(x, y));
  return tf.add(likelihood, tf.mul(0.01, tf.mean(nn.softplus(z)))) as tf.Scalar;
}

/** FNV-1a over the bytes. */
function hash(values: Float32Array | Int32Array, from: number): number {
  let h = from;
  for (const byte of new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) {
    h = Math.imul(h ^ byte, 0x01000193);
  }
  return h >>> 0;
}

// The promise of the wasm engine: whoever runs this, on whichever x86-64 machine, gets these bits.
// A change of kernels or layers may change them; then every baseline of exact numbers changes too.
Deno.test("twelve steps of training end on these bits, on every machine", async () => {
  const key = keyTensor(hostKey(1, "bits"));
  const optimiser = nn.adam({ weightDecay: 0.01, clipNorm: 1 });
  const first = init(key);
  const step = engine.compile((s: { p: Params; slots: nn.AdamSlots<Params> }, inputs, key) => {
    const { x, at } = inputs as { x: tf.Tensor4D; at: tf.Scalar };
    const { loss: value, grads } = nn.valueAndGrad((p: Params) => ({ loss: loss(p, x, key) }), s.p);
    const learningRate = nn.warmupCosine(at, { peak: 0.01, warmup: 3, steps: 12 });
    const { params, slots } = optimiser.update({
      grads,
      slots: s.slots,
      params: s.p,
      learningRate,
    });
    return [{ p: params, slots }, { value }] as [typeof s, { value: tf.Scalar }];
  }, { name: "bits", donate: true });
  let state = { p: first, slots: optimiser.init(first) };
  const losses: number[] = [];
  for (let i = 0; i < 12; i++) {
    const at = tf.scalar(i, "int32");
    const stepKey = fold(key, at);
    const x = uniform<tf.Rank.R4>(stepKey, [4, 8, 8, 3]);
    const [next, { value }] = step(state, { x, at }, stepKey);
    losses.push((await engine.read(value))[0]);
    tf.dispose([x, value, stepKey, at]);
    state = next;
  }
  let digest = 0x811c9dc5;
  for (const [, leaf] of leaves(state)) digest = hash(await engine.read(leaf), digest);
  assertEquals([losses[0], losses[11], digest], [
    0.209045872092247,
    0.1448683887720108,
    1975143602,
  ]);
});
