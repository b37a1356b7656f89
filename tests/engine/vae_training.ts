/** A short training of the VAE on an engine, for comparing bits and engines. */
import * as tf from "@tensorflow/tfjs";
import type { CompileMode, Engine } from "../../src/engine/engine.ts";
import { leaves } from "../../src/engine/tree.ts";
import { vae } from "../../src/families/vae/mod.ts";
import { hostKey, hostUniform } from "../../src/random/host/host.ts";
import { keyTensor } from "../../src/random/key.ts";

const side = 16;
const batch = 8;

/** The losses of `steps` steps on noise, and the parameters after. */
export async function trainVae(
  engine: Engine,
  steps: number,
  { mode }: { readonly mode?: CompileMode } = {},
): Promise<{ losses: number[]; state: Float32Array[] }> {
  const sample = { kind: "image" as const, height: side, width: side, channels: 3 as const };
  const model = vae.build(vae.config.parse({ latent: 8, width: 8 }), {
    sample,
    steps,
    trainSize: 1000,
    batch,
    factors: [],
  });
  const program = engine.compile(model.programs.train, { name: "train", donate: true, mode });
  let state = model.init(keyTensor(hostKey(1, "init")));
  const rows_B = tf.range(0, batch, 1, "int32");
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const pixels = hostUniform(hostKey(step, "pixels"), batch * side * side * 3);
    const x_BHWC = engine.tensor(pixels, [batch, side, side, 3]);
    const key = keyTensor(hostKey(1, "train", step));
    const [next, outputs] = program(state, { x_BHWC, rows_B }, key);
    state = next;
    const loss = leaves(outputs).find(([path]) => path === "loss")![1];
    losses.push((await engine.read(loss))[0]);
    tf.dispose([x_BHWC, key, outputs as tf.TensorContainer]);
  }
  const values = await Promise.all(leaves(state).map(([, leaf]) => engine.read(leaf)));
  tf.dispose([rows_B, state as tf.TensorContainer]);
  return { losses, state: values.map((v) => Float32Array.from(v)) };
}

/** Losses and a hash of every bit of the state after three steps. */
export async function trainedBits(engine: Engine): Promise<{ losses: number[]; hash: number }> {
  const { losses, state } = await trainVae(engine, 3);
  // FNV-1a over the bytes.
  let hash = 0x811c9dc5;
  for (const values of state) {
    for (const byte of new Uint8Array(values.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return { losses, hash: hash >>> 0 };
}
