import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import type { CompileMode } from "../../../src/engine/engine.ts";
import {
  categorical,
  fold,
  type Key,
  keyTensor,
  normal,
  uniform,
} from "../../../src/random/key.ts";
import { scoped } from "../../../src/engine/tfjs/scoped.ts";
import { tensorsOf, type TensorTree } from "../../../src/engine/tree.ts";
import * as nn from "../../../src/nn/mod.ts";
import { hostKey } from "../../../src/random/host/host.ts";
import { law } from "../../law.ts";
import { engine, tensorflow, test } from "./available.ts";

/** A small network with what families are made of, trained by Adam. */
function init(key: Key) {
  const params = {
    conv: nn.initConv(fold(key, "conv"), { in: 3, out: 8 }),
    norm: nn.initNorm(8),
    head: nn.initLinear(fold(key, "head"), { in: 8 * 16, out: 5 }),
  };
  return { params, slots: optimiser.init(params), ema: nn.emaInit(params) };
}
type State = ReturnType<typeof init>;
const optimiser = nn.adam({ clipNorm: 1 });

function trainStep(state: State, { x, at }: { x: tf.Tensor4D; at: tf.Scalar }, key: Key) {
  const { loss, aux, grads } = nn.valueAndGrad((p: State["params"]) => {
    const h = nn.silu(nn.groupNorm(p.norm, nn.conv(p.conv, x, { stride: 2 })));
    const y = nn.linear(p.head, tf.reshape(h, [x.shape[0], -1]) as tf.Tensor2D);
    const noisy = tf.add(y, normal(fold(key, "noise"), y.shape));
    return { loss: tf.mean(nn.softplus(noisy)) as tf.Scalar, aux: { y } };
  }, state.params);
  const learningRate = nn.warmupCosine(at, { peak: 0.05, warmup: 2, steps: 20 });
  const { params, slots } = optimiser.update({
    grads,
    slots: state.slots,
    params: state.params,
    learningRate,
  });
  const drawn = categorical(fold(key, "class"), aux.y as tf.Tensor2D);
  const ema = nn.emaUpdate(state.ema, params, 0.9);
  return [{ params, slots, ema }, { loss, drawn }] as [
    State,
    { loss: tf.Scalar; drawn: tf.Tensor },
  ];
}

type Step = typeof trainStep;

/** Losses, draws and the whole state after some steps. */
async function train(step: Step, { seed, steps, batch = 4 }: {
  seed: number;
  steps: number;
  batch?: number;
}): Promise<number[]> {
  let state = tf.tidy(() =>
    init(keyTensor(hostKey(seed))) as unknown as tf.TensorContainer
  ) as unknown as State;
  const numbers: number[] = [];
  for (let i = 0; i < steps; i++) {
    const key = keyTensor(hostKey(seed, i));
    const at = engine.tensor(Int32Array.of(i), []) as tf.Scalar;
    const x = uniform<tf.Rank.R4>(key, [batch, 8, 8, 3]);
    const [next, { loss, drawn }] = step(state, { x, at }, key);
    numbers.push(...await engine.read(loss), ...await engine.read(drawn));
    state = next;
    tf.dispose([key, at, x, loss, drawn]);
  }
  for (const leaf of tensorsOf(state as unknown as TensorTree)) {
    numbers.push(...await engine.read(leaf));
    leaf.dispose();
  }
  return numbers;
}

function compiled(options: { donate: boolean; mode?: CompileMode }): Step {
  return engine.compile(trainStep as never, { name: "train", ...options }) as unknown as Step;
}

law("a compiled program computes what it computes eagerly, bit for bit, donated or not", {
  source: "definition",
  given: { seed: fc.nat(1e6), steps: fc.integer({ min: 1, max: 5 }), donate: fc.boolean() },
  holds: async ({ seed, steps, donate }) => {
    const eager = scoped(trainStep as never, { name: "train", donate }) as unknown as Step;
    assertEquals(
      await train(compiled({ donate }), { seed, steps }),
      await train(eager, { seed, steps }),
    );
  },
  kills: ["adam-slots-swapped"],
  cases: 12,
  needs: tensorflow,
});

