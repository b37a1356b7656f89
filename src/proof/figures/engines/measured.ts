/**
 * What is measured of an engine in a process of its own: `deno run -A measured.ts dispatch|growth`,
 * one JSON value on standard output.
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import {
  type Engine,
  openEngine,
  type Program,
  tensorsOf,
  type TensorTree,
} from "../../../engine/mod.ts";
import { vae } from "../../../families/vae/mod.ts";
import { hostKey, hostUniform } from "../../../random/host/mod.ts";
import { keyTensor } from "../../../random/mod.ts";
import { runKeys } from "../../../run/mod.ts";
import { initialState } from "../../../run/model/mod.ts";
import { machineClass } from "../../../record/mod.ts";
import { median } from "../../../stats/mod.ts";

type Scalars = Record<string, tf.Tensor>;

/** Microseconds of a call whose only work is one sum of its scalar arguments, by their number. */
async function dispatch(engine: Engine): Promise<Record<string, number[]>> {
  const repeats = 15;
  const calls = 400;
  const counts = [16, 116, 516];
  const key = keyTensor(hostKey(1));
  const timed = counts.map((count) => {
    const inputs: Scalars = {};
    for (let i = 0; i < count; i++) inputs[`x${i}`] = engine.tensor(Float32Array.of(i), []);
    const program: Program<Scalars, Scalars, Scalars> = (state, given) => [
      state,
      { sum: tf.addN(Object.values(given)) },
    ];
    const sum = engine.compile(program, { name: "dispatch" });
    return { count, call: () => sum({}, inputs, key)[1].sum.dispose() };
  });
  const micros: Record<string, number[]> = {};
  for (let repeat = -1; repeat < repeats; repeat++) {
    for (const { count, call } of timed) {
      const start = performance.now();
      for (let i = 0; i < calls; i++) call();
      await engine.sync();
      const each = 1000 * (performance.now() - start) / calls;
      if (repeat >= 0) (micros[count] ??= []).push(each); // the first repeat captures
    }
  }
  return micros;
}

/** Tensors and resident bytes over 5,000 steps of a small VAE, read at each thousandth. */
async function growth(engine: Engine) {
  const [side, batch, steps] = [16, 8, 5000];
  const sample = { kind: "image", height: side, width: side, channels: 3 } as const;
  const config = vae.config.parse({ width: 8, latent: 8 });
  const model = vae.build(config, {
    sample,
    steps,
    trainSize: 1000,
    batch,
    factors: [],
  });
  const step = engine.compile(model.programs.train, { name: "train", donate: true });
  let state = initialState(model, runKeys(1));
  const read: { step: number; tensors: number; residentBytes: number }[] = [];
  for (let i = 0; i <= steps; i++) {
    const x = engine.tensor(hostUniform(hostKey(2, i), batch * side * side * 3), [
      batch,
      side,
      side,
      3,
    ]);
    const rows = engine.tensor(Int32Array.from({ length: batch }, (_, r) => r), [batch]);
    const key = keyTensor(hostKey(3, i));
    const [next, outputs] = step(state, { x_BHWC: x, rows_B: rows }, key);
    state = next;
    for (const t of [...tensorsOf(outputs as TensorTree), x, rows, key]) t.dispose();
    if (i % 1000 === 0) {
      await engine.sync();
      const { tensors } = engine.memory();
      read.push({ step: i, tensors, residentBytes: Deno.memoryUsage().rss });
    }
  }
  return read;
}

if (import.meta.main) {
  const [what, name = "tensorflow"] = Deno.args;
  const { engine } = await openEngine(name as "tensorflow");
  const measured = what === "dispatch"
    ? Object.fromEntries(
      Object.entries(await dispatch(engine)).map(([n, all]) => [n, { median: median(all), all }]),
    )
    : await growth(engine);
  console.log(JSON.stringify({
    engine: `${engine.identity.name} ${engine.identity.versions[engine.identity.name] ?? ""}`,
    machineClass: await machineClass(engine.identity),
    measured,
  }));
}
