/**
 * Programs that are written down and sent to the device again: the package's own bits, whatever is done
 * with what they return.
 */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { Program } from "../../../src/engine/engine.ts";
import { categorical, type Key, keyTensor, normal } from "../../../src/random/key.ts";
import { scoped } from "../../../src/engine/tfjs/scoped.ts";
import { disposeTree, mapTree, tensorsOf, type TensorTree } from "../../../src/engine/tree.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { profileModel } from "../../../src/proof/peers/profile.ts";
import { law } from "../../law.ts";
import { initial, type State, trainer } from "../trainer.ts";
import { backend, engine, test, webgpu } from "./adapter.ts";

/** Calls until a program is sent as it was written: run, written down, compared. */
const CALLS = 3;

async function numbersOf(tree: TensorTree): Promise<number[][]> {
  const all: number[][] = [];
  for (const t of tensorsOf(tree)) all.push([...await engine.read(t)]);
  return all;
}

/** How many programs the package itself runs meanwhile. */
async function programsRun(body: () => void | Promise<void>): Promise<number> {
  const b = backend();
  const run = b.runWebGPUProgram;
  let count = 0;
  b.runWebGPUProgram = (...args) => {
    count++;
    return run.apply(b, args);
  };
  try {
    await body();
  } finally {
    b.runWebGPUProgram = run;
  }
  return count;
}

/** What `program` gives in calls one after another, each on the state before, compiled or not. */
async function calls(
  program: Program,
  { start, steps, donate, compiled }: {
    start: () => TensorTree;
    steps: number;
    donate: boolean;
    compiled: boolean;
  },
): Promise<{ numbers: number[][][]; last: number }> {
  const run = compiled
    ? engine.compile(program, { name: "program", donate })
    : scoped(program, { name: "program", donate });
  let state = start();
  const numbers: number[][][] = [];
  let last = 0;
  for (let i = 0; i < steps; i++) {
    const x = tf.tensor2d([i + 0.125, i + 0.5, -i, 2 * i, 1, 0.25], [2, 3]);
    const key = keyTensor(hostKey(1, i));
    let result: [TensorTree, TensorTree];
    last = await programsRun(() => {
      result = run(state, { x }, key);
    });
    if (!donate) disposeTree(state, new Set(tensorsOf(result![0])));
    state = result![0];
    numbers.push(await numbersOf(state), await numbersOf(result![1]));
    tf.dispose([...tensorsOf(result![1]), x, key]);
  }
  disposeTree(state);
  return { numbers, last };
}

type Inputs = { readonly x: tf.Tensor2D };
type Pair = { readonly a: tf.Tensor2D; readonly b: tf.Tensor2D };
const pair = () => ({ a: tf.ones([2, 3]), b: tf.fill([2, 3], 0.5) });

/** Programs that hand on, swap, repeat and make up what they return. */
const PROGRAMS: Readonly<Record<string, Program>> = {
  "computes both": ((s: Pair, { x }: Inputs, key: Key) => [
    { a: tf.add(tf.mul(s.a, 0.5), x), b: tf.add(s.b, normal(key, [2, 3])) },
    { sum: tf.sum(s.a), y: tf.matMul(x, s.b, false, true) },
  ]) as unknown as Program,
  "swaps":
    ((s: Pair, { x }: Inputs) => [{ a: s.b, b: s.a }, { y: tf.add(x, s.a) }]) as unknown as Program,
  "swaps one and computes one":
    ((s: Pair, { x }: Inputs) => [{ a: tf.add(s.b, x), b: s.a }, { y: s.b }]) as unknown as Program,
  "keeps one": ((
    s: Pair,
    { x }: Inputs,
  ) => [{ a: s.a, b: tf.add(s.b, x) }, { y: tf.neg(s.a) }]) as unknown as Program,
  "keeps all": ((s: Pair, { x }: Inputs) => [s, { y: tf.add(s.a, x), x }]) as unknown as Program,
  "the same twice": ((s: Pair, { x }: Inputs) => {
    const a = tf.add(s.a, x);
    return [{ a, b: a }, { y: a, z: s.b, w: s.b }];
  }) as unknown as Program,
  "an input becomes the state":
    ((s: Pair, { x }: Inputs) => [{ a: x, b: s.a }, { y: s.b }]) as unknown as Program,
  "constants": ((s: Pair, { x }: Inputs) => {
    const c = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
    return [{ a: c, b: tf.add(s.b, c) }, { y: tf.add(x, c), c, d: tf.scalar(7) }];
  }) as unknown as Program,
  "other shapes": ((s: Pair, { x }: Inputs) => [
    { a: tf.add(s.a, x), b: s.b },
    { y: tf.reshape(s.a, [3, 2]), z: tf.reshape(x, [6]), i: tf.argMax(s.a, 1) },
  ]) as unknown as Program,
  "the next state is of another shape": ((s: Pair, { x }: Inputs) => [
    { a: tf.add(s.a, x), b: s.b, c: tf.zeros([2]) },
    {},
  ]) as unknown as Program,
};