law("XLA agrees with the graph to float32's rounding, and draws the same classes", {
  source: "definition",
  given: { seed: fc.nat(1e6) },
  holds: async ({ seed }) => {
    const [graph, xla] = [
      await train(compiled({ donate: true }), { seed, steps: 3 }),
      await train(compiled({ donate: true, mode: "xla" }), { seed, steps: 3 }),
    ];
    assertEquals(graph.length, xla.length);
    // Adam's first steps divide a gradient by its own size: a rounding of a small gradient may turn
    // a step of the rate's size; so few numbers may differ by more than roundings, none by more
    // than three such steps.
    const off = graph.map((v, i) => Math.abs(v - xla[i]));
    assert(off.filter((d) => d > 1e-4).length <= graph.length / 100, "many numbers differ");
    assert(Math.max(...off) <= 2 * 3 * 0.05, `off by ${Math.max(...off)}`);
  },
  cases: 2,
  needs: tensorflow,
});

type Scalars = { readonly [name: string]: tf.Tensor };

/** A program on scalars. */
function small(
  body: (s: Scalars, i: Scalars, key: Key) => [Scalars, Scalars],
  { donate = true, name = "small" } = {},
) {
  return engine.compile(body as never, { name, donate }) as unknown as (
    s: Scalars,
    i: Scalars,
    key: Key,
  ) => [Scalars, Scalars];
}

async function valuesOf(tree: Scalars): Promise<Record<string, number>> {
  const entries: [string, number][] = [];
  for (const [name, t] of Object.entries(tree)) entries.push([name, (await engine.read(t))[0]]);
  return Object.fromEntries(entries);
}

/** Runs `body` with a key; whatever tensors it leaves are an error. */
async function clean(body: (key: Key) => Promise<void>): Promise<void> {
  const before = tf.memory().numTensors;
  const handles = handleCount();
  const key = keyTensor(hostKey(1));
  await body(key);
  key.dispose();
  assertEquals(tf.memory().numTensors, before, "tensors left");
  assertEquals(handleCount(), handles, "handles left");
}

function handleCount(): number {
  return (tf.backend() as unknown as { binding: { getNumOfTensors(): number } }).binding
    .getNumOfTensors();
}

law("leaves of a donated state may be kept, exchanged, dropped, added or handed out", {
  source: "definition",
  given: {
    values: fc.tuple(fc.integer(), fc.integer(), fc.integer()),
    steps: fc.integer({ min: 1, max: 4 }),
  },
  holds: ({ values, steps }) =>
    clean(async (key) => {
      const step = small((s) => [
        { a: s.b, b: s.a, same: s.same, sum: tf.add(s.a, s.b), made: tf.scalar(7) },
        { a: s.a, old: s.same, twice: s.a },
      ]);
      const [a, b, same] = values.map((v) => Math.fround(v));
      let state: Scalars = {
        a: tf.scalar(a),
        b: tf.scalar(b),
        same: tf.scalar(same),
        dropped: tf.scalar(1),
      };
      let [x, y] = [a, b];
      for (let i = 0; i < steps; i++) {
        const [next, out] = step(state, {}, key);
        assertEquals(await valuesOf(out), { a: x, old: same, twice: x });
        tf.dispose(Object.values(out));
        state = next;
        assertEquals(await valuesOf(state), {
          a: y,
          b: x,
          same,
          sum: Math.fround(x + y),
          made: 7,
        });
        [x, y] = [y, x];
      }
      tf.dispose(Object.values(state));
    }),
  kills: ["exchange-reads-what-was-written", "dropped-leaves-kept"],
  cases: 30,
  needs: tensorflow,
});

law("a value asked for after its update in place is the one from before", {
  source: "definition",
  given: {
    rows: fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 4 }),
    early: fc.boolean(),
  },
  holds: ({ rows, early }) =>
    clean(async (key) => {
      const step = small((s, { row, pos }) => {
        const cache = s.cache as tf.Tensor3D;
        const first = early ? tf.sum(cache) : undefined;
        const next = nn.writeRow(cache, row as tf.Tensor3D, pos as tf.Scalar);
        const twice = nn.writeRow(next, tf.mul(row, 2) as tf.Tensor3D, pos as tf.Scalar);
        return [{ cache: twice }, {
          before: first ?? tf.sum(cache),
          between: tf.sum(next),
          after: tf.sum(twice),
        }];
      });
      let state: Scalars = { cache: tf.zeros([1, 4, 1]) };
      let total = 0;
      for (const [pos, value] of rows.entries()) {
        const inputs = {
          row: tf.tensor3d([[[value]]]),
          pos: tf.scalar(pos, "int32"),
        };
        const [next, sums] = step(state, inputs, key);
        const expected = { before: total, between: total + value, after: total + 2 * value };
        assertEquals(await valuesOf(sums), expected);
        total += 2 * value;
        state = next;
        tf.dispose([...Object.values(inputs), ...Object.values(sums)]);
      }
      state.cache.dispose();
    }),
  kills: ["variable-read-after-write"],
  cases: 20,
  needs: tensorflow,
});

