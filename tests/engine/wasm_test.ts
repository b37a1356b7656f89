import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { type Engine, openEngine } from "../../src/engine/mod.ts";
import { hostKey } from "../../src/random/host/host.ts";
import { keyTensor, normal, uniform } from "../../src/random/key.ts";
import { law } from "../law.ts";
import type { Refusal } from "./refusal_worker.ts";
import { checkMemory, initial, trainer } from "./trainer.ts";

const { engine, choice } = await openEngine("wasm");

function refusal(how: string): Promise<Refusal> {
  const worker = new Worker(new URL("./refusal_worker.ts", import.meta.url), { type: "module" });
  return new Promise<Refusal>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(how);
  }).finally(() => worker.terminate());
}

const refusals: [how: string, says: RegExp][] = [
  ["missing", /cannot read .*nowhere/],
  ["other", /SHA-256 .* expected/],
  ["no-simd", /no WebAssembly SIMD/],
  ["backend-fails", /could not start its wasm backend/],
];

law("an engine that can't start is an EngineError, and nothing computes in its place", {
  source: "tfjs falls back to another backend in silence",
  given: {},
  holds: async () => {
    for (const [how, says] of refusals) {
      const { name, message, afterwards } = await refusal(how);
      assertEquals(name, "EngineError", message);
      assertMatch(message, says);
      assertMatch(afterwards, /^error/);
    }
  },
  kills: ["other-backends-left-to-fall-to", "backend-unchecked"],
  cases: 1,
});

Deno.test("the wasm engine is tfjs's wasm backend and there is no other", () => {
  assertEquals(tf.getBackend(), "wasm");
  assertEquals(tf.engine().backendNames(), ["wasm"]);
  assertEquals(choice, "wasm (named)");
  assertEquals(engine.identity.name, "wasm");
  assertEquals(engine.identity.threads, 1);
  assertEquals(engine.identity.versions.wasm, "simd");
  assertEquals(engine.determinism.scope, "any");
});

Deno.test("values go in and come out as they are; a wrong length is an error", async () => {
  const x = engine.tensor(new Float32Array([1.5, -0, 3e-40]), [3]);
  assertEquals(await engine.read(x), new Float32Array([1.5, -0, 3e-40]));
  const k = engine.tensor(new Uint8Array([0, 255]), [2]);
  assertEquals(await engine.read(k), new Int32Array([0, 255]));
  const f = engine.tensor(new Uint8Array([0, 255]), [2], "float32");
  assertEquals(await engine.read(f), new Float32Array([0, 255]));
  const b = tf.greater(x, 0);
  assertEquals(await engine.read(b), new Int32Array([1, 0, 1]));
  assertThrows(() => engine.tensor(new Float32Array(3), [2, 2]), Error, "needs 4 values, found 3");
  tf.dispose([x, k, f, b]);
});

law("no tensor leaks a step, whether the state is donated or not", {
  source: "definition",
  given: { steps: fc.integer({ min: 1, max: 5 }), donate: fc.boolean(), seed: fc.nat() },
  holds: async ({ steps, donate, seed }) => {
    const before = tf.memory().numTensors;
    const step = trainer(engine, donate);
    const key = keyTensor(hostKey(seed));
    const x = uniform<tf.Rank.R2>(key, [4, 3]);
    let state = initial();
    const held = tf.memory().numTensors;
    for (let i = 0; i < steps; i++) {
      const [next, outputs] = step(state, { x }, key);
      if (!donate) tf.dispose(state as unknown as tf.TensorContainer);
      assertEquals((await engine.read(outputs.y)).length, 8);
      tf.dispose(outputs);
      state = next;
      assertEquals(tf.memory().numTensors, held);
    }
    tf.dispose(state as unknown as tf.TensorContainer);
    tf.dispose([x, key]);
    assertEquals(tf.memory().numTensors, before);
  },
  kills: ["donated-state-kept", "aux-kept"],
  cases: 20,
});