law("a program sent as it was written down gives the package's own bits, whatever it hands on", {
  source: "definition",
  given: {
    name: fc.constantFrom(...Object.keys(PROGRAMS)),
    donate: fc.boolean(),
    steps: fc.integer({ min: CALLS + 2, max: CALLS + 5 }),
  },
  holds: async ({ name, donate, steps }) => {
    const program = PROGRAMS[name];
    const options = { start: pair as unknown as () => TensorTree, steps, donate };
    const plain = await calls(program, { ...options, compiled: false });
    const sent = await calls(program, { ...options, compiled: true });
    assertEquals(sent.numbers, plain.numbers, name);
    // Another shape of state comes only once; every other program is sent by then.
    if (name !== "the next state is of another shape" && plain.last > 0) {
      assertEquals(sent.last, 0, `${name}: run by the package still`);
    }
  },
  kills: [
    "webgpu-sets-take-no-turns",
    "webgpu-copies-forgotten",
    "webgpu-arguments-loaded-once",
    "webgpu-scratch-left-to-results",
  ],
  cases: 24,
  needs: webgpu,
});

law("what a step returned keeps its numbers, though the steps go on or begin anew", {
  source: "definition",
  given: {
    // What is done at each step: nothing, keep a clone, begin again from the start, or another batch size.
    what: fc.array(fc.constantFrom("go", "go", "clone", "restart", "wide"), {
      minLength: 8,
      maxLength: 14,
    }),
  },
  holds: async ({ what }) => {
    const run = async (donate: boolean, compiled: boolean) => {
      const step = trainer(
        compiled ? engine : { ...engine, compile: scoped } as unknown as typeof engine,
        donate,
      );
      let state: State = initial();
      const kept: { tree: TensorTree; then: number[][] }[] = [];
      const losses: number[][][] = [];
      for (const [i, doing] of what.entries()) {
        if (doing === "clone") {
          const tree = mapTree(state as unknown as TensorTree, (t) => tf.clone(t)) as TensorTree;
          kept.push({ tree, then: await numbersOf(tree) });
        }
        if (doing === "restart") {
          // The state that was is kept, and another one is trained on.
          kept.push({
            tree: state as unknown as TensorTree,
            then: await numbersOf(state as unknown as TensorTree),
          });
          state = initial();
        }
        const rows = doing === "wide" ? 5 : 4;
        const x = tf.fill<tf.Rank.R2>([rows, 3], i / 4);
        const key = keyTensor(hostKey(2, i));
        const [next, outputs] = step(state, { x }, key);
        if (!donate) disposeTree(state as unknown as TensorTree);
        state = next;
        losses.push(await numbersOf(outputs));
        tf.dispose([...tensorsOf(outputs), x, key]);
      }
      const last = await numbersOf(state as unknown as TensorTree);
      for (const { tree, then } of kept) {
        assertEquals(await numbersOf(tree), then, "a state that was kept");
        disposeTree(tree);
      }
      disposeTree(state as unknown as TensorTree);
      return { losses, last };
    };
    assertEquals(await run(true, true), await run(false, false));
  },
  kills: ["webgpu-clones-written-over", "webgpu-kept-states-written-over"],
  cases: 5,
  needs: webgpu,
});

test("law: two trainings by one program, and one program within another, don't mix", async () => {
  const together = trainer(engine, true);
  const states = [initial(), initial()];
  const alone = [trainer(engine, true), trainer(engine, true)];
  const apart = [initial(), initial()];
  for (let i = 0; i < CALLS + 6; i++) {
    for (const j of [0, 1]) {
      const x = tf.fill<tf.Rank.R2>([4, 3], i + j / 2);
      const key = keyTensor(hostKey(3 + j, i));
      const [a, outputsA] = together(states[j], { x }, key);
      const [b, outputsB] = alone[j](apart[j], { x }, key);
      [states[j], apart[j]] = [a, b];
      assertEquals(await numbersOf(outputsA), await numbersOf(outputsB), `step ${i} of ${j}`);
      tf.dispose([...tensorsOf(outputsA), ...tensorsOf(outputsB), x, key]);
    }
  }
  tf.dispose([...states, ...apart] as unknown as tf.TensorContainer);
  const inner = engine.compile(
    ((s: { v: tf.Tensor }) => [{ v: tf.add(s.v, 1) }, {}]) as unknown as Program,
    { name: "inner" },
  );
  const outer = engine.compile(
    ((s: { v: tf.Tensor }, inputs: TensorTree, key: Key) => {
      const [next] = inner(s as TensorTree, inputs, key) as unknown as [
        { v: tf.Tensor },
        unknown,
      ];
      return [{ v: tf.mul(next.v, 2) }, {}];
    }) as unknown as Program,
    { name: "outer", donate: true },
  );
  let state: TensorTree = { v: tf.scalar(1) };
  const key = keyTensor(hostKey(1));
  for (let i = 0, v = 1; i < CALLS + 4; i++) {
    [state] = outer(state, {}, key);
    v = 2 * (v + 1);
    assertEquals(await numbersOf(state), [[v]]);
  }
  tf.dispose([state, key] as unknown as tf.TensorContainer);
});