test("a copy taken of a donated leaf keeps its value when the step changes the leaf", () =>
  clean(async (key) => {
    const step = small((s) => [{ n: tf.add(s.n, 1) }, {}]);
    let state: Scalars = { n: tf.scalar(0) };
    const copies: tf.Tensor[] = [];
    for (let i = 0; i < 4; i++) {
      copies.push(tf.clone(state.n));
      [state] = step(state, {}, key);
    }
    for (const [i, copy] of copies.entries()) assertEquals([...await engine.read(copy)], [i]);
    assertEquals(await valuesOf(state), { n: 4 });
    tf.dispose([...copies, state.n]);
  }));

test("two leaves of one tensor become two, and a state may serve two programs in turn", () =>
  clean(async (key) => {
    const up = small((s) => [{ a: tf.add(s.a, 1), b: s.b }, {}]);
    const down = small((s) => [{ a: s.a, b: tf.sub(s.b, 1) }, {}]);
    const one = tf.scalar(5);
    let state: Scalars = { a: one, b: tf.clone(one) };
    [state] = up(state, {}, key);
    [state] = down(state, {}, key);
    [state] = up(state, {}, key);
    assertEquals(await valuesOf(state), { a: 7, b: 4 });
    tf.dispose(Object.values(state));
  }));

test("a state that isn't donated is untouched", () =>
  clean(async (key) => {
    const step = small((s, i) => [{ n: tf.add(s.n, i.by) }, { n: s.n, by: i.by }], {
      donate: false,
    });
    const state = { n: tf.scalar(1) };
    const by = tf.scalar(2);
    const [next, out] = step(state, { by }, key);
    assertEquals([await valuesOf(state), await valuesOf(next)], [{ n: 1 }, { n: 3 }]);
    assertEquals(await valuesOf(out), { n: 1, by: 2 });
    tf.dispose([state.n, by, ...Object.values(next), ...Object.values(out)]);
  }));

law("what is captured depends on no value of the arguments: any later ones are computed with", {
  source: "definition",
  given: { numbers: fc.array(fc.integer({ min: -999, max: 999 }), { minLength: 3, maxLength: 6 }) },
  holds: ({ numbers }) =>
    clean(async (key) => {
      const step = small((s, { x }) => [{ sum: tf.add(s.sum, tf.mul(x, x)) }, {}]);
      let state: Scalars = { sum: tf.scalar(0) };
      for (const n of numbers) {
        const x = tf.scalar(n);
        [state] = step(state, { x }, key);
        x.dispose();
      }
      assertEquals(await valuesOf(state), { sum: numbers.reduce((s, n) => s + n * n, 0) });
      state.sum.dispose();
    }),
  kills: ["inputs-frozen"],
  cases: 20,
  needs: tensorflow,
});

/** The error of calling `step` until it throws. */
async function failing(
  body: (s: Scalars, i: Scalars, key: Key) => [Scalars, Scalars],
): Promise<string> {
  let message = "";
  await clean(async (key) => {
    const step = small(body, { name: "broken" });
    let state: Scalars = { n: tf.scalar(1) };
    try {
      for (let i = 0; i < 3; i++) {
        const [next, out] = step(state, {}, key);
        tf.dispose(Object.values(out));
        state = next;
      }
    } catch (error) {
      message = (error as Error).message;
    }
    await valuesOf(state); // the state is still there
    tf.dispose(Object.values(state));
  });
  return message;
}

test("what would freeze is an error that names the line: host randomness, counters, branches", async () => {
  const here = new RegExp(`${import.meta.url.split("/").at(-1)}:\\d+`);
  assertEquals(await failing((s) => [{ n: tf.add(s.n, 1) }, {}]), "");
  const random = await failing((s) => [{ n: tf.mul(s.n, Math.random()) }, {}]);
  assertMatch(random, /^program broken: a constant changes from call to call at /);
  assertMatch(random, here);
  let calls = 0;
  const counted = await failing((s) => [{ n: tf.add(s.n, calls++) }, {}]);
  assertMatch(counted, /a constant changes/);
  let odd = false;
  const branching = await failing((s) => {
    odd = !odd;
    return [{ n: odd ? tf.add(s.n, 1) : tf.exp(s.n) }, {}];
  });
  assertMatch(branching, /what is computed changes/);
  assertMatch(branching, here);
  let more = 0;
  assertMatch(
    await failing((s) => [{ n: more++ === 0 ? tf.exp(tf.exp(s.n)) : tf.exp(s.n) }, {}]),
    /what is computed changes/,
  );
});