Deno.test("a state that isn't donated is untouched; results are the caller's own", async () => {
  const pass = engine.compile(
    (state: { a: tf.Tensor }, inputs: { x: tf.Tensor }) =>
      [state, { x: inputs.x, a: state.a, twice: state.a }] as [
        { a: tf.Tensor },
        Record<string, tf.Tensor>,
      ],
    { name: "pass" },
  );
  const before = tf.memory().numTensors;
  const key = keyTensor(hostKey(1));
  const a = tf.tensor1d([1, 2]);
  const x = tf.tensor1d([3]);
  const [next, outputs] = pass({ a }, { x }, key);
  tf.dispose(outputs);
  tf.dispose(next);
  assertEquals([...await engine.read(a), ...await engine.read(x)], [1, 2, 3]);
  tf.dispose([a, x, key]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("a donated leaf that the next state holds lives on", async () => {
  const step = engine.compile(
    (s: { a: tf.Tensor; n: tf.Tensor }) =>
      [{ a: s.a, n: tf.add(s.n, 1) }, { a: s.a }] as [typeof s, { a: tf.Tensor }],
    { name: "count", donate: true },
  );
  const key = keyTensor(hostKey(1));
  const [next, outputs] = step({ a: tf.scalar(7), n: tf.scalar(0) }, {}, key);
  outputs.a.dispose();
  assertEquals([...await engine.read(next.a), ...await engine.read(next.n)], [7, 1]);
  tf.dispose([next.a, next.n, key]);
});

Deno.test("an error inside a program names the program and frees what it made", () => {
  const before = tf.memory().numTensors;
  const broken = engine.compile((s: { a: tf.Tensor }) => {
    tf.matMul(s.a as tf.Tensor2D, tf.ones([3, 3]));
    return [s, {}] as [typeof s, Record<string, never>];
  }, { name: "encode" });
  const state = { a: tf.ones([2, 2]) };
  const key = keyTensor(hostKey(1));
  assertThrows(() => broken(state, {}, key), Error, "program encode: ");
  tf.dispose([state.a, key]);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("a program that keeps a tensor behind its engine's back is caught", () => {
  const kept: tf.Tensor[] = [];
  const leaky = engine.compile((s: { a: tf.Tensor }) => {
    kept.push(tf.keep(tf.add(s.a, 1)));
    return [s, {}] as [typeof s, Record<string, never>];
  }, { name: "leaky" });
  const state = { a: tf.scalar(1) };
  const key = keyTensor(hostKey(1));
  assertThrows(() => leaky(state, {}, key), Error, "program leaky leaves 1 tensor");
  tf.dispose([...kept, state.a, key]);
});

Deno.test("FLOPs are counted from the kernels' shapes, gradients included", () => {
  const flops = (body: () => void) => engine.countFlops(body);
  const x = tf.ones<tf.Rank.R4>([2, 8, 8, 3]);
  const w = tf.ones<tf.Rank.R4>([3, 3, 3, 5]);
  const conv = 2 * 2 * 8 * 8 * 5 * 27;
  assertEquals(flops(() => tf.conv2d(x, w, 1, "same")), conv);
  assertEquals(flops(() => tf.conv2d(x, w, 2, "same")), conv / 4);
  // Forward, input and filter gradient: three times the work of "same" with no padding saved.
  assertEquals(
    flops(() =>
      tf.grads((x, w) => tf.sum(tf.conv2d(x as typeof x4, w as typeof x4, 1, "same")))([x, w])
    ),
    3 * conv,
  );
  const a = tf.ones<tf.Rank.R2>([4, 7]);
  const b = tf.ones<tf.Rank.R2>([6, 7]);
  assertEquals(flops(() => tf.matMul(a, b, false, true)), 2 * 4 * 7 * 6);
  assertEquals(flops(() => tf.add(a, 1)), 0);
  tf.dispose([x, w, a, b]);
});
declare const x4: tf.Tensor4D;

Deno.test("memory counts bytes and tensors, and never forgets its peak", () => {
  checkMemory(engine, () => tf.zeros([1000]));
});

law("the same seed gives the same losses, bit for bit; another seed others", {
  source: "definition",
  given: { seed: fc.nat(1e6) },
  holds: async ({ seed }) => {
    const losses = async (seed: number) => {
      const step = trainer(engine, true);
      let state = initial();
      const stream: number[] = [];
      for (let i = 0; i < 3; i++) {
        const key = keyTensor(hostKey(seed, i));
        const x = uniform<tf.Rank.R2>(key, [4, 3]);
        const [next, outputs] = step(state, { x }, key);
        stream.push(...await engine.read(outputs.loss));
        state = next;
        tf.dispose([x, key, outputs.loss, outputs.y]);
      }
      tf.dispose(state as unknown as tf.TensorContainer);
      return stream;
    };
    const first = await losses(seed);
    assertEquals(await losses(seed), first);
    assert((await losses(seed + 1)).some((l, i) => l !== first[i]));
  },
  cases: 5,
});

Deno.test("a disposed engine can be opened again, with the same numbers", async () => {
  const { engine: first } = await openEngine("wasm");
  const draw = async (e: Engine) => {
    const key = keyTensor(hostKey(5));
    const x = normal<tf.Rank.R2>(key, [3, 3]);
    const y = tf.matMul(x, x, true);
    const values = await e.read(y);
    tf.dispose([key, x, y]);
    return values;
  };
  const before = await draw(first);
  first.dispose();
  const { engine: second } = await openEngine("wasm");
  assertEquals(await draw(second), before);
  assertEquals(second.countFlops(() => tf.matMul(tf.ones([2, 3]), tf.ones([3, 4]))), 48);
});