law("a program that does other things from call to call is run as it is each time", {
  source: "definition",
  given: { period: fc.integer({ min: 2, max: 3 }) },
  holds: async ({ period }) => {
    let calls = 0;
    const program = engine.compile(
      ((s: { v: tf.Tensor }) => {
        // A number of the host, which a record would freeze.
        const by = calls++ % period;
        return [{ v: tf.add(s.v, tf.scalar(by)) }, {}];
      }) as unknown as Program,
      { name: "counts", donate: true },
    );
    let state: TensorTree = { v: tf.scalar(0) };
    const key = keyTensor(hostKey(1));
    for (let i = 0, v = 0; i < 9; i++) {
      [state] = program(state, {}, key);
      v += i % period;
      assertEquals(await numbersOf(state), [[v]]);
    }
    tf.dispose([state, key] as unknown as tf.TensorContainer);
  },
  kills: ["webgpu-constants-uncompared"],
  cases: 2,
  needs: webgpu,
});

test("a program may read tensors that are no argument of it, and they stay for it", async () => {
  const outside = tf.tensor1d([1, 2, 3]);
  const program = engine.compile(
    ((
      _: TensorTree,
      { x }: { x: tf.Tensor1D },
    ) => [{}, { y: tf.mul(x, outside) }]) as unknown as Program,
    { name: "outside" },
  );
  const key = keyTensor(hostKey(1));
  for (let i = 0; i < CALLS + 3; i++) {
    // Whoever made it is done with it; the record holds what it reads.
    const x = tf.fill([3], i);
    const [, { y }] = program({}, { x }, key) as unknown as [unknown, { y: tf.Tensor }];
    assertEquals([...await engine.read(y)], [i, 2 * i, 3 * i]);
    tf.dispose([x, y]);
  }
  tf.dispose([outside, key]);
});

law("faults are told of programs sent as they were written, and no longer once told", {
  source: "definition",
  given: { at: fc.integer({ min: 0, max: CALLS + 2 }) },
  holds: async ({ at }) => {
    const draw = engine.compile(
      ((_: TensorTree, { logits }: { logits: tf.Tensor2D }, key: Key) => [
        {},
        { drawn: categorical(key, logits) },
      ]) as unknown as Program,
      { name: "draw" },
    );
    const key = keyTensor(hostKey(1));
    for (let i = 0; i < CALLS + 4; i++) {
      const logits = tf.fill<tf.Rank.R2>([4, 3], i === at ? NaN : 0);
      const [, { drawn }] = draw({}, { logits }, key) as unknown as [unknown, { drawn: tf.Tensor }];
      if (i === at) await assertRejects(() => engine.read(drawn), RangeError, "categorical");
      else assert((await engine.read(drawn)).every((v) => v >= 0 && v < 3));
      tf.dispose([logits, drawn]);
    }
    key.dispose();
  },
  kills: ["webgpu-faults-of-records-unasked"],
  cases: 4,
  needs: webgpu,
});

law("programs sent as they were written leak no tensor and no byte, and count their operations", {
  source: "definition",
  given: { donate: fc.boolean() },
  holds: async ({ donate }) => {
    const step = trainer(engine, donate);
    let state: State = initial();
    const held: number[] = [];
    const flops: number[] = [];
    for (let i = 0; i < CALLS + 9; i++) {
      const x = tf.tensor2d(new Array(12).fill(i), [4, 3]);
      const key = keyTensor(hostKey(4, i));
      flops.push(engine.countFlops(() => {
        const [next, outputs] = step(state, { x }, key);
        tf.keep(next.p.w);
        for (const t of [...tensorsOf(next as unknown as TensorTree)]) tf.keep(t);
        for (const t of tensorsOf(outputs)) t.dispose();
        if (!donate) disposeTree(state as unknown as TensorTree);
        state = next;
      }));
      tf.dispose([x, key]);
      await engine.sync();
      if (i > CALLS) held.push(tf.memory().numTensors, backend().bufferManager.numBytesUsed);
    }
    for (let i = 2; i < held.length; i++) assertEquals(held[i], held[i % 2], `${held}`);
    assertEquals(new Set(flops).size, 1);
    assertNotEquals(flops[0], 0);
    tf.dispose(state as unknown as tf.TensorContainer);
  },
  cases: 2,
  needs: webgpu,
});

test("a profile has every kind of shader of a step, with a time for each", async () => {
  const kinds = await profileModel("vae", "tiny", "webgpu");
  assert(kinds.some(([name]) => name.startsWith("Conv2D")), String(kinds));
  assert(kinds.every(([, count, ms]) => count > 0 && ms >= 0));
  assert(kinds.some(([, , ms]) => ms > 0));
});