test("reading a value inside a program is an error that says what to do instead", async () => {
  const message = await failing((s) => {
    const backend = tf.backend() as unknown as { readSync(id: object): Float32Array };
    const [n] = backend.readSync(s.n.dataId);
    return [{ n: tf.mul(s.n, n) }, {}];
  });
  assertMatch(message, /^program broken: a tensor's values are asked for while/);
});

test("shapes that depend on values, kept tensors and nested compilation are errors", async () => {
  assertMatch(
    await failing((s) => {
      const backend = tf.backend() as unknown as { where(x: tf.Tensor): tf.Tensor };
      return [
        { n: tf.sum(tf.cast(backend.where(tf.greater(tf.reshape(s.n, [1]), 0)), "float32")) },
        {},
      ];
    }),
    /Where\(bool \[1\]\) has a result whose shape depends on values/,
  );
  const kept: tf.Tensor[] = [];
  const before = tf.memory().numTensors;
  const leaky = small((s) => {
    kept.push(tf.keep(tf.add(s.n, 1)));
    return [s, {}];
  }, { name: "leaky" });
  const [n, key] = [tf.scalar(1), keyTensor(hostKey(1))];
  assertThrows(() => leaky({ n }, {}, key), Error, "program leaky: it leaves 1 tensors behind");
  tf.dispose([...kept, n, key]);
  assertEquals(tf.memory().numTensors, before);
  const inner = small((s) => [{ n: tf.add(s.n, 1) }, {}], { name: "inner" });
  assertMatch(
    await failing((s, i, key) => [inner(s, i, key)[0], {}]),
    /a program is being compiled inside another/,
  );
});

test("a mistake in a program names program, op and shapes, and frees what it made", async () => {
  assertMatch(
    await failing((s) => {
      const backend = tf.backend() as unknown as {
        executeSingleOutput(op: string, attributes: unknown[], x: tf.Tensor[]): tf.Tensor;
      };
      const wrong = backend.executeSingleOutput("MatMul", [{ name: "T", type: 4, value: 1 }], [
        tf.ones([2, 3]),
        tf.ones([4, 5]),
      ]);
      return [{ n: tf.add(s.n, tf.sum(wrong)) }, {}];
    }),
    /^program broken: MatMul\(float32 \[2, 3\], float32 \[4, 5\]\): /,
  );
});

law("results of one op on the same inputs are shared only where its attributes agree too", {
  source: "definition",
  given: { seed: fc.nat(1e6) },
  holds: ({ seed }) =>
    clean(async (key) => {
      const ways = [[false, false], [true, false], [false, true], [true, true]] as const;
      const program = small((s, { x }) => [
        s,
        Object.fromEntries(
          ways.map(([a, b], i) => [`y${i}`, tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D, a, b)]),
        ),
      ], { donate: false });
      const own = keyTensor(hostKey(seed));
      const x = uniform<tf.Rank.R2>(own, [3, 3]);
      const [, outputs] = program({}, { x }, key);
      for (const [i, [a, b]] of ways.entries()) {
        const eager = tf.matMul(x, x, a, b);
        assertEquals(await engine.read(outputs[`y${i}`]), await engine.read(eager));
        eager.dispose();
      }
      tf.dispose([own, x, ...Object.values(outputs)]);
    }),
  kills: ["small-results-shared-across-attributes"],
  cases: 3,
  needs: tensorflow,
});

test("gather and its gradient are captured; an index out of range is TensorFlow's error", () =>
  clean(async (key) => {
    const program = small((s, { x }) => {
      const { loss, grads } = nn.valueAndGrad(
        ({ table }: { table: tf.Tensor }) => ({
          loss: tf.sum(tf.square(tf.gather(table, x as tf.Tensor1D))) as tf.Scalar,
        }),
        { table: s.table },
      );
      return [s, { loss, grad: grads.table }];
    }, { donate: false });
    const table = tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
    for (const picked of [[0, 2, 2], [1, 0, 1]]) {
      const x = tf.tensor1d(picked, "int32");
      const [same, { loss, grad }] = program({ table }, { x }, key);
      const rows = [[1, 2], [3, 4], [5, 6]];
      assertEquals(
        [...await engine.read(loss)],
        [picked.reduce((s, i) => s + rows[i][0] ** 2 + rows[i][1] ** 2, 0)],
      );
      assertEquals(
        [...await engine.read(grad)],
        rows.flatMap((row, i) => row.map((v) => 2 * v * picked.filter((p) => p === i).length)),
      );
      tf.dispose([x, loss, grad, same.table]);
    }
    const wrong = tf.tensor1d([0, 3, 0], "int32");
    assertThrows(() => program({ table }, { x: wrong }, key), Error, "indices[1] = 3 is not in");
    tf.dispose([table, wrong]);
  }));

test("a tensor from outside is an argument: large ones aren't copied, dead ones are an error", () =>
  clean(async (key) => {
    const outside = tf.scalar(3);
    const step = small((s) => [{ n: tf.mul(s.n, outside) }, {}]);
    let state: Scalars = { n: tf.scalar(1) };
    [state] = step(state, {}, key);
    [state] = step(state, {}, key);
    assertEquals(await valuesOf(state), { n: 9 });
    outside.dispose();
    assertThrows(() => step(state, {}, key), Error, "program small: tensor");
    assertEquals(await valuesOf(state), { n: 9 });
    state.n.dispose();
  }));

test("arguments are told apart by name, not by their order", () =>
  clean(async (key) => {
    const step = small((s, i) => [s, { y: i.x === undefined ? tf.neg(i.z) : tf.mul(i.x, 2) }], {
      donate: false,
    });
    const three = tf.scalar(3);
    for (const [inputs, expected] of [[{ x: three }, 6], [{ z: three }, -3]] as const) {
      const [, out] = step({}, inputs as Scalars, key);
      assertEquals(await valuesOf(out), { y: expected });
      out.y.dispose();
    }
    three.dispose();
  }));

test("each set of shapes is captured once, with a warning when there are many", async () => {
  let traces = 0;
  const sum = small((s, { x }) => {
    traces++;
    return [s, { sum: tf.sum(x) }];
  }, { donate: false });
  const said: unknown[] = [];
  const warn = console.warn;
  console.warn = (message) => said.push(message);
  try {
    await clean(async (key) => {
      for (const n of [3, 4, 3, 4, 5, 3, 4]) {
        const x = tf.ones([n]);
        const [, { sum: total }] = sum({}, { x }, key);
        assertEquals([...await engine.read(total)], [n]);
        tf.dispose([x, total]);
      }
      // The second call of a shape compares one more trace.
      assertEquals(traces, 3 + 2);
      for (let n = 6; n < 14; n++) {
        const x = tf.ones([n]);
        tf.dispose([x, sum({}, { x }, key)[1].sum]);
      }
    });
  } finally {
    console.warn = warn;
  }
  assertEquals(said.length, 1);
  assertMatch(String(said[0]), /program small is captured for its 9th set of shapes/);
});

test("tensors and handles stay level over many steps", async () => {
  const step = compiled({ donate: true });
  const key = keyTensor(hostKey(3));
  const at = engine.tensor(Int32Array.of(3), []) as tf.Scalar;
  const x = uniform<tf.Rank.R4>(key, [4, 8, 8, 3]);
  let state = tf.tidy(() => init(key) as unknown as tf.TensorContainer) as unknown as State;
  const go = async (n: number) => {
    for (let i = 0; i < n; i++) {
      const [next, out] = step(state, { x, at }, key);
      state = next;
      if (i % 50 === 0) await engine.read(out.loss);
      tf.dispose([out.loss, out.drawn]);
    }
  };
  await go(5);
  const level = [tf.memory().numTensors, handleCount()];
  await go(300);
  assertEquals([tf.memory().numTensors, handleCount()], level);
  tf.dispose([key, at, x, ...tensorsOf(state as unknown as TensorTree)]);
});

test("variables of states are freed with them", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fromFileUrl(new URL("./memory_probe.ts", import.meta.url))],
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const { grownMegabytes, tensors } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(tensors, 1); // the key
  // 500 states of 1 MB: a tenth of them would be seen.
  assert(grownMegabytes < 50, `${grownMegabytes} MB`);
});

test("operations of compiled programs are counted at each call, captured or not", () => {
  const key = keyTensor(hostKey(1));
  const [a, b] = [tf.ones([4, 7]), tf.ones([7, 6])];
  const product = engine.compile(
    ((
      s: Scalars,
      i: Scalars,
    ) => [s, { c: tf.matMul(i.a as tf.Tensor2D, i.b as tf.Tensor2D) }]) as never,
    { name: "product" },
  ) as unknown as (s: Scalars, i: Scalars, key: Key) => [Scalars, Scalars];
  for (let i = 0; i < 3; i++) {
    assertEquals(engine.countFlops(() => product({}, { a, b }, key)[1].c.dispose()), 2 * 4 * 7 * 6);
  }
  tf.dispose([a, b, key]);
});
